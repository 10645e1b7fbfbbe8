package staff

import (
	"context"
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"

	"packhouse/internal/access"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

type offerView struct {
	Key       string
	Enrolment access.Enrolment
	QR        drawing
	Required  bool // nothing else may be done before
	Fresh     bool
	Problems  ui.Problems
}

func (s *Room) offerTOTP(r *edge.Request) (edge.Reply, error) {
	if r.Person.TOTP {
		return edge.SeeOther("/account"), nil
	}
	return s.drawOffer(r, s.Proof.Offer(r.Person.ID, r.Person.Email, s.Company(r.Context())), nil)
}

func (s *Room) drawOffer(r *edge.Request, e access.Enrolment, wrong error) (edge.Reply, error) {
	code, err := draw(e.URL)
	if err != nil {
		return edge.Reply{}, err
	}
	v := offerView{Key: r.Key(), Enrolment: e, QR: code, Required: r.Person.MustEnrol, Fresh: r.Person.Fresh, Problems: r.Problems(wrong)}
	if wrong != nil {
		return edge.Redraw(wrong, inside("Second factor"), offerPage(v)), nil
	}
	return edge.Page(inside("Second factor"), offerPage(v)), nil
}

func (s *Room) confirmTOTP(r *edge.Request) (edge.Reply, error) {
	company := s.Company(r.Context())
	offered, ok := s.Proof.Reopen(r.Person.ID, r.Person.Email, company, r.Text("sealed"))
	if !ok { // the form of another day or person: begin again
		return edge.SeeOther("/account/two-factor", edge.Note("code_wrong")), nil
	}
	if err := s.proveUnlessFresh(r, "current"); err != nil {
		return s.drawOffer(r, offered, err)
	}
	bucket := fmt.Sprintf("enrol %d", r.Person.ID)
	if err := r.Limit(bucket, tries, triesWindow); err != nil {
		return s.drawOffer(r, offered, err)
	}
	// The codes leave this function only on the page: kept as an outcome they would stand in the database.
	var codes []string
	generation, err := edge.Once(r, r.Person.Actor(), func(ctx context.Context, tx *txn.Tx) (generation int, err error) {
		codes, generation, err = s.Proof.ConfirmTOTP(ctx, tx, r.Person.ID, offered.Sealed, r.Text("code"))
		return generation, err
	})
	if err != nil {
		return s.drawOffer(r, offered, err)
	}
	if err := r.SignIn(r.Person.ID, generation); err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(inside("Recovery codes"), codesPage(codes)).WithFlash(edge.Done("done.totp_on")), nil
}

func (s *Room) renewCodes(r *edge.Request) (edge.Reply, error) {
	if !r.Person.TOTP {
		return edge.Reply{}, problem.Refuse("no_second_factor")
	}
	if err := s.proveUnlessFresh(r, "factor_current"); err != nil {
		return s.drawAccount(r, partFactor, err)
	}
	var codes []string
	_, err := edge.Once(r, r.Person.Actor(), func(_ context.Context, tx *txn.Tx) (struct{}, error) {
		codes = access.RenewRecoveryCodes(tx, r.Person.ID)
		return struct{}{}, nil
	})
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(inside("Recovery codes"), codesPage(codes)), nil
}

func (s *Room) removeOwnTOTP(r *edge.Request) (edge.Reply, error) {
	if err := s.proveUnlessFresh(r, "factor_current"); err != nil {
		return s.drawAccount(r, partFactor, err)
	}
	policy, err := access.ReadPolicy(r.Context(), s.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	if policy.Requires(r.Person.Role) {
		return s.drawAccount(r, partFactor, problem.Refuse("second_factor_needed"))
	}
	generation, err := edge.Once(r, r.Person.Actor(), func(ctx context.Context, tx *txn.Tx) (int, error) {
		return access.RemoveTOTP(ctx, tx, r.Person.ID)
	})
	if err != nil {
		return s.drawAccount(r, partFactor, err)
	}
	if err := r.SignIn(r.Person.ID, generation); err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther("/account", edge.Done("done.totp_off")), nil
}

// drawing is a QR code as one path of an SVG, with a quiet zone of four.
type drawing struct{ Box, Path string }

func draw(text string) (drawing, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return drawing{}, fmt.Errorf("draw the QR code: %w", err)
	}
	const quiet = 4
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			run := 0
			for x+run < size {
				if c, _, _, _ := code.At(x+run, y).RGBA(); c != 0 {
					break
				}
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
				x += run
			}
		}
	}
	return drawing{Box: fmt.Sprintf("0 0 %d %d", size+2*quiet, size+2*quiet), Path: path.String()}, nil
}
