// Package files keeps pictures in PostgreSQL: what a person uploads is judged
// by its content, limited in size, and never changed. What a picture is shown
// for belongs to the room that shows it.
//
// Words: file (bytes with a name and a type), picture (a file a browser may
// draw).
package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// MaxBytes is the largest picture that is kept.
const MaxBytes = 5 << 20

const maxName = 120

// Picture is a stored picture.
type Picture struct {
	Name   string
	Type   string // "image/png", "image/jpeg", "image/webp" or "image/gif"
	SHA256 [32]byte
	Body   []byte
}

// TypeOf is the type of a picture by its first bytes, "" for anything else.
// What the browser or the name says is never believed; SVG is not a picture
// here, since it can hold scripts.
func TypeOf(body []byte) string {
	switch {
	case bytes.HasPrefix(body, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(body, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(body, []byte("GIF87a")), bytes.HasPrefix(body, []byte("GIF89a")):
		return "image/gif"
	case len(body) > 15 && bytes.HasPrefix(body, []byte("RIFF")) && string(body[8:15]) == "WEBPVP8":
		return "image/webp"
	}
	return ""
}

const addSQL = `
	insert into files (name, content_type, size, sha256, content) values ($1, $2, $3, $4, $5) returning id`

// AddPicture keeps a picture. What cannot be one is problem.Invalid at "file":
// required, file_too_large {max, in MB} or not_a_picture.
func AddPicture(ctx context.Context, tx *txn.Tx, name string, body []byte) (id.File, error) {
	kind := TypeOf(body)
	switch {
	case len(body) == 0:
		return 0, problem.At("file", "required")
	case len(body) > MaxBytes:
		return 0, problem.At("file", "file_too_large", "max", MaxBytes>>20)
	case kind == "":
		return 0, problem.At("file", "not_a_picture")
	}
	name = called(name, kind)
	sum := sha256.Sum256(body)
	var file id.File
	if err := tx.QueryRow(ctx, addSQL, name, kind, len(body), sum[:], body).Scan(&file); err != nil {
		return 0, fmt.Errorf("keep a picture: %w", err)
	}
	tx.Record(txn.Event{Kind: "file.added", Subject: txn.About("file", file), Data: map[string]any{"name": name, "size": len(body)}})
	return file, nil
}

// called is the name a file is kept under; it is only ever shown.
func called(name, kind string) string {
	if clean, err := trade.Line(name, maxName); err == nil && clean != "" {
		return clean
	}
	return "picture." + kind[len("image/"):]
}

const readSQL = `select name, content_type, sha256, content from files where id = $1`

// Read gets a picture with its content; problem.NotFound if there is none.
func Read(ctx context.Context, r pg.Reader, file id.File) (Picture, error) {
	var p Picture
	var sum []byte
	err := r.QueryRow(ctx, readSQL, file).Scan(&p.Name, &p.Type, &sum, &p.Body)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, problem.Missing("file")
	}
	if err != nil {
		return p, fmt.Errorf("read file %d: %w", file, err)
	}
	copy(p.SHA256[:], sum)
	return p, nil
}
