package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"packhouse/internal/replay"
)

// How often a run shows how far it is: on a terminal the bar moves, elsewhere
// a line is written now and then.
const (
	barEvery  = 200 * time.Millisecond
	lineEvery = 5 * time.Second
)

// watch shows p on w until stop is called, which answers how long it took.
func watch(w io.Writer, p *replay.Progress) (stop func() time.Duration) {
	start, bar := time.Now(), terminal(w)
	every := lineEvery
	if bar {
		every = barEvery
	}
	ended := make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
				show(w, p, time.Since(start), bar)
			}
		}
	})
	return func() time.Duration {
		took := time.Since(start)
		close(ended)
		watcher.Wait()
		if bar {
			fmt.Fprint(w, "\r\x1b[K")
		}
		return took
	}
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	s, err := f.Stat()
	return err == nil && s.Mode()&os.ModeCharDevice != 0
}

const barWidth = 30

func show(w io.Writer, p *replay.Progress, since time.Duration, bar bool) {
	total, done := p.Orders.Load(), p.Done.Load()
	rate := float64(done) / since.Seconds()
	switch {
	case total == 0 && bar:
		fmt.Fprint(w, "\r\x1b[Kreading the file")
	case total == 0:
		fmt.Fprintln(w, "reading the file")
	case bar:
		full := int(barWidth * done / total)
		fmt.Fprintf(w, "\r\x1b[K[%s%s] %d of %d orders, %.0f/s", strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), done, total, rate)
	default:
		fmt.Fprintf(w, "%d of %d orders, %.0f/s\n", done, total, rate)
	}
}
