package serve

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"proto/modes"
)

// admin is what the operator sees of the server, on a listener of its own.
type admin struct {
	listener net.Listener
	pprof    bool
	version  string
}

// adminTimeout is how long a request to it may take to come, and its answer to be read;
// profiles take their time to be made, and pprof sees to that. adminMost is how many connections it has.
const (
	adminTimeout = 10 * time.Second
	adminMost    = 64
)

// listenAdmin opens its listener; nil if there is to be none.
func (s *settings) listenAdmin(ctx context.Context, version string) (*admin, error) {
	if s.admin == "" {
		return nil, nil
	}
	l, err := new(net.ListenConfig).Listen(ctx, modes.ListenNetwork(s.admin), s.admin)
	if err != nil {
		return nil, modes.Usage(listenHint(err), "cannot listen on %s for --admin: %s", s.admin, modes.NetworkReason(err))
	}
	if !s.adminAnywhere && !onlyLoopback([]net.Listener{l}) {
		l.Close()
		return nil, notAnywhere(l.Addr().String())
	}
	return &admin{listener: l, pprof: s.adminPprof, version: version}, nil
}

func notAnywhere(address string) error {
	return modes.Usage("it has no password; --admin-anywhere opens it to all who can reach it",
		"cannot listen on %s for --admin: it is not loopback", address)
}

// run answers until ctx ends.
func (a *admin) run(ctx context.Context, s *server) {
	if a == nil {
		return
	}
	live := newLivePage(s, a.version)
	web := &http.Server{
		Handler: a.handler(s, live), ReadHeaderTimeout: adminTimeout, ReadTimeout: adminTimeout, WriteTimeout: adminTimeout, IdleTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn), MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	s.log.Info("admin", "address", a.listener.Addr().String())
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		last := time.AfterFunc(2*farewell, func() { web.Close() }) // of streams that nobody reads
		live.wait()
		last.Stop()
		web.Close()
	})
	err := web.Serve(newAtMost(a.listener, adminMost))
	if stop() {
		s.log.Error("--admin has ended", "err", err)
		return
	}
	<-ended
}

func (a *admin) handler(s *server, live *livePage) http.Handler {
	mux := http.NewServeMux()
	live.handle(mux)
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		s.metrics.write(w)
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "ok: %d connections, %d sessions\n", s.connections(), s.core.Sessions())
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if s.draining() {
			http.Error(w, "draining", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	if a.pprof {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}
