package files

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"

	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
)

var png = append([]byte("\x89PNG\r\n\x1a\n"), 1, 2, 3)

func TestThePictureTypeComesFromItsContent(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		string(png): "image/png", "\xff\xd8\xff\xe0": "image/jpeg", "GIF89a": "image/gif", "GIF87a": "image/gif",
		"RIFF\x00\x00\x00\x00WEBPVP8 ": "image/webp", "RIFF\x00\x00\x00\x00WAVEfmt ": "", "<svg>": "", "<html>": "", "": "", "%PDF-1.7": "", "GIF90a": "",
	} {
		if got := TypeOf([]byte(body)); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

func TestAPictureIsKeptAsItCameWithItsDigest(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	file, err := AddPicture(t.Context(), tx, "", png)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Read(t.Context(), tx, file)
	if err != nil || p.Name != "picture.png" || p.Type != "image/png" || !bytes.Equal(p.Body, png) || p.SHA256 != sha256.Sum256(png) {
		t.Errorf("%+v %v", p, err)
	}
	var missing *problem.NotFound
	if _, err := Read(t.Context(), tx, file+1_000_000); !errors.As(err, &missing) {
		t.Error(err)
	}
}

func TestWhatIsNoPictureOrTooLargeIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	for want, body := range map[string][]byte{"required": nil, "not_a_picture": []byte("hello"), "file_too_large": append(png[:8:8], make([]byte, MaxBytes)...)} {
		_, err := AddPicture(t.Context(), tx, "x.png", body)
		v, ok := errors.AsType[*problem.Invalid](err)
		if !ok || v.Fields[0].Path != "file" || v.Fields[0].Code != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}
