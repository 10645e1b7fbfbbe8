// Package arch holds the tests that keep the house standing: which room may
// know which, who may use PostgreSQL and the network, who writes which table,
// and that what is written twice (states, words, generated files) says the
// same both times. It has no code of its own.
package arch
