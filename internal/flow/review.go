package flow

import (
	"context"
	"time"

	"packhouse/internal/channel"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/pg"
	"packhouse/internal/sales"
)

// Review makes every check of an order as things stand now, for its page.
func Review(ctx context.Context, r pg.Reader, o *sales.Order) (sales.Checks, channel.Channel, error) {
	held, err := inventory.AllocationsOf(ctx, r, o.ID)
	if err != nil {
		return nil, channel.Channel{}, err
	}
	return reviewWith(ctx, r, o, held)
}

func reviewWith(ctx context.Context, r pg.Reader, o *sales.Order, held []inventory.Allocation) (sales.Checks, channel.Channel, error) {
	facts, ch, err := factsOf(ctx, r, o)
	if err != nil {
		return nil, ch, err
	}
	if needs := needsOf(o, held); len(needs) > 0 {
		levels, err := inventory.LevelsFor(ctx, r, needs, termsOf(ch))
		if err != nil {
			return nil, ch, err
		}
		facts.Shorts = shortsOf(inventory.Decide(needs, levels, termsOf(ch)))
		for _, a := range held { // what the order keeps for itself is free for it
			if s, short := facts.Shorts[a.Line]; short {
				s.Free += a.Quantity
				facts.Shorts[a.Line] = s
			}
		}
	}
	return o.Run(facts), ch, nil
}

// latestPromise is the last day promised for what is still open; nil when none
// is.
func latestPromise(ctx context.Context, r pg.Reader, o *sales.Order) (*time.Time, error) {
	ps, err := sales.Promises(ctx, r, o.ID)
	if err != nil {
		return nil, err
	}
	open := make(map[id.Line]bool, len(o.Lines))
	for _, l := range o.Lines {
		open[l.ID] = l.Open() > 0
	}
	var latest *time.Time
	for _, p := range ps {
		if p.Day != nil && open[p.Line] && (latest == nil || latest.Before(*p.Day)) {
			latest = p.Day
		}
	}
	return latest, nil
}
