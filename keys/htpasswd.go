package keys

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"
)

const (
	maxName = 64 // bytes of a user name
	// maxSpelled is for those that grow in a token, where JSON writes < as six bytes: with them it would pass 512.
	maxSpelled = 200
	maxCost    = 16 // of bcrypt: each step doubles it, and 16 takes some 4 seconds a login
)

const usersHint = "write the users with htpasswd -B FILE NAME: one line name:hash each, bcrypt only"

// bcryptForm is variant, cost, and 22 characters of salt with 31 of hash. x/crypto/bcrypt alone takes any variant and
// finds a character out of place only at the login.
var bcryptForm = regexp.MustCompile(`^\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}$`)

// account is a line of a users file.
type account struct {
	id   int // number of the line
	hash []byte
	cost int // of the hash
}

// table is what a users file says, and which logins were found good by it. Of what the file says nothing changes once it is parsed.
type table struct {
	accounts map[string]account
	low      int    // the lowest cost of a hash in the file
	high     int    // and the highest
	dummy    []byte // a hash of the highest cost that fits no password
	verified *verified
}

// parseUsers reads a users file: lines of htpasswd with bcrypt hashes, blank lines, and comments from # on. Every bad
// line is in the error, by its number and without anything of its text: a password may have slipped into it.
func parseUsers(data []byte) (*table, *trouble) {
	t := &table{accounts: map[string]account{}, verified: newVerified()}
	var bad []string
	number := 0
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))) {
		number++
		text := strings.TrimRight(string(line), "\r\n")
		if entry := strings.TrimSpace(text); entry == "" || entry[0] == '#' {
			continue
		}
		reason := t.add(number, text)
		if reason != "" {
			bad = append(bad, fmt.Sprintf("line %d: %s", number, reason))
		}
	}
	if len(bad) > 0 {
		return nil, &trouble{what: firstOf(5, bad, "; "), hint: usersHint}
	}
	if len(t.accounts) == 0 {
		return nil, &trouble{what: "no users in it", hint: usersHint}
	}
	t.low = maxCost
	for _, a := range t.accounts {
		t.low, t.high = min(t.low, a.cost), max(t.high, a.cost)
	}
	t.dummy = dummyHash(t.high)
	return t, nil
}

// add takes a line into the table, or says what is wrong with it.
func (t *table) add(number int, line string) (reason string) {
	name, hash, found := strings.Cut(line, ":")
	if !found {
		return "no colon in it"
	}
	if reason := badName(name); reason != "" {
		return reason
	}
	if first, taken := t.accounts[name]; taken {
		return fmt.Sprintf("the same name as in line %d", first.id)
	}
	cost, reason := bcryptCost(hash)
	// Also with a bad hash the name counts as taken: its second line is bad all the same.
	t.accounts[name] = account{id: number, hash: []byte(hash), cost: cost}
	return reason
}

func badName(name string) string {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	switch {
	case name == "":
		return "no name"
	case len(name) > maxName:
		return fmt.Sprintf("a name of more than %d bytes", maxName)
	case !utf8.ValidString(name):
		return "a name that is not UTF-8"
	case spelled(name) > maxSpelled:
		return "a name with too many of the characters < > &"
	case strings.ContainsFunc(name, unprintable):
		// Control characters, and with them what turns the direction of text on a terminal.
		return "a name with unprintable characters"
	}
	return ""
}

// spelled is how many bytes a name takes in a token.
func spelled(name string) int {
	b, err := json.Marshal(name)
	if err != nil {
		return len(name)
	}
	return len(b)
}

// bcryptCost checks a hash so far that comparing with it can fail for nothing but a wrong password.
func bcryptCost(hash string) (cost int, reason string) {
	if !bcryptForm.MatchString(hash) {
		return 0, otherHash(hash)
	}
	cost, err := bcrypt.Cost([]byte(hash))
	if err != nil || cost > maxCost {
		return 0, fmt.Sprintf("a bcrypt cost that is not from %d to %d", bcrypt.MinCost, maxCost)
	}
	return cost, ""
}

func otherHash(hash string) string {
	kinds := []struct{ prefix, name string }{
		{"$apr1$", "an MD5 hash (apr1)"},
		{"$1$", "an MD5 hash"},
		{"$5$", "a SHA-256 hash"},
		{"$6$", "a SHA-512 hash"},
		{"$2", "a damaged bcrypt hash"},
		{"{SHA}", "a SHA-1 hash"},
	}
	for _, kind := range kinds {
		if strings.HasPrefix(hash, kind.prefix) {
			return kind.name + ", not a bcrypt one"
		}
	}
	return "not a bcrypt hash"
}

// fillers are the costs of what is to be computed besides a hash of this cost, so that all refusals take one time: the
// same number of hashes, each of which takes some time by itself, and the same sum of rounds, of which a hash has two to
// the power of its cost. It is at most half more than the highest cost in the file takes. Where all have one cost there are
// no fillers.
func (t *table) fillers(cost int) (costs []int) {
	if t.low == t.high {
		return nil
	}
	count := t.high - t.low + 1
	extra := 1 << bcrypt.MinCost
	for extra < count<<bcrypt.MinCost {
		extra *= 2
	}
	rounds := uint(1<<t.high - 1<<cost + extra) // has no more than count bits, and is enough for count hashes
	for rounds > 0 {
		largest := bits.Len(rounds) - 1
		costs, rounds = append(costs, largest), rounds-1<<largest
	}
	for len(costs) < count {
		i := slices.Index(costs, slices.Max(costs))
		costs[i]--
		costs = append(costs, costs[i])
	}
	return costs
}

// dummyHash has the right form and no password: comparing with it takes the time of a real one. It needs no
// randomness because what the comparison says is never looked at.
func dummyHash(cost int) []byte {
	return fmt.Appendf(nil, "$2y$%02d$%s", cost, strings.Repeat(".", 53))
}
