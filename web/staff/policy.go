package staff

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"packhouse/internal/access"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

type rolesView struct {
	Roles []string
	Rows  []roleRow
}

type roleRow struct {
	Means, Name string
	May         []bool
}

// roles shows the permission table, the same one that decides.
func (s *Room) roles(r *edge.Request) (edge.Reply, error) {
	var v rolesView
	for _, role := range access.Roles {
		v.Roles = append(v.Roles, r.Say("role."+string(role)))
	}
	for _, rule := range access.Table {
		row := roleRow{Means: rule.Means, Name: rule.Permission.String()}
		for _, role := range access.Roles {
			row.May = append(row.May, role.May(rule.Permission))
		}
		v.Rows = append(v.Rows, row)
	}
	return edge.Page(staffFrame("Roles"), rolesPage(v)), nil
}

type policyView struct {
	Key, Version string
	Fresh        bool
	Options      []ui.Option
	Problems     ui.Problems
}

func (s *Room) policy(r *edge.Request) (edge.Reply, error) { return s.drawPolicy(r, nil, nil) }

func (s *Room) drawPolicy(r *edge.Request, typed []string, wrong error) (edge.Reply, error) {
	p, err := access.ReadPolicy(r.Context(), s.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	v := policyView{Key: r.Key(), Version: strconv.FormatInt(p.Version, 10), Fresh: r.Person.Fresh, Options: roleOptions(r), Problems: r.Problems(wrong)}
	for i, o := range v.Options {
		v.Options[i].Chosen = p.Requires(access.Role(o.Value))
		if wrong != nil {
			v.Options[i].Chosen = slices.Contains(typed, o.Value)
		}
	}
	if wrong != nil {
		return edge.Redraw(wrong, staffFrame("Policy"), policyPage(v)), nil
	}
	return edge.Page(staffFrame("Policy"), policyPage(v)), nil
}

func (s *Room) savePolicy(r *edge.Request) (edge.Reply, error) {
	typed := r.Texts("require")
	p := access.Policy{Version: r.Version()}
	for _, role := range typed {
		p.RequireTOTP = append(p.RequireTOTP, access.Role(role))
	}
	if err := s.proveUnlessFresh(r, "current"); err != nil {
		return s.drawPolicy(r, typed, err)
	}
	_, err := edge.Run(r, func(_ context.Context, tx *txn.Tx) error { return access.SetPolicy(tx, p) })
	if err != nil {
		return s.drawPolicy(r, typed, err)
	}
	return edge.SeeOther("/staff", edge.Done("done.policy_saved")), nil
}

// changesOf is what somebody else changed, of a stale form.
func changesOf(err error) []ui.Difference {
	stale, ok := errors.AsType[*problem.Stale](err)
	if !ok {
		return nil
	}
	var all []ui.Difference
	for _, c := range stale.Changes {
		all = append(all, ui.Difference{Label: c.Field, Before: c.Before, After: c.After})
	}
	return all
}
