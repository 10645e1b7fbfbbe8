package catalog

import (
	"strconv"
	"strings"
	"unicode"

	"packhouse/internal/money"
	"packhouse/internal/problem"
)

// The units people write, in thousandths of ours.
var (
	weights = map[string]int64{"": 1000, "g": 1000, "kg": 1_000_000, "mg": 1, "lb": 453_592, "lbs": 453_592, "oz": 28_350}
	lengths = map[string]int64{"": 10_000, "mm": 1000, "cm": 10_000, "m": 1_000_000, "in": 25_400, "\"": 25_400}
)

// ReadWeight reads a weight as people type it, in grams where no unit stands:
// "350", "1,25 kg". Empty is nil: not known. The problem is bad_weight, or one
// of a number.
func ReadWeight(v *problem.Invalid, path, typed string) *int64 {
	return readMeasure(v, path, typed, weights, "bad_weight")
}

// ReadLength reads a length in millimetres as people type it, in centimetres
// where no unit stands: "30", "30,5 cm", "305 mm".
func ReadLength(v *problem.Invalid, path, typed string) *int64 {
	return readMeasure(v, path, typed, lengths, "bad_length")
}

func readMeasure(v *problem.Invalid, path, typed string, units map[string]int64, bad string) *int64 {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return nil
	}
	end := strings.LastIndexFunc(typed, unicode.IsDigit)
	if end < 0 {
		v.Add(path, bad)
		return nil
	}
	number, unit := typed[:end+1], strings.ToLower(strings.TrimSpace(typed[end+1:]))
	factor, known := units[strings.TrimSuffix(unit, ".")]
	d, err := money.ParseDecimal(number, 3)
	if !known || err != nil {
		if two, ok := ambiguous(err); ok && known {
			v.Fields = append(v.Fields, problem.Field{Path: path, Code: two.Code, Args: two.Args})
			return nil
		}
		v.Add(path, bad)
		return nil
	}
	whole, thousandths, ok := d.Int64(3)
	if !ok || whole > 1_000_000_000 || whole < 0 || thousandths < 0 {
		v.Add(path, bad)
		return nil
	}
	n := ((whole*1000+thousandths)*(factor/10) + 50_000) / 100_000 // to the nearest of our unit
	if factor < 10 {
		n = (whole*1000 + thousandths + 500_000) / 1_000_000
	}
	return &n
}

// ambiguous finds the problem of "1,234", which says itself what to write.
func ambiguous(err error) (problem.Field, bool) {
	v, ok := err.(*problem.Invalid)
	if !ok || len(v.Fields) != 1 || v.Fields[0].Code != "ambiguous_number" {
		return problem.Field{}, false
	}
	return v.Fields[0], true
}

// Weight writes grams as people read them and ReadWeight understands: "350 g",
// "1.25 kg"; "" for nil.
func Weight(g *int64) string {
	if g == nil {
		return ""
	}
	if *g < 1000 {
		return strconv.FormatInt(*g, 10) + " g"
	}
	return thousandths(*g) + " kg"
}

// Length writes millimetres as centimetres: "30.5 cm".
func Length(mm *int64) string {
	if mm == nil {
		return ""
	}
	return thousandths(*mm*100) + " cm"
}

func thousandths(n int64) string {
	s := strconv.FormatInt(n/1000, 10)
	if f := n % 1000; f != 0 {
		digits := strings.TrimRight(strconv.FormatInt(1000+f, 10)[1:], "0")
		if len(digits) == 3 {
			digits += "0" // "1.234" alone could be a thousand and more
		}
		s += "." + digits
	}
	return s
}
