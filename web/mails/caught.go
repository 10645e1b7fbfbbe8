package mails

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"packhouse/internal/notify"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// caughtPage is how many caught mails a page shows.
const caughtPage = 50

type caughtListView struct {
	sight
	Rows  []notify.Caught
	Older string
}

func (p pages) caughtList(r *edge.Request) (edge.Reply, error) {
	v := caughtListView{sight: p.sight(r)}
	before, _ := strconv.ParseInt(r.Text("before"), 10, 64) // nonsense begins at the newest
	var err error
	if v.Rows, err = notify.CaughtMails(r.Context(), p.Read, before, caughtPage+1); err != nil {
		return edge.Reply{}, err
	}
	if len(v.Rows) > caughtPage {
		v.Rows = v.Rows[:caughtPage]
		v.Older = "/mail/caught?before=" + strconv.FormatInt(v.Rows[caughtPage-1].ID, 10)
	}
	f := frame("Caught mails")
	f.Wide = true
	return edge.Page(f, caughtListPage(v)), nil
}

func (v caughtListView) grid() ui.Grid {
	g := ui.Grid{ID: "caught", Caption: "Caught mails", Columns: []ui.Column{{Label: "Subject"}, {Label: "To"}, {Label: "Caught", Short: true, End: true}}}
	for _, c := range v.Rows {
		g.Rows = append(g.Rows, ui.Row{Label: c.Subject, Cells: []templ.Component{ui.Lead(caughtPath(c), c.Subject, ""), ui.Text(c.To), ui.When(v.When(c.At))}})
	}
	return g
}

func caughtPath(c notify.Caught) string { return "/mail/caught/" + strconv.FormatInt(c.ID, 10) }

type caughtView struct {
	sight
	Mail  notify.Caught
	Open  notify.Opened
	Links []string // of ours, as paths: the frame does not let any be followed
}

func (p pages) caught(r *edge.Request) (edge.Reply, error) {
	v := caughtView{sight: p.sight(r)}
	var err error
	if v.Mail, err = notify.ReadCaught(r.Context(), p.Read, r.ID("caught")); err != nil {
		return edge.Reply{}, err
	}
	v.Open = v.Mail.Open()
	v.Links = ownLinks(v.Open.Text, r.Absolute("/"))
	return edge.Page(frame("Caught mail"), caughtOne(v)), nil
}

func (p pages) caughtBody(r *edge.Request) (edge.Reply, error) {
	c, err := notify.ReadCaught(r.Context(), p.Read, r.ID("caught"))
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Framed(c.Open().HTML), nil
}

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// ownLinks are the addresses of this site that stand in a text.
func ownLinks(text, base string) []string {
	var out []string
	for _, a := range address.FindAllString(text, 20) {
		if u, err := url.Parse(a); err == nil && strings.HasPrefix(a, base) {
			out = append(out, edge.Local(u.EscapedPath()))
		}
	}
	return out
}

func (v caughtView) facts() []ui.Pair {
	return []ui.Pair{{Key: "From", Value: v.Mail.From}, {Key: "To", Value: v.Mail.To}, {Key: "Caught", Value: v.Words.Moment(v.Mail.At)}}
}
