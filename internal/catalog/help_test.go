package catalog

import (
	"context"
	"net/url"
	"testing"
)

type tctx = context.Context

func parse(t *testing.T, query string) url.Values {
	t.Helper()
	v, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
