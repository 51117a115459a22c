package serve

import (
	"crypto/tls"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// BenchmarkLoginTiming asks whether the time until a login is refused tells if there
// is such a user: a `proto serve` of its own, wrong passwords of known users and of
// unknown ones in turn, a connection each. It reports the medians, and for each kind
// against an unknown user of usual length the z of Mann and Whitney's rank test: beyond 3 or so
// somebody could tell them apart. PROTO_TEST_TRIES says how many of each.
func BenchmarkLoginTiming(b *testing.B) {
	tries := 200
	if text := os.Getenv("PROTO_TEST_TRIES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		tries = n
	}
	for _, file := range []struct {
		name  string
		costs []int
	}{{"cost 4", []int{4, 4, 4}}, {"cost 8", []int{8, 8}}, {"cost 10", []int{10, 10}}, {"costs 4 4 8", []int{4, 4, 8}}, {"costs 6 6 10", []int{6, 6, 10}}, {"costs 4 10", []int{4, 10}}} {
		b.Run(file.name, func(b *testing.B) {
			var text string
			kinds := []struct{ name, user, password string }{
				{"unknown", "nobody1", "wrong-password"}, {"unknown2", "nobody2", "wrong-password"}, {"empty", "", "wrong-password"},
				{"long", strings.Repeat("n", 2000), "wrong-password"}, {"long-password", "nobody1", strings.Repeat("p", 1000)},
				{"long-password-known", "user0", strings.Repeat("p", 1000)},
			}
			for i, cost := range file.costs {
				hash, err := bcrypt.GenerateFromPassword([]byte("right"), cost)
				if err != nil {
					b.Fatal(err)
				}
				user := fmt.Sprintf("user%d", i)
				text += user + ":" + string(hash) + "\n"
				kinds = append(kinds, struct{ name, user, password string }{fmt.Sprintf("wrong-%d", cost), user, "wrong-password"})
			}
			users := filepath.Join(b.TempDir(), "users")
			if err := os.WriteFile(users, []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
			p := startProcess(b, "serve", "--listen", "127.0.0.1:0", "--users", users)
			times := make([][]float64, len(kinds))
			for range tries {
				for i, k := range kinds {
					times[i] = append(times[i], refusalTime(b, p.address, k.user, k.password))
				}
			}
			for i, k := range kinds {
				b.ReportMetric(median(times[i]), k.name+"-ms")
				if i > 0 {
					b.ReportMetric(rankTest(times[i], times[0]), k.name+"-z")
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// refusalTime is how many milliseconds the server takes to refuse a login.
func refusalTime(b *testing.B, address, user, password string) float64 {
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	hello := fmt.Sprintf(`{"header":{"MAC":"m"},"data":{"message-type":"HELLO","username":%q,"password":%q,"sequence":1}}`, user, password)
	start := time.Now()
	if _, err := io.WriteString(conn, hello); err != nil {
		b.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		b.Fatal(err)
	}
	return float64(time.Since(start)) / float64(time.Millisecond)
}

// rankTest is the z of the rank sum of a among a and b: of no difference it is drawn
// from the standard normal distribution.
func rankTest(a, b []float64) float64 {
	all := slices.Sorted(slices.Values(append(slices.Clone(a), b...)))
	sum := 0.0
	for _, x := range a {
		at, _ := slices.BinarySearch(all, x)
		sum += float64(at + 1) // equal times are rare
	}
	n, m := float64(len(a)), float64(len(b))
	return (sum - n*(n+m+1)/2) / math.Sqrt(n*m*(n+m+1)/12)
}
