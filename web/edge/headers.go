package edge

import (
	"net/http"

	"packhouse/internal/access"
)

// policy allows our own files and nothing inline. It is one text for all pages,
// so that no page can weaken it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; manifest-src 'self'"

// filePolicy makes a file that is opened in the browser harmless.
const filePolicy = "sandbox; default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

// framedPolicy is for HTML that is not ours, shown in a frame of our page: no
// script, no form, no request to anywhere, an origin of its own. Only its style
// sheet counts.
const framedPolicy = "sandbox; default-src 'none'; object-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

// setHeaders puts on every reply what protects it: pages, errors, redirects,
// files and styles alike. Private until said otherwise.
func (e *Edge) setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	if e.secure {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

// secretHeaders keep the secret of the address from the next site's log.
func secretHeaders(h http.Header, perm access.Permission) {
	if perm == access.SecretLink {
		h.Set("Referrer-Policy", "no-referrer")
	}
}
