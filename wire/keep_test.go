package wire

import (
	"slices"
	"testing"
)

// TestKeep: what was copied of a frame's members is not written over by the next frame.
func TestKeep(t *testing.T) {
	var f Frame
	read := func(text string) Members {
		if _, err := Parse([]byte(text), Limits{}, &f); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(f.Data)
	}
	kept := read(`{"header":{},"data":{"user\u006eame":"a","\u006bey1":1}}`)
	f.Keep()
	read(`{"header":{},"data":{"\u0078xxxxxxx":"b","\u0079yyy":2}}`)
	if string(kept[0].Name) != "username" || string(kept[1].Name) != "key1" {
		t.Errorf("%q, %q", kept[0].Name, kept[1].Name)
	}
}
