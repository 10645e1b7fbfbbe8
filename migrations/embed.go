// Package migrations holds the schema, one idea a file, forward only; the
// names are goose's. Old code must run on the new schema.
package migrations

import "embed"

// FS are the files in order.
//
//go:embed *.sql
var FS embed.FS
