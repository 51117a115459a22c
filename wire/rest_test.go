package wire_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"proto/wire"
)

// TestRest: what was no frame can be had, as far as it has come.
func TestRest(t *testing.T) {
	for _, c := range []struct{ stream, rest string }{
		{"no frame", "no frame"},
		{`{"header":{}} x`, "x"},
		{`{"header":{}}` + "\n" + `{"header":`, `{"header":`},
		{`{"header":{}}`, ""},
	} {
		r := wire.NewReader(strings.NewReader(c.stream), wire.Limits{})
		slow := wire.NewReader(iotest.OneByteReader(strings.NewReader(c.stream)), wire.Limits{})
		err := toTheEnd(r)
		_ = toTheEnd(slow)
		if got := string(r.Rest()); got != c.rest || c.rest == "" && !errors.Is(err, io.EOF) {
			t.Errorf("%q: rest %q, want %q (%v)", c.stream, got, c.rest, err)
		}
		if got := string(slow.Rest()); !strings.HasPrefix(c.rest, got) || got == "" && c.rest != "" {
			t.Errorf("%q byte by byte: rest %q, want some of %q", c.stream, got, c.rest)
		}
	}
	// behind a frame: what was read with it
	r := wire.NewReader(strings.NewReader(`{"header":{}}{"a`), wire.Limits{})
	if _, err := r.Next(); err != nil || string(r.Rest()) != `{"a` {
		t.Errorf("behind a frame: %q, %v", r.Rest(), err)
	}
}

func toTheEnd(r *wire.Reader) error {
	for {
		if _, err := r.Next(); err != nil {
			return err
		}
	}
}
