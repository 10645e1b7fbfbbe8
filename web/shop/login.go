package shop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/notify"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// loginView is the page that asks for an e-mail address.
type loginView struct {
	base
	Email    string
	Key      string
	Problems ui.Problems
}

func (p pages) login(r *edge.Request) (edge.Reply, error) {
	b, err := p.open(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(b.frame(b.Say("shop.sign_in")), loginPage(loginView{base: b, Key: r.Key()})), nil
}

// mails one address may ask for, from wherever they are asked.
const (
	loginMails  = 5
	loginWindow = 30 * time.Minute
)

// sendLogin mails a link to whoever has the address. The answer and the way to
// it are the same for an address nobody has, so that nobody learns who buys
// here.
func (p pages) sendLogin(r *edge.Request) (edge.Reply, error) {
	b, err := p.open(r)
	if err != nil {
		return edge.Reply{}, err
	}
	v := loginView{base: b, Email: r.Text("email"), Key: r.Key()}
	again := func(err error) (edge.Reply, error) {
		v.Problems = r.Problems(err)
		return edge.Redraw(err, b.frame(b.Say("shop.sign_in")), loginPage(v)), nil
	}
	invalid := r.Invalid()
	email := trade.ReadEmail(invalid, "email", v.Email)
	if v.Email == "" && !invalid.Has("email") {
		invalid.Add("email", "required")
	}
	if err := invalid.Err(); err != nil {
		return again(err)
	}
	sum := sha256.Sum256([]byte(strings.ToLower(email)))
	if err := r.Limit("shop-login "+hex.EncodeToString(sum[:12]), loginMails, loginWindow); err != nil {
		return again(err)
	}
	_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		who, known, err := customers.ByEmail(ctx, tx, email)
		if err != nil {
			return err
		}
		if !known {
			tx.Quiet("nobody has this address, and nobody is told so")
			return nil
		}
		l, err := link.Make(ctx, tx, link.ShopLogin, "customer", int64(who.ID), 0)
		if err != nil {
			return err
		}
		mail, err := notify.Reserve(ctx, tx)
		if err != nil {
			return err
		}
		customers.RecordLoginAsked(tx, who.ID)
		notify.Queue(tx, notify.Mail{ID: mail, Kind: notify.ShopLogin, To: who.Email, Language: b.Words.Lang(), Args: problem.With("name", who.Name, "link", l.ID)})
		return nil
	})
	if err != nil {
		return again(err)
	}
	return edge.SeeOther(b.address("/shop/login", nil), edge.Done("shop.login_sent", "email", trade.EmailShown(email))), nil
}

// askLogin shows the button. Opening the address spends nothing: programs that
// look into mails follow links, too.
func (p pages) askLogin(r *edge.Request) (edge.Reply, error) {
	if _, err := link.Open(r.Context(), p.Read, p.Keys, link.ShopLogin, r.Param("secret")); err != nil {
		return edge.Reply{}, err
	}
	b, err := p.open(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(b.frame(b.Say("shop.sign_in")), useLoginPage(b)), nil
}

func (p pages) useLogin(r *edge.Request) (edge.Reply, error) {
	secret := r.Param("secret")
	who, err := link.Open(r.Context(), p.Read, p.Keys, link.ShopLogin, secret)
	if err != nil {
		return edge.Reply{}, err
	}
	var token string // never the command's outcome: that is stored
	_, err = edge.Once(r, txn.Actor{Kind: txn.Customer, ID: who.ID}, func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		who, err := link.Use(ctx, tx, p.Keys, link.ShopLogin, secret)
		if err != nil {
			return struct{}{}, err
		}
		token = customers.OpenSession(tx, id.Customer(who.ID))
		return struct{}{}, nil
	})
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther("/shop", edge.Done("shop.signed_in")).WithCookie(cookieName, token, customers.SessionLasts), nil
}

func (p pages) logout(r *edge.Request) (edge.Reply, error) {
	if c, err := r.Request.Cookie(edge.CookieName(p.Secure, cookieName)); err == nil && r.Customer != 0 {
		_, err := edge.Once(r, r.Actor(), func(_ context.Context, tx *txn.Tx) (struct{}, error) {
			customers.CloseSession(tx, r.Customer, c.Value)
			return struct{}{}, nil
		})
		if err != nil {
			return edge.Reply{}, err
		}
	}
	return edge.SeeOther("/shop", edge.Done("shop.signed_out")).WithCookie(cookieName, "", 0), nil
}
