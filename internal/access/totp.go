package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"packhouse/internal/id"
)

// Vault seals second-factor secrets with a key drawn from SECRET_KEY: what the
// database holds makes no codes.
type Vault struct{ aead cipher.AEAD }

// NewVault draws the key; secretKey has at least 32 bytes.
func NewVault(secretKey []byte) (*Vault, error) {
	if len(secretKey) < 32 {
		return nil, errors.New("access: the secret key is shorter than 32 bytes")
	}
	key, err := hkdf.Key(sha256.New, secretKey, nil, "packhouse totp", 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key of second factors: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("derive the key of second factors: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("derive the key of second factors: %w", err)
	}
	return &Vault{aead}, nil
}

// owner binds sealed bytes to one person: copied to another row they open
// nothing.
func owner(user id.User) []byte { return binary.BigEndian.AppendUint64(nil, uint64(user)) }

func (v *Vault) seal(user id.User, secret []byte) []byte {
	nonce := make([]byte, v.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return v.aead.Seal(nonce, nonce, secret, owner(user))
}

func (v *Vault) open(user id.User, sealed []byte) ([]byte, error) {
	n := v.aead.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("access: a sealed secret is cut off")
	}
	secret, err := v.aead.Open(nil, sealed[:n], sealed[n:], owner(user))
	if err != nil {
		return nil, fmt.Errorf("open the second factor of user %d: %w", user, err)
	}
	return secret, nil
}

var plain32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// Enrolment is a second factor offered and not yet confirmed. Sealed travels
// through the form, so that showing the page stores nothing.
type Enrolment struct {
	Sealed string
	Secret string // for typing, in groups of four
	URL    string // otpauth://, for the QR code
}

// Offer makes a new secret for the person.
func (v *Vault) Offer(user id.User, email, issuer string) Enrolment {
	secret := make([]byte, 20)
	_, _ = rand.Read(secret) // never fails
	return v.describe(user, email, issuer, secret, plain32.EncodeToString(v.seal(user, secret)))
}

// Reopen is the enrolment of a form that came back with a wrong code; ok is
// false when the form was not ours or another person's.
func (v *Vault) Reopen(user id.User, email, issuer, sealed string) (e Enrolment, ok bool) {
	raw, err := plain32.DecodeString(sealed)
	if err != nil {
		return e, false
	}
	secret, err := v.open(user, raw)
	if err != nil {
		return e, false
	}
	return v.describe(user, email, issuer, secret, sealed), true
}

func (v *Vault) describe(user id.User, email, issuer string, secret []byte, sealed string) Enrolment {
	text := plain32.EncodeToString(secret)
	var groups []string
	for i := 0; i < len(text); i += 4 {
		groups = append(groups, text[i:min(i+4, len(text))])
	}
	q := url.Values{"secret": {text}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + email, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}
	return Enrolment{Sealed: sealed, Secret: strings.Join(groups, " "), URL: u.String()}
}

// period of a code, in seconds.
const period = 30

// step finds the 30-second step whose code this is, one before to one after
// now; 0 if none.
func step(secret []byte, code string, now time.Time) (int64, error) {
	var found int64
	for _, shift := range []int64{-1, 0, 1} {
		at := now.Add(time.Duration(shift) * period * time.Second)
		want, err := totp.GenerateCodeCustom(plain32.EncodeToString(secret), at, totp.ValidateOpts{Period: period, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, fmt.Errorf("make a code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = at.Unix() / period
		}
	}
	return found, nil
}

// tidyCode takes out what people type between digits and letters.
func tidyCode(code string) string {
	return strings.ToLower(strings.Map(func(c rune) rune {
		if c == ' ' || c == '-' || c == '\u00a0' {
			return -1
		}
		return c
	}, code))
}

// newRecoveryCodes makes ten codes of 80 random bits, as shown, once.
func newRecoveryCodes() []string {
	codes := make([]string, 10)
	for i := range codes {
		var b [10]byte
		_, _ = rand.Read(b[:]) // never fails
		s := strings.ToLower(plain32.EncodeToString(b[:]))
		codes[i] = s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
	}
	return codes
}

// codeHash is what is stored of a recovery code. A fast hash is enough for 80
// random bits.
func codeHash(user id.User, code string) []byte {
	h := sha256.Sum256(append(owner(user), tidyCode(code)...))
	return h[:]
}
