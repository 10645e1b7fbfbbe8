package ui

import (
	"maps"
	"strconv"

	"github.com/a-h/templ"
)

// fieldAttrs are the attributes every box of a field has, whatever its element.
func fieldAttrs(in Input) templ.Attributes {
	a := templ.Attributes{"id": in.id(), "name": in.Name}
	set := func(name, value string) {
		if value != "" {
			a[name] = value
		}
	}
	flag := func(name string, on bool) {
		if on {
			a[name] = true
		}
	}
	set("aria-describedby", in.describedBy())
	set("autocomplete", in.autocomplete())
	if in.Problem != "" {
		a["aria-invalid"] = "true"
	}
	if in.free() {
		a["dir"] = "auto"
		set("placeholder", in.Placeholder)
	}
	if in.Type == Area && in.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(in.MaxLength)
	}
	flag("autofocus", in.Autofocus)
	flag("disabled", in.Disabled)
	if in.Type != Select && in.Type != Tick && in.Type != FileUpload {
		flag("readonly", in.ReadOnly)
	}
	maps.Copy(a, in.Attrs)
	return a
}

// valueAttrs are the further attributes of an input element.
func valueAttrs(in Input) templ.Attributes {
	a := templ.Attributes{}
	set := func(name, value string) {
		if value != "" {
			a[name] = value
		}
	}
	if in.Type == FileUpload {
		set("accept", in.Accept)
		if in.Multiple {
			a["multiple"] = true
		}
		return a
	}
	if in.Type != Secret {
		a["value"] = in.Value // a secret is never sent back
	}
	set("inputmode", in.inputMode())
	if !in.free() {
		set("placeholder", in.Placeholder)
	}
	set("min", in.Min)
	set("max", in.Max)
	set("step", in.Step)
	if in.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(in.MaxLength)
	}
	if in.Type == Email || in.Type == Secret || in.Type == Code {
		a["spellcheck"] = "false"
		a["autocapitalize"] = "none"
	}
	return a
}
