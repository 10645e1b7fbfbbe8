// Package id holds the typed keys of the house: a key of one kind cannot be
// passed where another is meant, and the compiler says so.
package id

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Each type is the bigint identity of one table. Zero means "none".
type (
	Order      int64 // sales_orders
	Line       int64 // sales_order_lines
	Hold       int64 // sales_holds
	Customer   int64 // customers
	Address    int64 // customer_addresses
	Product    int64 // catalog_products
	SKU        int64 // catalog_skus
	PriceList  int64 // catalog_price_lists
	Location   int64 // inventory_locations
	Bin        int64 // inventory_bins
	Allocation int64 // inventory_allocations
	Fulfilment int64 // fulfilment_orders
	Channel    int64 // channels
	Event      int64 // events
	Mail       int64 // notify_mails
	User       int64 // access_users
	Link       int64 // links
	File       int64 // files
	Entity     int64 // settings_entities
)

// Key names one command, made with the form that will carry it, so that the
// same press twice is recognised as one. It is a UUIDv7 (RFC 9562) in its
// usual 36-character spelling.
type Key string

// NewKey makes a key that no other has: 48 bits of time, 74 random ones.
func NewKey() Key {
	var b [16]byte
	if _, err := rand.Read(b[6:]); err != nil {
		panic("id: the system gives no randomness: " + err.Error()) // crypto/rand never fails on a working system
	}
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(time.Now().UnixMilli()))
	copy(b[:6], ms[2:])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return spell(b)
}

func spell(b [16]byte) Key {
	h := hex.EncodeToString(b[:])
	return Key(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
}

// Derive makes the key of one part of a command, the same every time: the
// tenth order of a bulk action, the confirmation that follows an import. It is
// a UUIDv8 (RFC 9562): a hash in the shape of a UUID.
func Derive(k Key, parts ...string) Key {
	h := sha256.New()
	h.Write([]byte(k))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	var b [16]byte
	copy(b[:], h.Sum(nil))
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return spell(b)
}

// ParseKey reads a key as a form or an integration sends it; ok is false for
// anything that is not spelt like a UUID.
func ParseKey(s string) (Key, bool) {
	if len(s) != 36 {
		return "", false
	}
	s = strings.ToLower(s)
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return "", false
			}
			continue
		}
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", false
		}
	}
	return Key(s), true
}

// Text is an id as forms and addresses spell it.
func Text[I ~int64](i I) string { return strconv.FormatInt(int64(i), 10) }
