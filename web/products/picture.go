package products

import (
	"context"
	"errors"
	"strconv"

	"packhouse/internal/catalog"
	"packhouse/internal/files"
	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
)

// picture serves a stored picture: by the edge with the type it has by its
// content, never sniffed, and in a sandbox.
func (p pages) picture(r *edge.Request) (edge.Reply, error) {
	pic, err := files.Read(r.Context(), p.Read, id.File(r.ID("file")))
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Picture(pic.Type, pic.Body), nil
}

func (p pages) setPicture(r *edge.Request) (edge.Reply, error) {
	product := id.Product(r.ID("product"))
	up, err := r.Upload("file")
	if errors.Is(err, edge.ErrNoUpload) {
		err = problem.At("file", "required")
	}
	if err == nil {
		_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
			file, err := files.AddPicture(ctx, tx, up.Name, up.Body)
			if err != nil {
				return err
			}
			return catalog.SetPicture(ctx, tx, product, r.Version(), file, up.Name)
		})
	}
	if err != nil {
		return p.redrawProduct(r, product, err)
	}
	return edge.SeeOther(productPath(product), edge.Done("product.picture_set")), nil
}

func (p pages) removePicture(r *edge.Request) (edge.Reply, error) {
	product := id.Product(r.ID("product"))
	_, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return catalog.SetPicture(ctx, tx, product, r.Version(), 0, "")
	})
	if err != nil {
		return p.redrawProduct(r, product, err)
	}
	return edge.SeeOther(productPath(product), edge.Done("product.picture_removed")), nil
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func idText(n int64) string { return strconv.FormatInt(n, 10) }
