package edge

import "time"

// CookieName is a cookie's full name: behind TLS with the prefix that makes
// browsers refuse it from a neighbour domain.
func CookieName(secure bool, name string) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// ownCookie is one that a reply sets beside those of the edge.
type ownCookie struct {
	name, value string
	lasts       time.Duration
}

// WithCookie sets a cookie of the caller's own, protected like the session's;
// a length of zero or less forgets it.
func (r Reply) WithCookie(name, value string, lasts time.Duration) Reply {
	r.cookies = append(r.cookies, ownCookie{name, value, lasts})
	return r
}

func (c ownCookie) age() int {
	if c.lasts <= 0 {
		return -1
	}
	return int(c.lasts / time.Second)
}
