package look

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/pgtest"
	"packhouse/internal/pgtest/company"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/edge/edgetest"
	"packhouse/web/shop"
	"packhouse/web/static"
	"packhouse/web/track"
)

func TestLook(t *testing.T) {
	db := pgtest.DB(t)
	f := company.Plant(t, db)
	keys, _ := link.NewKeys(edgetest.Key)
	e, _ := edge.New(edge.Config{DB: db.DB, Read: db.Pools.Read, Quick: db.Pools.Write, Key: edgetest.Key, BaseURL: "http://localhost:8091", Clock: time.Now, Customer: shop.CustomerOf(db.Pools.Read, false)})
	r := e.Router()
	shop.Routes(r, shop.Deps{Read: db.Pools.Read, Keys: keys})
	track.Routes(r, track.Deps{Read: db.Pools.Read, Keys: keys})
	r.Mount("/static", static.Handler())
	more(r, db, f)
	var o flow.Placement
	address := func(confirm bool, day string) string {
		_, err := txn.Do(t.Context(), db.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (x struct{}, err error) {
			o, err = flow.PlaceOrder(ctx, tx, flow.NewOrder{Channel: f.Desk, ContactName: "Ida Holm", Email: "ida@example.com", Language: "en",
				ShipTo: trade.Address{Name: "Ida Holm", Line1: "Kai 7", City: "Hamburg", Postcode: "20457", Country: "DE"}, PONumber: "PO-77",
				Lines: []flow.NewLine{{Code: f.Tray.Code, Pieces: 15}, {Code: f.Napkin.Code, Pieces: 4}}})
			if err == nil && confirm {
				_, err = flow.ConfirmOrder(ctx, tx, o.Order, flow.Confirming{})
			}
			return x, err
		})
		if err != nil {
			t.Fatal(err)
		}
		l, err := link.Of(t.Context(), db.Pools.Read, link.Status, "order", int64(o.Order))
		if err != nil {
			t.Fatal(err)
		}
		_ = id.Order(0)
		return "/o/" + keys.Secret(l)
	}
	b := edgetest.New(t, r)
	bad := b.Get("/shop/order?b=3~NAP-LIN-SND&b=2~TRAY-OAK-L").Form("/shop/order")
	bad.Set("email", "no address")
	a := b.Post("/shop/order", bad)
	r.Get("/bad", pub, func(*edge.Request) (edge.Reply, error) { return edge.Reply{}, nil })
	_ = url.Values{}
	page := a.Body
	h := http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/badorder" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, page)
			return
		}
		r.ServeHTTP(w, q)
	})
	placed, confirmed := address(false, ""), address(true, "")
	os.WriteFile("/tmp/room/shop/urls", []byte(fmt.Sprintf("shop /shop\nshopb /shop?b=2~TRAY-OAK-L\norder /shop/order?b=2~TRAY-OAK-L&b=4~NAP-LIN-SND\nbad /badorder\nplaced %s\nconfirmed %s\nconfde %s?lang=de\ncancel %s/cancel\nlogin /shop/login\n%s", placed, confirmed, confirmed, placed, extra(t, b, db)), ), 0o600)
	srv := &http.Server{Addr: "127.0.0.1:8091", Handler: h}
	go srv.ListenAndServe()
	for {
		if _, err := os.Stat("/tmp/room/shop/stop"); err == nil {
			os.Remove("/tmp/room/shop/stop")
			srv.Close()
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
}
