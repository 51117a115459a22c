package serve

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"proto/modes/page"
)

//go:embed live
var liveFiles embed.FS

// livePage is the page of --admin: what the server does now. It takes its figures from
// /events, one object a second, as server-sent events.
type livePage struct {
	server  *server
	version string
	started time.Time
	header  string // the policy
	body    []byte
	streams chan struct{} // one of each stream that is open
}

const (
	// maxStreams bounds how many pages are kept up to date.
	maxStreams = 8
	// figuresEvery is between two objects of a stream.
	figuresEvery = time.Second
	// streamWrite is how long a reader may take to take one.
	streamWrite = 5 * time.Second
	// farewell is how long it may take to take the last one.
	farewell = 100 * time.Millisecond
)

func newLivePage(s *server, version string) *livePage {
	read := func(name string) string { return page.Read(liveFiles, "live/"+name) }
	p := &page.Page{Title: "proto serve", Body: read("live.html"), Style: read("live.css"), Script: read("live.js"), Live: true}
	return &livePage{
		server: s, version: version, started: time.Now(), header: p.Policy() + "; frame-ancestors 'none'",
		body: append(p.Start(), p.End()...), streams: make(chan struct{}, maxStreams),
	}
}

func (l *livePage) handle(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", l.page)
	mux.HandleFunc("GET /events", l.events)
}

func (l *livePage) page(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", l.header)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(l.body) // who has gone has gone
}

// events sends the figures until the reader has gone or the server ends.
func (l *livePage) events(w http.ResponseWriter, r *http.Request) {
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		http.Error(w, "not for other pages", http.StatusForbidden) // they would take the streams away
		return
	}
	select {
	case l.streams <- struct{}{}:
		defer func() { <-l.streams }()
	default:
		http.Error(w, "too many streams are open", http.StatusServiceUnavailable)
		return
	}
	out := http.NewResponseController(w)
	// The server's deadline is for requests to come; it would end the stream with them.
	if err := out.SetReadDeadline(time.Time{}); err != nil {
		http.Error(w, "cannot stream", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	send := func(within time.Duration, event string, data []byte) error {
		if err := out.SetWriteDeadline(time.Now().Add(within)); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "event: %s\nretry: 1000\ndata: %s\n\n", event, data); err != nil {
			return err
		}
		return out.Flush()
	}
	figures := pulse{page: l}
	ticker := time.NewTicker(figuresEvery)
	defer ticker.Stop()
	for {
		data, err := json.Marshal(figures.take())
		if err != nil || send(streamWrite, "figures", data) != nil {
			return
		}
		select {
		case <-ticker.C:
		case <-r.Context().Done():
			_ = send(farewell, "end", []byte("{}")) // the page says so, if it is still there
			return
		}
	}
}

// wait waits until all streams have ended, and lets no more begin.
func (l *livePage) wait() {
	for range cap(l.streams) {
		l.streams <- struct{}{}
	}
}
