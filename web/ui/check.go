package ui

// Verdict is how a check came out.
type Verdict string

// The verdicts.
const (
	Pass Verdict = "pass"
	Warn Verdict = "warn" // worth a look, holds nothing up
	Fail Verdict = "fail" // holds things up
)

// Check is one named check with its answer.
type Check struct {
	Name     string
	Verdict  Verdict
	Sentence string
	Fix      string // label of the link to where it is solved
	FixHref  string
}

func (v Verdict) icon() string {
	switch v {
	case Pass:
		return "circle-check"
	case Warn:
		return "triangle-alert"
	}
	return "circle-x"
}

func (v Verdict) kind() Kind {
	switch v {
	case Pass:
		return Green
	case Warn:
		return Amber
	}
	return Red
}

func (v Verdict) word() string {
	switch v {
	case Pass:
		return "passed"
	case Warn:
		return "warned"
	}
	return "failed"
}

// Difference is one thing that changed, or will.
type Difference struct {
	Label         string
	Before, After string
	Yours         string // what this person typed and keeps
}

func anyYours(all []Difference) bool {
	for _, d := range all {
		if d.Yours != "" {
			return true
		}
	}
	return false
}
