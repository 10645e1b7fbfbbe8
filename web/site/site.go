// Package site puts the web rooms together into one handler, and is where the
// whole route table can be read.
package site

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"packhouse/internal/access"
	"packhouse/internal/link"
	"packhouse/internal/notify"
	"packhouse/internal/pg"
	"packhouse/internal/settings"
	"packhouse/internal/txn"
	"packhouse/internal/words"
	"packhouse/internal/work"
	"packhouse/web/accounts"
	"packhouse/web/checks"
	"packhouse/web/edge"
	"packhouse/web/mails"
	"packhouse/web/orders"
	"packhouse/web/products"
	websettings "packhouse/web/settings"
	"packhouse/web/shop"
	"packhouse/web/staff"
	"packhouse/web/static"
	"packhouse/web/stock"
	"packhouse/web/today"
	"packhouse/web/track"
	"packhouse/web/ui"
)

// Config is what the site is made of.
type Config struct {
	DB             *txn.DB
	Pools          *pg.Pools
	Key            []byte // SECRET_KEY
	Keys           link.Keys
	BaseURL        string
	TrustedProxies []netip.Prefix
	Clock          func() time.Time
	Log            *slog.Logger
	Metrics        prometheus.Registerer
	Dev            bool // the gallery is shown
	Caught         bool // mails are caught on this machine and not sent
}

// New makes the site. It touches no database, so that it can be served while
// the database is away.
func New(c Config) (*edge.Router, error) {
	company := remembered(c)
	secure := strings.HasPrefix(c.BaseURL, "https:")
	e, err := edge.New(edge.Config{
		DB: c.DB, Read: c.Pools.Read, Quick: c.Pools.Write, Key: c.Key, BaseURL: c.BaseURL, TrustedProxies: c.TrustedProxies,
		Clock: c.Clock, Log: c.Log, Metrics: c.Metrics,
		Customer: shop.CustomerOf(c.Pools.Read, secure),
		Counts:   func(ctx context.Context, p access.Person) map[string]string { return counts(ctx, c.Pools.Read, p) },
	})
	if err != nil {
		return nil, err
	}
	proof, err := access.NewProof(c.Key)
	if err != nil {
		return nil, err
	}
	r := e.Router()
	today.Routes(r, today.Deps{Read: c.Pools.Read, Company: company, Clock: c.Clock})
	orders.Routes(r, orders.Deps{Read: c.Pools.Read, Company: company, Clock: c.Clock})
	products.Routes(r, products.Deps{Read: c.Pools.Read, Company: company, Clock: c.Clock})
	stock.Routes(r, stock.Deps{Read: c.Pools.Read, Company: company, Clock: c.Clock})
	accounts.Routes(r, accounts.Deps{Read: c.Pools.Read, Company: company, Clock: c.Clock})
	mails.Routes(r, mails.Deps{Read: c.Pools.Read, Company: company, Clock: c.Clock, Keys: c.Keys, House: House(c.BaseURL), Caught: c.Caught})
	checks.Routes(r, checks.Deps{Snapshots: c.Pools.Replica})
	websettings.Routes(r, websettings.Deps{Read: c.Pools.Read})
	shop.Routes(r, shop.Deps{Read: c.Pools.Read, Keys: c.Keys, Secure: secure})
	track.Routes(r, track.Deps{Read: c.Pools.Read, Keys: c.Keys})
	staff.New(staff.Config{Read: c.Pools.Read, Proof: proof, Links: c.Keys, Company: func(context.Context) string { return company().Name }}).Routes(r)
	if c.Dev {
		r.Get("/_gallery", access.Public, func(*edge.Request) (edge.Reply, error) { return edge.Page(ui.GalleryFrame(), ui.Gallery()), nil })
	}
	r.Mount("/static/", static.Handler())
	return r, nil
}

// House reads what every mail says about the company; links in it begin with
// the address.
func House(baseURL string) func(context.Context, pg.Reader) (notify.House, error) {
	return func(ctx context.Context, r pg.Reader) (notify.House, error) {
		c, _, err := settings.Read(ctx, r)
		return notify.House{Name: c.Name, Colour: c.Colour, From: c.Email, BaseURL: baseURL, Zone: c.Zone}, err
	}
}

// fresh is how long a process may show settings that another has changed.
const fresh = 2 * time.Second

// remembered reads the company's settings at most every two seconds: every
// page needs its zone, and it changes once a year.
func remembered(c Config) func() settings.Company {
	var mu sync.Mutex
	var have settings.Company
	var until time.Time
	return func() settings.Company {
		mu.Lock()
		defer mu.Unlock()
		now := c.Clock()
		if now.Before(until) {
			return have
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		got, _, err := settings.Read(ctx, c.Pools.Read)
		if err != nil {
			if have.Name == "" {
				have = settings.Default()
			}
			return have // the page itself will say that the database is away
		}
		have, until = got, now.Add(fresh)
		return have
	}
}

// counts are the small figures in the rail, where work waits for this person.
func counts(ctx context.Context, r pg.Reader, p access.Person) map[string]string {
	c, err := work.Count(ctx, r, p.Locations)
	if err != nil {
		return nil // a figure less; the page says what is wrong
	}
	out := make(map[string]string)
	show := func(path string, n int, perm access.Permission) {
		if n > 0 && access.Can(p, perm) {
			out[path] = words.For("en").Number(int64(n))
			if n >= 100 {
				out[path] = "99+"
			}
		}
	}
	show("/orders", c.Review, access.OrderConfirm)
	show("/fulfilment", c.Pick, access.FulfilmentWork)
	show("/mail", c.Mails, access.MailResend)
	return out
}

var _ http.Handler = (*edge.Router)(nil)
