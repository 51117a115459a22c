package serve

import "testing"

// TestOverlap: which addresses cannot both be listened on.
func TestOverlap(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"127.0.0.1:1", "127.0.0.1:1", true},
		{"127.0.0.1:1", "127.0.0.1:2", false},
		{"127.0.0.1:0", "127.0.0.1:0", false},
		{"127.0.0.1:1", "127.0.0.2:1", false},
		{"0.0.0.0:1", "127.0.0.1:1", true},
		{"0.0.0.0:1", "[::1]:1", false},
		{"0.0.0.0:1", "[::]:1", true},
		{"[::]:1", "[::1]:1", true},
		{"[::]:1", "127.0.0.1:1", true},
		{"[::]:1", "host:1", true},
		{"0.0.0.0:1", "host:1", false}, // it may be of IPv6
		{"host:1", "HOST:1", true},
		{"[::1]:1", "[::1%lo]:1", true},
		{"[fe80::1%a]:1", "[fe80::1%b]:1", false},
		{"[fe80::1%a]:1", "[fe80::1%a]:1", true},
	} {
		if overlap(test.a, test.b) != test.want || overlap(test.b, test.a) != test.want {
			t.Errorf("%s and %s: not %t", test.a, test.b, test.want)
		}
	}
}
