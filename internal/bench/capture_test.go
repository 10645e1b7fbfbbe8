//go:build bench

package bench

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// logged is a line of the server's log.
type logged struct {
	Session string `json:"session_id"`
	Message string `json:"message"`
	Detail  string `json:"detail"`
}

// capture gives the statements that the server was sent while act ran, in
// their order.
func (h *house) capture(t testing.TB, act func()) []logged {
	h.admin(t, "alter system set log_statement = 'all'", "alter system set log_parameter_max_length = -1", "select pg_reload_conf()")
	time.Sleep(500 * time.Millisecond) // until every connection has read it
	h.admin(t, "select 'begin capture'")
	act()
	h.admin(t, "select 'end capture'", "alter system reset log_statement", "select pg_reload_conf()")
	files, _ := filepath.Glob(filepath.Join(h.dir, "postgres", "data", "log", "*.json"))
	if len(files) == 0 {
		t.Fatal("the server wrote no log")
	}
	f, err := os.Open(files[len(files)-1])
	must(t, err)
	defer f.Close()
	var out []logged
	on := false
	for s := bufio.NewReader(f); ; {
		line, err := s.ReadString('\n')
		if err != nil {
			return out
		}
		var l logged
		if json.Unmarshal([]byte(line), &l) != nil {
			continue
		}
		switch {
		case strings.HasSuffix(l.Message, "select 'begin capture'"):
			on = true
		case strings.HasSuffix(l.Message, "select 'end capture'"):
			on = false
		case on && (strings.HasPrefix(l.Message, "execute ") || strings.HasPrefix(l.Message, "statement: ")):
			out = append(out, l)
		}
	}
}
