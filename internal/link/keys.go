package link

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"

	"packhouse/internal/id"
)

// Keys is the family of keys drawn from SECRET_KEY by HKDF-SHA256. Each use has
// a key of its own, so that what is learnt of one says nothing of another.
type Keys struct {
	root []byte
	sign []byte
	mask []byte
}

// MinKey is the least length of SECRET_KEY in bytes.
const MinKey = 32

// ErrShortKey is returned for a secret key that could be guessed.
var ErrShortKey = errors.New("SECRET_KEY must have at least 32 characters")

// NewKeys draws the family from the secret key; ErrShortKey when it has fewer
// than MinKey bytes.
func NewKeys(secretKey []byte) (Keys, error) {
	if len(secretKey) < MinKey {
		return Keys{}, ErrShortKey
	}
	root, err := hkdf.Extract(sha256.New, secretKey, []byte("packhouse key family 1"))
	if err != nil {
		return Keys{}, err
	}
	k := Keys{root: root}
	k.sign = k.Derive("link signing")
	k.mask = k.Derive("link masking")
	return k, nil
}

// Derive gives the 32-byte key of one named use, such as the sealing of second
// factors. The same name gives the same key for as long as SECRET_KEY stays.
func (k Keys) Derive(name string) []byte {
	key, err := hkdf.Expand(sha256.New, k.root, name, 32)
	if err != nil {
		panic("link: keys used before NewKeys: " + err.Error()) // 32 bytes are always within what HKDF gives
	}
	return key
}

// A secret is 20 bytes of signature (160 bits) and the link's id, masked by a
// stream that depends on the signature: two secrets of neighbouring links have
// nothing in common, and no number of ours can be read from them.
const (
	macSize    = 20
	secretSize = macSize + 8
)

var encoding = base64.RawURLEncoding.Strict()

// SecretLength is the length of every secret in characters.
const SecretLength = (secretSize*8 + 5) / 6

// Secret is the text that proves the right to the link, for the end of an
// address: letters, digits, - and _.
func (k Keys) Secret(l Link) string {
	b := make([]byte, secretSize)
	copy(b, k.mac(l.ID, l.Purpose, l.Generation))
	binary.BigEndian.PutUint64(b[macSize:], uint64(l.ID)^k.stream(b[:macSize]))
	return encoding.EncodeToString(b)
}

// read takes a secret apart without believing it.
func (k Keys) read(secret string) (l id.Link, mac []byte, ok bool) {
	if len(secret) != SecretLength {
		return 0, nil, false
	}
	b, err := encoding.DecodeString(secret)
	if err != nil || len(b) != secretSize {
		return 0, nil, false
	}
	n := binary.BigEndian.Uint64(b[macSize:]) ^ k.stream(b[:macSize])
	if n>>63 != 0 {
		n = 0 // no id is negative; zero is looked for and not found, like any other wrong one
	}
	return id.Link(n), b[:macSize], true
}

func (k Keys) mac(l id.Link, p Purpose, generation int) []byte {
	h := hmac.New(sha256.New, k.sign)
	var n [16]byte
	binary.BigEndian.PutUint64(n[:8], uint64(l))
	binary.BigEndian.PutUint64(n[8:], uint64(generation))
	h.Write(n[:])
	h.Write([]byte(p.name))
	return h.Sum(nil)[:macSize]
}

func (k Keys) stream(mac []byte) uint64 {
	h := hmac.New(sha256.New, k.mask)
	h.Write(mac)
	return binary.BigEndian.Uint64(h.Sum(nil))
}
