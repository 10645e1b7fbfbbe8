// Package settings is the section /settings: what the company and its channels
// decide for themselves, the tax rates, and the log of what was changed. It
// decides nothing; every change goes through internal/settings and
// internal/channel, which record it.
package settings

import (
	"packhouse/internal/access"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/settings"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// Deps is what the pages need.
type Deps struct {
	Read pg.Reader // the read-only pool
}

type pages struct{ Deps }

// Routes adds the section's pages and commands.
func Routes(r *edge.Router, d Deps) {
	p := pages{d}
	r.Get("/settings", access.SettingsRead, p.company)
	r.Post("/settings", access.SettingsManage, p.saveCompany)
	r.Get("/settings/channels", access.SettingsRead, p.channels)
	r.Get("/settings/channels/{channel}", access.SettingsRead, p.channel)
	r.Post("/settings/channels/{channel}", access.ShopManage, p.saveChannel)
	r.Get("/settings/taxes", access.SettingsRead, p.taxes)
	r.Get("/settings/log", access.AuditRead, p.log)
}

// base is what every page of the section knows.
type base struct {
	parts.Look
	Tabs []ui.Tab
}

func (p pages) open(r *edge.Request, current string) (base, settings.Company, int64, error) {
	c, version, err := settings.Read(r.Context(), p.Read)
	b := base{Look: parts.NewLook(r.Lang, c.Location(), r.Now())}
	for _, t := range []struct {
		code, href string
		perm       access.Permission
	}{
		{"settings.company", "/settings", access.SettingsRead}, {"settings.channels", "/settings/channels", access.SettingsRead},
		{"settings.taxes", "/settings/taxes", access.SettingsRead}, {"settings.log", "/settings/log", access.AuditRead},
	} {
		if r.Can(t.perm) {
			b.Tabs = append(b.Tabs, ui.Tab{Label: b.Say(t.code), Href: t.href, Current: t.href == current})
		}
	}
	return b, c, version, err
}

func (b base) frame(code string) ui.Frame { return ui.Frame{Title: b.Say(code), Section: "/settings"} }

// overtaken is what somebody else did to the thing while its form was open.
type overtaken struct {
	Sentence string
	Changes  []ui.Difference
}

func (p pages) overtaken(r *edge.Request, b base, err error, subject string, n int64) (overtaken, error) {
	e, failed := settings.Latest(r.Context(), p.Read, subject, n)
	if failed != nil {
		return overtaken{}, failed
	}
	if e.ID == 0 {
		return overtaken{Sentence: r.Sentence(err)}, nil
	}
	return overtaken{b.Words.Tell(&problem.Stale{ByName: e.Name, At: e.Occurred}), b.changes(e)}, nil
}

// saved says what a form that was sent did.
func saved(repeated, changed bool) edge.Flash {
	switch {
	case repeated:
		return edge.Note("repeated")
	case !changed:
		return edge.Note("settings.nothing_changed")
	}
	return edge.Done("settings.saved")
}

// mayNot is why the person cannot press a button; empty when they can.
func mayNot(r *edge.Request, b base, perm access.Permission) string {
	if r.Can(perm) {
		return ""
	}
	var roles []string
	for _, role := range access.Roles {
		if role.May(perm) {
			roles = append(roles, b.Say("role."+string(role)))
		}
	}
	return b.Say("settings.only_some", "roles", roles)
}
