// Package e2e holds the tests that use the product as people do: a real
// browser, a real server, a real PostgreSQL. Pictures of what they saw are
// kept in .artifacts/ under the root of the project.
package e2e
