package ui

import (
	"strconv"

	"github.com/a-h/templ"
)

// FieldType is what a field asks for.
type FieldType string

// The types of field.
const (
	Line       FieldType = "" // one line of text
	Email      FieldType = "email"
	Phone      FieldType = "tel"
	Address    FieldType = "url"
	Secret     FieldType = "password"
	Code       FieldType = "code" // digits of a one-time code
	Number     FieldType = "number"
	Quantity   FieldType = "quantity" // takes what people type: "12 x 3", "1 000"
	Sum        FieldType = "money"    // takes what people type: "1,5"
	Date       FieldType = "date"
	Area       FieldType = "textarea"
	Select     FieldType = "select"
	Radios     FieldType = "radio"
	Ticks      FieldType = "checkboxes" // several of Options
	Tick       FieldType = "checkbox"   // yes or no; Value is sent when ticked, "on" if empty
	FileUpload FieldType = "file"
)

// Input is one field of a form. Field draws it with its label above, help under
// the label, and the error between help and box; what was typed stands in Value.
type Input struct {
	Label   string
	Name    string // path of the field: "lines[2].quantity"
	ID      string // of the box, where two forms of a page have a field of the name; empty follows from Name
	Type    FieldType
	Value   string
	Help    string
	Problem string // what is wrong with it, as a sentence

	Options []Option // Select, Radios, Ticks
	Chosen  bool     // Tick
	Blank   string   // first, empty entry of a Select; "-" for none

	Optional     bool
	HideLabel    bool // the label is only heard
	Autocomplete string
	InputMode    string // overrides the one that follows from Type
	Placeholder  string
	Width        string // "xs", "s", "m"; empty is full
	Before       string // unit before the box: "€"
	After        string // unit behind it: "kg"
	Min, Max     string // Number, Date
	Step         string
	MaxLength    int
	Rows         int
	Accept       string // FileUpload
	Multiple     bool
	Autofocus    bool
	ReadOnly     bool
	Disabled     bool
	Attrs        templ.Attributes
}

// Problem is one thing wrong with a form.
type Problem struct {
	Field string // name of the field; empty for the form as a whole
	Label string // of the field, for the summary; empty where the text says enough
	Text  string
}

// full is the problem as the summary tells it.
func (p Problem) full() string {
	if p.Label == "" {
		return p.Text
	}
	return p.Label + ": " + p.Text
}

// Problems are all that is wrong with a form, in the order of its fields.
type Problems []Problem

// For gives the sentence that belongs to the field, or nothing.
func (p Problems) For(name string) string {
	for _, one := range p {
		if one.Field == name {
			return one.Text
		}
	}
	return ""
}

// FieldID is the id attribute of the field with the name.
func FieldID(name string) string { return "f-" + slug(name) }

// id is the id of the field's box.
func (in Input) id() string {
	if in.ID != "" {
		return in.ID
	}
	return FieldID(in.Name)
}

// describedBy lists the ids of what explains the field.
func (in Input) describedBy() string {
	ids := ""
	if in.Help != "" {
		ids = in.id() + "-help"
	}
	if in.Problem != "" {
		if ids != "" {
			ids += " "
		}
		ids += in.id() + "-problem"
	}
	return ids
}

// group reports whether the field is several boxes under one legend.
func (in Input) group() bool { return in.Type == Radios || in.Type == Ticks }

func (in Input) htmlType() string {
	switch in.Type {
	case Line, Quantity, Sum, Code:
		return "text"
	}
	return string(in.Type)
}

func (in Input) inputMode() string {
	if in.InputMode != "" {
		return in.InputMode
	}
	switch in.Type {
	case Sum:
		return "decimal"
	case Code, Number:
		return "numeric"
	}
	return ""
}

func (in Input) autocomplete() string {
	switch {
	case in.Autocomplete != "":
		return in.Autocomplete
	case in.Type == Code:
		return "one-time-code"
	case in.Type == Quantity, in.Type == Sum, in.Type == Number:
		return "off"
	}
	return ""
}

func (in Input) numeric() bool { return in.Type == Quantity || in.Type == Sum || in.Type == Number }

// free reports whether people write text of their own direction into it.
func (in Input) free() bool { return in.Type == Line || in.Type == Area }

func (in Input) rows() string {
	if in.Rows > 0 {
		return strconv.Itoa(in.Rows)
	}
	return "4"
}

func (in Input) optionID(i int) string {
	if i == 0 {
		return in.id() // so that the summary's link finds the first
	}
	return in.id() + "-" + strconv.Itoa(i)
}

func (in Input) tickValue() string {
	if in.Value == "" {
		return "on"
	}
	return in.Value
}

// optionGroup is options under one heading.
type optionGroup struct {
	name    string
	options []Option
}

func grouped(all []Option) []optionGroup {
	var out []optionGroup
	for _, o := range all {
		if len(out) == 0 || out[len(out)-1].name != o.Group {
			out = append(out, optionGroup{name: o.Group})
		}
		out[len(out)-1].options = append(out[len(out)-1].options, o)
	}
	return out
}

func (in Input) isChosen(o Option) bool {
	return o.Chosen || (in.Type != Ticks && in.Value != "" && in.Value == o.Value)
}

// Sheet is a form.
type Sheet struct {
	Action    string
	Method    string // empty is POST
	ID        string
	Command   string // the command key, made when the page was drawn first
	Version   string // of what is changed, as the person saw it
	Hidden    []Hidden
	Multipart bool   // it carries files
	Preview   string // address the form is posted to while typing; its answer holds #totals
	Autosave  string // address the form is posted to after a pause in typing
	Repeat    bool   // may be sent again at once, as for a download
	Wide      bool   // uses the whole width; otherwise it is as wide as reads well
	Attrs     templ.Attributes
}

func (s Sheet) method() string {
	if s.Method == "" {
		return "post"
	}
	return s.Method
}
