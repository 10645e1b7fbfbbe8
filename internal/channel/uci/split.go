package uci

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The limits of one row: nothing a person or a program writes as a line of an
// invoice is longer, and memory stays bounded whatever the file is.
const (
	maxRow      = 1 << 16
	maxQuoteRun = 20 // physical lines one quoted field may span
)

// splitter cuts a file into rows of fields. A quote that is never closed costs
// one row and not the rest of the file.
type splitter struct {
	in      *bufio.Reader
	columns int
	no      int
	ahead   []physical // read while looking for a closing quote
	fields  []string   // of the last row, used again for the next
}

type physical struct {
	no   int
	text string
	long bool
}

// unzipped answers r unpacked where it is gzip, as its first bytes say, without
// a byte order mark.
func unzipped(r io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, maxRow)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("unpack the file: %w", err)
		}
		in = bufio.NewReaderSize(z, maxRow)
	}
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		if _, err := in.Discard(3); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// next answers the fields of the next row, good until the one after it, and its
// number in the file; wrong is the code of what keeps it from being cut. The
// end is io.EOF.
func (s *splitter) next() (no int, fields []string, wrong string, err error) {
	for {
		p, err := s.physical()
		if err != nil {
			return 0, nil, "", err
		}
		switch {
		case p.long:
			return p.no, nil, "row_too_long", nil
		case strings.TrimSpace(p.text) == "":
			continue
		}
		fields, open := cut(p.text, s.fields[:0])
		s.fields = fields
		if !open {
			return p.no, fields, "", nil
		}
		if fields, err = s.closeQuote(p); err != nil {
			return 0, nil, "", err
		}
		if fields == nil {
			return p.no, nil, "open_quote", nil
		}
		return p.no, fields, "", nil
	}
}

// closeQuote joins the lines that a quoted field spans. It answers nil, and
// nothing beyond the first line is used up, where that makes no row.
func (s *splitter) closeQuote(first physical) ([]string, error) {
	text := first.text
	var more []physical
	for len(more) < maxQuoteRun && len(text) < maxRow {
		p, err := s.physical()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		more = append(more, p)
		if p.long || s.whole(p.text) {
			break
		}
		text += "\n" + p.text
		fields, open := cut(text, nil)
		if open {
			continue
		}
		if s.columns != 0 && len(fields) != s.columns {
			break
		}
		return fields, nil
	}
	s.ahead = append(more, s.ahead...)
	return nil, nil
}

// whole reports whether a line is a row by itself: then the quote before it
// was a slip, and to join it would hide good rows in one field.
func (s *splitter) whole(text string) bool {
	fields, open := cut(text, nil)
	return !open && len(fields) == s.columns
}

// physical is the next line without its end.
func (s *splitter) physical() (physical, error) {
	if len(s.ahead) > 0 {
		p := s.ahead[0]
		s.ahead = s.ahead[1:]
		return p, nil
	}
	part, err := s.in.ReadSlice('\n')
	long := false
	for ; errors.Is(err, bufio.ErrBufferFull); long = true { // the buffer holds maxRow
		_, err = s.in.ReadSlice('\n')
	}
	switch {
	case errors.Is(err, io.EOF) && len(part) == 0:
		return physical{}, io.EOF
	case err != nil && !errors.Is(err, io.EOF):
		return physical{}, fmt.Errorf("read the file after line %d: %w", s.no, err)
	}
	s.no++
	if long {
		return physical{no: s.no, long: true}, nil
	}
	return physical{no: s.no, text: string(bytes.TrimRight(part, "\r\n"))}, nil
}

// cut divides a row at its commas, into room. A field that begins with a quote lasts until
// the quote that a comma or the end follows; quotes anywhere else are inches.
// open says that the last field's quote was not closed.
func cut(row string, room []string) (fields []string, open bool) {
	fields = room
	for {
		if !strings.HasPrefix(row, `"`) {
			field, rest, more := strings.Cut(row, ",")
			fields = append(fields, field)
			if !more {
				return fields, false
			}
			row = rest
			continue
		}
		var field strings.Builder
		for row = row[1:]; ; {
			at := strings.IndexByte(row, '"')
			if at < 0 {
				return append(fields, field.String()+row), true
			}
			field.WriteString(row[:at])
			row = row[at+1:]
			if row == "" || row[0] == ',' {
				break
			}
			field.WriteByte('"')
			row = strings.TrimPrefix(row, `"`)
		}
		fields = append(fields, field.String())
		if row == "" {
			return fields, false
		}
		row = row[1:]
	}
}
