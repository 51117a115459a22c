package follow

import (
	"fmt"
	"testing"

	"proto/wire"
)

// TestForks: a first answer that has valid padding in both dialects is told by what follows it,
// be it a key change or behind a loss; where nothing follows both readings are given.
func TestForks(t *testing.T) {
	forks := 0
	for _, text := range []string{"temperature 21C", "temperaturehigh", "temperature 21", "abcdefghijklmn}", "21.5 degrees\r"} {
		for _, d := range padded {
			for seed := range uint64(1000) {
				s := newScript(seed)
				key, iv := wire.Key(s.bytes(wire.KeySize)), wire.IV(s.iv)
				chain := wire.NewChain(key, iv, d)
				data, _ := chain.Seal(nil, []byte(text))
				probe := wire.NewChain(key, iv, wire.Dialect{Unshifted: !d.Unshifted})
				if other, err := probe.Open(nil, data); err != nil || fitnessOf(other) == misfit {
					continue
				}
				forks++
				list := []told{
					{session: 1, sequence: 1, key1: numberOf(key[:], 1269), key2: numberOf(iv[:], 1269)},
					{session: 1, sequence: 2, data: string(data), text: text},
				}
				for i := range 12 {
					a := told{session: 1, sequence: 3 + i, text: string(s.letters(1 + int(seed)%30))}
					if seed%5 == 0 && i == 0 {
						key = wire.Key(s.bytes(wire.KeySize))
						chain.Rekey(key)
						a.key1 = numberOf(key[:], 1269)
					}
					data, _ := chain.Seal(nil, []byte(a.text))
					a.data = string(data)
					list = append(list, a)
				}
				wantForked(t, fmt.Sprint(text, d, seed), list)
			}
		}
	}
	if forks < 20 {
		t.Errorf("%d forks", forks)
	}
}

// wantForked wants all of a session read, whose first answer can be read in two dialects.
func wantForked(t *testing.T, name string, list []told) {
	t.Helper()
	wantAll(t, list, followAll(t, &Follower{Hold: true}, list))
	for i, r := range followAll(t, &Follower{}, list) { // at once
		if a := &list[i]; !a.isAck() && string(r.Text) != a.text && !(i == 1 && r.Status == Ambiguous && string(r.Other) == a.text) && !(i == 1 && fitnessOf(r.Text) > utf) {
			t.Errorf("%s: answer %d: %+v", name, i, r)
		}
	}
	alone := followAll(t, &Follower{Hold: true}, list[:2])[1]
	if text := list[1].text; string(alone.Text) != text && string(alone.Other) != text && fitnessOf([]byte(text)) > utf {
		t.Errorf("%s alone: %+v", name, alone)
	}
	if list[2].key1 != "" {
		return
	}
	lossy := append(list[:2:2], list[3:]...)
	for i, r := range followAll(t, &Follower{Hold: true}, lossy) {
		if a := &lossy[i]; !a.isAck() && (i != 2) != (r.Status == OK && string(r.Text) == a.text) {
			t.Errorf("%s, the second lost, answer %d: %+v, want %q", name, i, r, a.text)
		}
	}
}
