package flow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"packhouse/internal/channel"
	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// taking is the family of the keys that name the taking of an order from
// outside: any fixed UUID will do.
const taking id.Key = "6f0f4f3a-7c1d-4b5e-9a57-2f6a1c8e0d43"

// TakeOrder places an order that came from another system, named there by ref.
// The channel and ref together are the command: the same body again gives the
// first order and Repeated, however often and however much at once it comes. A
// changed body under the same ref is problem.Conflict "conflict.external_ref".
// body is what came, in one canonical spelling, so that white space or the
// order of fields makes no other request.
func TakeOrder(ctx context.Context, db *txn.DB, actor txn.Actor, channelCode, ref string, body []byte, in NewOrder) (txn.Outcome[Placement], error) {
	v := &problem.Invalid{}
	if ref = trade.ReadLine(v, "external_ref", ref, 200); ref == "" && !v.Has("external_ref") {
		v.Add("external_ref", "required")
	}
	if err := v.Err(); err != nil {
		return txn.Outcome[Placement]{}, err
	}
	sum := sha256.Sum256(body)
	cmd := txn.NewCommand(id.Derive(taking, channelCode, ref), hex.EncodeToString(sum[:]))
	// The key belongs to the channel and not to who delivers: a new access token of the same integration repeats, too.
	by := txn.Actor{Kind: actor.Kind, Name: actor.Name, At: actor.At}
	out, err := txn.Do(ctx, db, by, cmd, func(ctx context.Context, tx *txn.Tx) (Placement, error) {
		ch, err := channel.ByCode(ctx, tx, channelCode)
		if err != nil {
			return Placement{}, err
		}
		in := in
		in.Channel, in.ExternalRef = ch.ID, ref
		return PlaceOrder(ctx, tx, in)
	})
	if _, changed := errors.AsType[*problem.Conflict](err); changed {
		return out, &problem.Conflict{Code: "conflict.external_ref"}
	}
	// Only a ref that was taken on another way, such as an import or staff entry, meets the index.
	if name, ok := pg.Violates(err); ok && strings.HasPrefix(name, "sales_orders_external") {
		return out, &problem.Conflict{Code: "conflict.external_ref"}
	}
	return out, err
}
