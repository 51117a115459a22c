package scan

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"proto/wire"
)

// scanAll finds all frames of a text, given in pieces of a size.
func scanAll(text []byte, piece int, truths bool) (list []string) {
	s := &Scanner{Truths: truths}
	var window []byte
	for from := 0; ; from += piece {
		to := min(from+piece, len(text))
		final := to == len(text)
		window = append(window, text[min(from, len(text)):to]...)
		n := s.Scan(window, final, func(f *Found) { list = append(list, shown(f)) })
		window = append([]byte(nil), window[n:]...)
		if final {
			return list
		}
	}
}

func shown(f *Found) string {
	f.Context.Resolve()
	c := f.Context
	if f.Frame == nil {
		return "truth " + string(f.Truth) + " " + c.Stream
	}
	data := f.Frame.Data
	if f.Bare {
		data = f.Frame.Top
	}
	text := "frame "
	if !f.Whole {
		text = "cut "
	}
	for _, name := range []string{"message-type", "sessionId", "sequence", "sequesce", "data", "key1"} {
		if v := data.Get(name); v.Present() {
			text += " " + string(wire.AppendValue(nil, v))
		}
	}
	return text + " [" + c.Time + "|" + c.Stream + "|" + c.Peer + "|" + c.Dir + "]"
}

// TestCaptures runs where PROTO_CAPTURES names a folder of recordings: it does not
// matter in which pieces they are given.
func TestCaptures(t *testing.T) {
	dir := os.Getenv("PROTO_CAPTURES")
	if dir == "" {
		dir = "../testdata"
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(dir, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, truths := range []bool{false, true} {
			want := scanAll(text, len(text), truths)
			for _, piece := range []int{1, 7, 100, 4096} {
				if len(text)/piece > 20_000 {
					continue
				}
				if got := scanAll(text, piece, truths); !slices.Equal(got, want) {
					for i := range want {
						if i >= len(got) || got[i] != want[i] {
							t.Errorf("%s in pieces of %d: find %d is\n%v\nwant\n%s", filepath.Base(file), piece, i, at(got, i), want[i])
							break
						}
					}
				}
			}
		}
	}
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}
