package trade

import "strings"

// postcode writes a postcode as the country does: "w1t5du" becomes "W1T 5DU",
// "D-10115" becomes "10115". ok is false for what is none. A country without
// postcodes of a known shape takes anything.
func (c Country) postcode(s string) (string, bool) {
	typed := bare(s)
	if len(c.postcodes) == 0 || typed == "" {
		return s, len(c.postcodes) == 0
	}
	for _, mask := range c.postcodes {
		for _, try := range []string{typed, c.ownPrefix(mask) + typed, withoutPrefix(s)} {
			if code, ok := fit(mask, try); ok {
				return code, true
			}
		}
	}
	return s, false
}

// PostcodeExample is a made-up postcode of the right shape, "" where there is
// none.
func (c Country) PostcodeExample() string {
	if len(c.postcodes) == 0 {
		return ""
	}
	var b strings.Builder
	digits, letters := 0, 0
	for _, m := range []byte(c.postcodes[0]) {
		switch {
		case m == '9':
			digits++
			b.WriteByte("1234567890"[(digits-1)%10])
		case m == 'A' || m == 'X':
			letters++
			b.WriteByte("ABCDEFGH"[(letters-1)%8])
		default:
			b.WriteString(strings.ToUpper(string(m)))
		}
	}
	return b.String()
}

// bare is a postcode without the separators people put in or leave out.
func bare(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '.' || r == '\u2013' || r == '\u00a0' {
			return -1
		}
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, s))
}

// ownPrefix is the fixed beginning of a mask, "LV" of lv-9999, which people
// leave out at home.
func (c Country) ownPrefix(mask string) string {
	end := strings.IndexFunc(mask, func(r rune) bool { return r < 'a' || r > 'z' })
	return strings.ToUpper(mask[:max(end, 0)])
}

// withoutPrefix takes off the country that stood before postcodes on the
// continent: D-10115, DK-2100.
func withoutPrefix(s string) string {
	before, after, ok := strings.Cut(s, "-")
	if ok && len(before) <= 3 && strings.Trim(strings.ToUpper(before), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return bare(after)
	}
	return ""
}

// fit lays bare letters and digits into a mask.
func fit(mask, bare string) (string, bool) {
	var b strings.Builder
	i := 0
	for _, m := range []byte(mask) {
		if m == ' ' || m == '-' {
			b.WriteByte(m)
			continue
		}
		if i == len(bare) || !fits(m, bare[i]) {
			return "", false
		}
		b.WriteByte(bare[i])
		i++
	}
	return b.String(), i == len(bare)
}

func fits(mask, c byte) bool {
	digit, letter := c >= '0' && c <= '9', c >= 'A' && c <= 'Z'
	switch mask {
	case '9':
		return digit
	case 'A':
		return letter
	case 'X':
		return digit || letter
	}
	return c == mask-'a'+'A'
}
