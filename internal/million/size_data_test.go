//go:build data

package million_test

const orders = 1_000_000
