//go:build !data

package million_test

// orders are as many as make test has time for; make test-data has a million.
const orders = 200_000
