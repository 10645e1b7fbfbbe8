package mails

import (
	"errors"

	"github.com/a-h/templ"

	"packhouse/internal/id"
	"packhouse/internal/notify"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// mailView is a mail's page. Message is what was sent, or what would be sent
// now.
type mailView struct {
	sight
	Mail    notify.Full
	Message notify.Message
	Unsaid  string // why there is no message to show
	To      string // typed for sending again
}

func (p pages) read(r *edge.Request) (mailView, error) {
	v := mailView{sight: p.sight(r)}
	var err error
	if v.Mail, err = notify.Read(r.Context(), p.Read, id.Mail(r.ID("mail"))); err != nil {
		return v, err
	}
	v.To = v.Mail.To
	v.Message, err = p.message(r, v.Mail)
	switch {
	case err == nil:
	case errors.Is(err, notify.ErrSpent):
		v.Unsaid = "Its link has ended, so the mail cannot be written any more."
	case problem.IsPersons(err):
		v.Unsaid = "What it is about is no longer there, so the mail cannot be written any more."
	default:
		return v, err
	}
	return v, nil
}

// message is the mail as it was sent; one that was not is written now, without
// its secret.
func (p pages) message(r *edge.Request, m notify.Full) (notify.Message, error) {
	if m.State == notify.StateSent {
		return m.Message, nil
	}
	house, err := p.House(r.Context(), p.Read)
	if err != nil {
		return notify.Message{}, err
	}
	message, err := notify.Render(r.Context(), p.Read, p.Keys, house, m.Mail())
	return message.Kept(), err
}

func (p pages) mail(r *edge.Request) (edge.Reply, error) {
	v, err := p.read(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(frame(v.title()), mailPage(v)), nil
}

func (p pages) body(r *edge.Request) (edge.Reply, error) {
	m, err := notify.Read(r.Context(), p.Read, id.Mail(r.ID("mail")))
	if err != nil {
		return edge.Reply{}, err
	}
	message, err := p.message(r, m)
	if errors.Is(err, notify.ErrSpent) {
		err = problem.Missing("mail")
	}
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Framed(message.HTML), nil
}

func (v mailView) title() string { return v.Say(v.Mail.Kind.Code()) }

func (v mailView) head() ui.PageHead {
	m := v.Mail
	h := ui.PageHead{Crumbs: []ui.Crumb{{Label: "Mail", Href: "/mail"}}, Title: v.title(), Sub: "To " + trade.EmailShown(m.To),
		Badges: []ui.State{{Kind: stateKind(m.State), Word: v.Say(m.State.Code())}}}
	if !v.Resend {
		return h
	}
	switch m.State {
	case notify.StateFailed:
		h.Primary = &ui.Action{Label: "Try again", Post: mailPath(m.ID) + "/retry", Command: fresh()}
	case notify.StateQueued:
		stop := ui.Action{Label: "Do not send", Post: mailPath(m.ID) + "/stop", Command: fresh()}
		if m.Leased {
			stop.Why = v.Say("refused.mail_leaving")
		}
		h.Quiet = append(h.Quiet, stop)
	}
	return h
}

func (v mailView) facts() []ui.Pair {
	m := v.Mail
	facts := []ui.Pair{{Key: "To", Value: trade.EmailShown(m.To), Copy: true}, {Key: "Language", Value: m.Language}}
	if m.Order != 0 {
		facts = append(facts, ui.Pair{Key: "Order", Value: m.Number, Href: orderPath(m.Order)})
	}
	facts = append(facts, ui.Pair{Key: "Written", Value: v.Words.Moment(m.Created)})
	if m.Sent != nil {
		facts = append(facts, ui.Pair{Key: "Sent", Value: v.Words.Moment(*m.Sent)})
	}
	facts = append(facts, ui.Pair{Key: "Tries", Value: v.N(m.Attempts)})
	if m.LastError != "" {
		facts = append(facts, ui.Pair{Key: "Last error", Value: m.LastError})
	}
	if m.MessageID != "" {
		facts = append(facts, ui.Pair{Key: "Message-ID", Value: m.MessageID, Copy: true, Muted: true})
	}
	return facts
}

func (v mailView) history() []ui.Happening {
	out := make([]ui.Happening, 0, len(v.Mail.History))
	for i := len(v.Mail.History) - 1; i >= 0; i-- { // newest first
		h := v.Mail.History[i]
		who := h.Name
		if who == "" {
			who = v.Say("actor." + h.Actor)
		}
		out = append(out, ui.Happening{At: v.When(h.At), Who: who, Sentence: v.Words.Say("event."+h.Kind, h.Data)})
	}
	return out
}

// cannotResend is why it cannot be sent again, in words; empty when it can.
func (v mailView) cannotResend() string { return v.Words.Tell(v.Mail.CanResend()) }

func (v mailView) copies() ui.Grid {
	g := ui.Grid{Caption: "Copies", Plain: true, Columns: []ui.Column{{Label: "To"}, {Label: "State"}, {Label: "Written", Short: true}}}
	for _, c := range v.Mail.Copies {
		to := trade.EmailShown(c.To)
		g.Rows = append(g.Rows, ui.Row{Label: to, Cells: []templ.Component{
			ui.Lead(mailPath(c.ID), to, ""), ui.Badge(stateKind(c.State), v.Say(c.State.Code())), ui.When(v.When(c.Created)),
		}})
	}
	return g
}
