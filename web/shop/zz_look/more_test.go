package look

import (
	"testing"

	"packhouse/internal/access"
	"packhouse/internal/pgtest"
	"packhouse/internal/pgtest/company"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
)

var pub = access.Public

func more(r *edge.Router, db *pgtest.Database, f company.Fixture) {}

func extra(t *testing.T, b *edgetest.Browser, db *pgtest.Database) string { return "" }
