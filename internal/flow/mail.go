package flow

import (
	"packhouse/internal/channel"
	"packhouse/internal/id"
	"packhouse/internal/notify"
	"packhouse/internal/sales"
	"packhouse/internal/txn"
)

// reserveMail queues the taking of an id for the mail that a command will
// write; the id is there after the next round trip, and stays 0 when there is
// nobody to write to or the order is an old one.
func reserveMail(tx *txn.Tx, to string) *id.Mail {
	var mail id.Mail
	if to != "" && tx.Actor().Kind != txn.Import {
		notify.ReserveLater(tx, &mail)
	}
	return &mail
}

// sendMail writes the order's mail for the event recorded just before. What
// keeps it back is written down with it.
func sendMail(tx *txn.Tx, ch channel.Channel, o *sales.Order, kind notify.Kind, mail id.Mail, quiet bool) {
	if mail == 0 {
		return
	}
	why := notify.Sent
	switch {
	case quiet:
		why = notify.ByChoice
	case !ch.SendsMail:
		why = notify.ByChannel
	}
	notify.Queue(tx, notify.Mail{ID: mail, Order: o.ID, Kind: kind, To: o.Email, Language: o.Language, Suppress: why})
}
