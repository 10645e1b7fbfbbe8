package trade

import (
	"errors"
	"strings"

	"packhouse/internal/money"
	"packhouse/internal/problem"
)

// Quantity counts whole pieces.
type Quantity int

// MaxQuantity is the most one line may hold.
const MaxQuantity = 1_000_000

// Pieces is the count, for sentences.
func (q Quantity) Pieces() int64 { return int64(q) }

// ParseQuantity reads a quantity from 1 as people type it: "12", "1 000", and
// "12 x 3" for 36. The problems: required, not_whole ("1,5"),
// ambiguous_number, too_small {min}, too_large {max}, bad_quantity.
func ParseQuantity(s string) (Quantity, error) {
	if strings.TrimSpace(s) == "" {
		return 0, problem.At("", "required")
	}
	if len(s) > 100 {
		return 0, problem.At("", "bad_quantity")
	}
	factors := strings.FieldsFunc(s, times)
	if len(factors) > 3 || strings.TrimFunc(s, times) != s || len(factors) != 1+strings.Count(strings.Map(asterisk, s), "*") {
		return 0, problem.At("", "bad_quantity")
	}
	product := int64(1)
	for _, f := range factors {
		n, err := money.ParseInt(f)
		if err != nil {
			return 0, asQuantity(err)
		}
		if product, err = money.Mul(product, n); err != nil {
			return 0, problem.At("", "too_large", "max", MaxQuantity)
		}
		if n < 1 {
			return 0, problem.At("", "too_small", "min", 1)
		}
	}
	if product > MaxQuantity {
		return 0, problem.At("", "too_large", "max", MaxQuantity)
	}
	return Quantity(product), nil
}

// ReadQuantity is ParseQuantity for a form.
func ReadQuantity(v *problem.Invalid, path, typed string) Quantity {
	q, err := ParseQuantity(typed)
	if note(v, path, err) {
		return 0
	}
	return q
}

// asQuantity says of a quantity what was wrong with the number.
func asQuantity(err error) error {
	var v *problem.Invalid
	if !errors.As(err, &v) || len(v.Fields) != 1 {
		return problem.At("", "bad_quantity")
	}
	switch v.Fields[0].Code {
	case "not_a_number", "required":
		return problem.At("", "bad_quantity")
	case "too_large":
		return problem.At("", "too_large", "max", MaxQuantity)
	}
	return err
}

func times(r rune) bool { return r == 'x' || r == 'X' || r == '×' || r == '*' }

func asterisk(r rune) rune {
	if times(r) {
		return '*'
	}
	return r
}

// Pasted is one line of a pasted list: "SKU quantity".
type Pasted struct {
	Row      int // of the text, from 1
	SKU      string
	Quantity Quantity
}

// PastedLines reads a list, one line each: the SKU, then the quantity, divided
// by a tab, semicolon or comma, or by spaces. A SKU alone means one piece.
// Empty lines are passed over. Every line it cannot read is a problem at path
// with its own code and {line}; at most limit lines are read.
func PastedLines(v *problem.Invalid, path, text string, limit int) []Pasted {
	text, err := Text(text, 0)
	if note(v, path, err) {
		return nil
	}
	var lines []Pasted
	for i, row := range strings.Split(text, "\n") {
		if row = strings.TrimSpace(row); row == "" {
			continue
		}
		if len(lines) == limit {
			v.Add(path, "too_many_lines", "max", limit)
			break
		}
		sku, typed := splitPasted(row)
		q, err := ParseQuantity(typed)
		if err != nil || sku == "" {
			v.Add(path, "bad_line", "line", i+1)
			continue
		}
		lines = append(lines, Pasted{Row: i + 1, SKU: sku, Quantity: q})
	}
	return lines
}

func splitPasted(row string) (sku, quantity string) {
	at := strings.IndexAny(row, "\t;")
	if at < 0 {
		at = strings.IndexAny(row, ", ")
	}
	if at < 0 {
		return row, "1"
	}
	return strings.TrimSpace(row[:at]), strings.Trim(row[at+1:], " \t;,")
}
