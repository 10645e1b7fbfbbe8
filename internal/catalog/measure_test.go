package catalog

import (
	"testing"

	"packhouse/internal/problem"
	"pgregory.net/rapid"
)

func TestWeightsAndLengthsAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]int64{"350": 350, "350 g": 350, "1,25 kg": 1250, "1.2kg": 1200, "0.5 KG": 500, "1 lb": 454, "16 oz": 454, "1 200 g": 1200, "0": 0, "1500 mg": 2} {
		v := &problem.Invalid{}
		if got := ReadWeight(v, "weight", typed); got == nil || *got != want {
			t.Errorf("%q: %v %v", typed, got, v)
		}
	}
	for typed, want := range map[string]int64{"30": 300, "30,5": 305, "30.5 cm": 305, "305 mm": 305, "1.2 m": 1200, "12 in": 305} {
		v := &problem.Invalid{}
		if got := ReadLength(v, "length", typed); got == nil || *got != want {
			t.Errorf("%q: %v %v", typed, got, v)
		}
	}
	for typed, want := range map[string]string{"heavy": "bad_weight", "-5 g": "bad_weight", "5 stone": "bad_weight", "1,234 kg": "ambiguous_number", "99999999999999 kg": "bad_weight", "1.23456 kg": "bad_weight", "12 x 3 g": "bad_weight"} {
		v := &problem.Invalid{}
		if got := ReadWeight(v, "weight", typed); got != nil || len(v.Fields) != 1 || v.Fields[0].Code != want {
			t.Errorf("%q: %v %v", typed, got, v)
		}
	}
	if v := (&problem.Invalid{}); ReadWeight(v, "weight", " ") != nil || v.Err() != nil {
		t.Error("nothing is no problem")
	}
}

func TestWhatAFormShowsOfAMeasureIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, maxMM).Draw(t, "n")
		v := &problem.Invalid{}
		if got := ReadWeight(v, "", Weight(&n)); got == nil || *got != n {
			t.Fatalf("%s reads as %v %v", Weight(&n), got, v)
		}
		if got := ReadLength(v, "", Length(&n)); got == nil || *got != n {
			t.Fatalf("%s reads as %v %v", Length(&n), got, v)
		}
	})
}
