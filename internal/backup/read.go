package backup

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
)

// ErrNotABackup says that the file is something else.
var ErrNotABackup = errors.New("this is not a backup of this program")

// File is a backup being read.
type File struct {
	Header Header
	in     *bufio.Reader
	digest hash.Hash
}

// Open reads as far as the header.
func Open(r io.Reader) (*File, error) {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotABackup, err)
	}
	f := &File{in: bufio.NewReaderSize(zr, 1<<16), digest: sha256.New()}
	if line, err := f.line(); err != nil || line != magic {
		return nil, ErrNotABackup
	}
	line, err := f.line()
	if err != nil {
		return nil, err
	}
	text, ok := strings.CutPrefix(line, "-- ")
	if !ok {
		return nil, ErrNotABackup
	}
	if err := json.Unmarshal([]byte(text), &f.Header); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotABackup, err)
	}
	return f, nil
}

// part is the next thing in the file: a table whose rows follow, a sequence,
// or the end.
type part struct {
	table    *table
	sequence *sequence
	end      *Summary
}

func (f *File) next() (p part, err error) {
	sum := hex.EncodeToString(f.digest.Sum(nil)) // the end line is not part of what it sums up
	line, err := f.line()
	if err != nil {
		return p, fmt.Errorf("the backup is cut short: %w", err)
	}
	if text, ok := strings.CutPrefix(line, endMark); ok {
		p.end = &Summary{}
		if err := json.Unmarshal([]byte(text), p.end); err != nil {
			return p, fmt.Errorf("read the backup's end: %w", err)
		}
		if p.end.SHA256 != sum {
			return p, errors.New("the backup is damaged: its digest is not that of its content")
		}
		return p, nil
	}
	text, ok := strings.CutPrefix(line, "-- ")
	if !ok {
		return p, fmt.Errorf("the backup is damaged at %.60q", line)
	}
	// The line after is for psql; we build our own from names that the database knows.
	if _, err := f.line(); err != nil {
		return p, fmt.Errorf("the backup is cut short: %w", err)
	}
	if strings.HasPrefix(text, `{"table"`) {
		p.table = &table{}
		err = json.Unmarshal([]byte(text), p.table)
	} else {
		p.sequence = &sequence{}
		err = json.Unmarshal([]byte(text), p.sequence)
	}
	if err != nil {
		return p, fmt.Errorf("the backup is damaged at %.60q: %w", line, err)
	}
	return p, nil
}

// rows is the number of rows that the file claims for the table just read.
func (f *File) rows() (int64, error) {
	line, err := f.line()
	if err != nil {
		return 0, fmt.Errorf("the backup is cut short: %w", err)
	}
	text, ok := strings.CutPrefix(line, rowsMark)
	if !ok {
		return 0, fmt.Errorf("the backup is damaged at %.60q", line)
	}
	return strconv.ParseInt(text, 10, 64)
}

// line is one of our own lines, which are short.
func (f *File) line() (string, error) {
	b, err := f.in.ReadSlice('\n')
	if err == io.EOF {
		return "", io.ErrUnexpectedEOF
	}
	if err != nil {
		return "", err
	}
	f.digest.Write(b)
	return string(b[:len(b)-1]), nil
}

// data reads the rows of one table, which may be of any length, up to the
// line that ends them.
type data struct {
	f    *File
	rest []byte
	mid  bool // in the middle of a line
	done bool
}

func (d *data) Read(p []byte) (int, error) {
	if len(d.rest) == 0 {
		if d.done {
			return 0, io.EOF
		}
		b, err := d.f.in.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return 0, fmt.Errorf("the backup is cut short: %w", err)
		}
		d.f.digest.Write(b)
		if !d.mid && string(b) == endOfRows+"\n" {
			d.done = true
			return 0, io.EOF
		}
		d.rest, d.mid = b, err == bufio.ErrBufferFull
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}
