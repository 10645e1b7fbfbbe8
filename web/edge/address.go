package edge

import (
	"net/http"
	"net/netip"
	"strings"
)

// clientAddress is where the request comes from. X-Forwarded-For counts only
// when a trusted proxy hands the request over, and then from the right: the
// first address there that is no trusted proxy. What stands left of it is the
// client's own invention.
func clientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap()
	if !within(addr, trusted) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
		if !within(addr, trusted) {
			break
		}
	}
	return addr
}

func within(a netip.Addr, nets []netip.Prefix) bool {
	for _, n := range nets {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// crowd is the address that tries are counted by: one household has a whole
// /64 of IPv6.
func crowd(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
