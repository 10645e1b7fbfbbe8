package ui

import (
	"context"
	"strconv"

	"github.com/a-h/templ"
)

// comboInput is the box of a Lookup: the browser's own suggestions would cover
// ours.
func comboInput(l Lookup) Input {
	in := l.Input
	in.Type = Line
	if in.Autocomplete == "" {
		in.Autocomplete = "off"
	}
	return in
}

func fillAttrs(fill map[string]string) templ.Attributes {
	a := templ.Attributes{}
	for name, value := range fill {
		a["data-fill-"+name] = value
	}
	return a
}

func lineCellAttrs(name, problem, mode, fill string) templ.Attributes {
	a := templ.Attributes{}
	if mode != "" {
		a["inputmode"] = mode
	}
	if fill != "" {
		a["data-fill"] = fill
	}
	if problem != "" {
		a["aria-invalid"] = "true"
		a["aria-describedby"] = cellID(name) + "-problem"
	}
	return a
}

// rowWord names a row by its number; the script writes it into a copied row.
func rowWord(ctx context.Context, i int) string {
	if i < 0 {
		return say(ctx, "line") + " __n__"
	}
	return say(ctx, "line") + " " + strconv.Itoa(i+1)
}
