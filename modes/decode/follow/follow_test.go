package follow

import (
	"crypto/aes"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"proto/wire"
)

// told is a frame from a server: a HELLO_ACK, or an answer and its text.
type told struct {
	stream            string
	session, sequence int
	key1, key2, data  string // numbers; "" where there is none
	text              string
}

func (a *told) isAck() bool { return a.key2 != "" }

// answer is the frame as the follower takes it.
func (a *told) answer(t testing.TB) *Answer {
	t.Helper()
	return &Answer{
		Stream: a.stream, Session: fmt.Append(nil, a.session), Sequence: fmt.Append(nil, a.sequence),
		Data: value(t, a.data), Key1: value(t, a.key1),
	}
}

func value(t testing.TB, text string) wire.Value {
	t.Helper()
	if text == "" {
		return wire.Value{}
	}
	v, _, err := wire.ParseValue([]byte(text), wire.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// members are those of a HELLO_ACK's data.
func (a *told) members(t testing.TB) wire.Members {
	t.Helper()
	var f wire.Frame
	text := fmt.Sprintf(`{"header":{},"data":{"sessionId":%d,"key1":%s,"key2":%s}}`, a.session, a.key1, a.key2)
	if _, err := wire.Parse([]byte(text), wire.Limits{}, &f); err != nil {
		t.Fatal(err)
	}
	return f.Data
}

// script makes what servers tell, from a source of randomness that a test can repeat.
type script struct {
	rnd *rand.Rand
	iv  []byte
}

func newScript(seed uint64) *script {
	s := &script{rnd: rand.New(rand.NewPCG(seed, 1))}
	s.iv = s.letters(wire.IVSize)
	return s
}

func (s *script) letters(n int) (b []byte) {
	for range n {
		b = append(b, 'a'+byte(s.rnd.IntN(26)))
	}
	return b
}

func (s *script) bytes(n int) (b []byte) {
	for range n {
		b = append(b, byte(s.rnd.Uint32()))
	}
	return b
}

func numberOf(b []byte, shift int64) string {
	n := new(big.Int).SetBytes(b)
	return n.Add(n, big.NewInt(shift)).String()
}

// cfb is CFB8 by the book: an operation of the cipher for each byte.
func cfb(key, register, in []byte, decrypt bool) (out []byte) {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	register = append([]byte(nil), register...)
	for _, c := range in {
		var pad [16]byte
		block.Encrypt(pad[:], register)
		out = append(out, c^pad[0])
		if !decrypt {
			c ^= pad[0]
		}
		register = append(register[1:], c)
	}
	return out
}

// session makes a HELLO_ACK and so many answers; each tenth brings a key.
func (s *script) session(stream string, id, answers int) (list []told) {
	key := s.bytes(wire.KeySize)
	list = append(list, told{stream: stream, session: id, sequence: 1, key1: numberOf(key, 1269), key2: numberOf(s.iv, 1269)})
	register := s.iv
	for i := range answers {
		a := told{stream: stream, session: id, sequence: i + 2, text: string(s.letters(1 + s.rnd.IntN(30)))}
		if i%10 == 9 {
			key, register = s.bytes(wire.KeySize), s.iv
			a.key1 = numberOf(key, 1269)
		}
		n := 16 - len(a.text)%16
		sealed := cfb(key, register, []byte(a.text+strings.Repeat(string(rune(n)), n)), false)
		register = sealed[len(sealed)-16:]
		a.data = numberOf(sealed, 1269)
		list = append(list, a)
	}
	return list
}

// followAll has a follower read a list; the results are in its order, those of a
// HELLO_ACK empty.
func followAll(t testing.TB, f *Follower, list []told) (results []*Result) {
	t.Helper()
	for i := range list {
		r := new(Result)
		if a := &list[i]; a.isAck() {
			if note := f.Ack(a.stream, fmt.Append(nil, a.session), fmt.Append(nil, a.sequence), a.members(t)); note != "" {
				t.Fatal(note)
			}
		} else {
			f.Open(a.answer(t), r)
		}
		results = append(results, r)
	}
	f.Finish()
	for _, r := range results {
		if r.Pending {
			t.Fatalf("pending when all is read: %+v", r)
		}
	}
	return results
}

// slow is the reference: it knows of a session what it must, and reads by the book.
type slow struct {
	key, iv, register []byte
	sequence          int
}

func bytesOf(number string, size int) []byte {
	n, ok := new(big.Int).SetString(number, 10)
	if !ok {
		panic(number)
	}
	n.Sub(n, big.NewInt(1269))
	if n.BitLen() > size*8 {
		size = (n.BitLen() + 127) / 128 * 16
	}
	return n.FillBytes(make([]byte, size))
}

func (s *slow) read(a *told) (text string, ok bool) {
	if a.isAck() {
		s.key, s.iv = bytesOf(a.key1, 32), bytesOf(a.key2, 16)
		s.register, s.sequence = s.iv, a.sequence
		return "", true
	}
	for s.sequence++; s.sequence < a.sequence; s.sequence++ { // lost
		s.register = nil
		if s.sequence%10 == 1 {
			s.key = nil
		}
	}
	if a.key1 != "" {
		s.key, s.register = bytesOf(a.key1, 32), s.iv
	}
	sealed := bytesOf(a.data, 16)
	register := s.register
	s.register = sealed[len(sealed)-16:]
	if s.key == nil || register == nil {
		return "", false
	}
	plain := cfb(s.key, register, sealed, true)
	n := int(plain[len(plain)-1])
	if n == 0 || n > 16 || n > len(plain) || strings.Trim(string(plain[len(plain)-n:]), string(rune(n))) != "" {
		return "", false
	}
	return string(plain[:len(plain)-n]), true
}

// TestSlowReference: sessions of several servers, all numbered 1, mixed and with
// losses: the follower reads exactly what the reference reads, and what it reads is
// what was sealed.
func TestSlowReference(t *testing.T) {
	read, lost := 0, 0
	for seed := range uint64(60) {
		s := newScript(seed)
		var lists [][]told
		for i := range 1 + s.rnd.IntN(5) {
			stream := fmt.Sprint("server-", i)
			lists = append(lists, s.session(stream, 1, 1+s.rnd.IntN(45)))
		}
		var all []told
		for len(lists) > 0 {
			i := s.rnd.IntN(len(lists))
			// HELLO_ACKs are never lost here: without one the IV has to be recovered.
			if a := lists[i][0]; a.isAck() || seed%3 == 0 || s.rnd.IntN(8) > 0 {
				all = append(all, a)
			}
			if lists[i] = lists[i][1:]; len(lists[i]) == 0 {
				lists = append(lists[:i], lists[i+1:]...)
			}
		}
		references := make(map[string]*slow)
		for i, r := range followAll(t, &Follower{Hold: seed%2 == 0}, all) {
			a := &all[i]
			if references[a.stream] == nil {
				references[a.stream] = new(slow)
			}
			text, ok := references[a.stream].read(a)
			switch {
			case a.isAck():
			case ok != (r.Status == OK), ok && (text != string(r.Text) || text != a.text):
				t.Fatalf("seed %d, %s, sequence %d: %v %q (%s), want %v %q", seed, a.stream, a.sequence, r.Status, r.Text, r.Note, ok, a.text)
			case ok:
				read++
			default:
				lost++
			}
		}
	}
	if read < 1000 || lost < 50 {
		t.Errorf("%d read, %d not: that shows nothing", read, lost)
	}
}

// openSlowly is Open without the path of its own that most answers take.
func (f *Follower) openSlowly(a *Answer, r *Result) {
	f.last = nil // and is found again
	f.Open(a, r)
}

// TestNext holds that path against the other: sessions with answers that are missing,
// damaged, late, there twice, and whole; what comes of them, and what is remembered of
// their states, is the same.
func TestNext(t *testing.T) {
	taken := 0
	for seed := range uint64(300) {
		s := newScript(seed)
		var all []told
		for _, a := range alternate(s.session("a", 1, 40), s.session("b", 1, 20)[:s.rnd.IntN(20)+1]) {
			switch n := s.rnd.IntN(40); {
			case a.isAck() || n > 4:
				all = append(all, a)
			case n == 0:
			case n == 1:
				all = append(all, a, a)
			case n == 2:
				a.data = numberOf(s.bytes(16), 1269)
				all = append(all, a)
			case n == 3 && len(all) > 2:
				all = append(all, a, all[len(all)-1])
			default:
				a.sequence++
				all = append(all, a)
			}
		}
		fast, slow := &Follower{}, &Follower{}
		for i := range all {
			a := &all[i]
			if a.isAck() {
				for _, f := range []*Follower{fast, slow} {
					f.Ack(a.stream, fmt.Append(nil, a.session), fmt.Append(nil, a.sequence), a.members(t))
				}
				continue
			}
			if fast.last != nil && fast.last.goesOn() {
				taken++
			}
			var got, want Result
			fast.Open(a.answer(t), &got)
			slow.openSlowly(a.answer(t), &want)
			if x, y := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); x != y {
				t.Fatalf("seed %d, %s, sequence %d: %s, slowly %s", seed, a.stream, a.sequence, x, y)
			}
			if x, y := remembered(fast), remembered(slow); x != y {
				t.Fatalf("seed %d, %s, sequence %d: remembered\n%s\nslowly\n%s", seed, a.stream, a.sequence, x, y)
			}
		}
	}
	if taken < 1000 {
		t.Errorf("%d answers could take it: that shows nothing", taken)
	}
}

// remembered is all that a follower knows of its sessions, but for how it got there.
func remembered(f *Follower) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(f.states)) {
		s := *f.states[name]
		s.fork, s.was = nil, nil // addresses
		register := s.chain.Register()
		s.chain, s.dialect, s.iv = nil, nil, nil
		fmt.Fprintf(&b, "%q: %x %+v\n", name, register, s)
	}
	return b.String() + fmt.Sprint(f.clock, f.dialect, len(f.live))
}

// outcome is what a test says of results: status and note, a line each.
func outcome(list []told, results []*Result) string {
	var b strings.Builder
	for i, r := range results {
		if list[i].isAck() {
			continue
		}
		fmt.Fprintf(&b, "%d %v", list[i].sequence, r.Status)
		if r.Note != "" {
			fmt.Fprintf(&b, " (%s)", r.Note)
		}
		if r.Status == OK && string(r.Text) != list[i].text {
			fmt.Fprintf(&b, " WRONG TEXT %q, want %q", r.Text, list[i].text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestNotes: what is said of losses, and where reading resumes.
func TestNotes(t *testing.T) {
	whole := newScript(7).session("", 1, 23)
	without := func(sequences ...int) (list []told) {
		for _, a := range whole {
			if !slices.Contains(sequences, a.sequence) {
				list = append(list, a)
			}
		}
		return list
	}
	for _, test := range []struct {
		name string
		list []told
		from int // the first sequence of want
		want string
	}{
		{"a lost answer", without(5), 4, "4 ok\n6 no_prev (answers before sequence 6 are lost)\n7 ok (healed)\n8 ok\n"},
		{"two lost answers", without(5, 6), 4, "4 ok\n7 no_prev (answers before sequence 7 are lost)\n8 ok (healed)\n"},
		{"a lost key change", without(11), 9, "9 ok\n10 ok\n12 no_prev (answers before sequence 12 are lost)\n13 no_key (a key change was lost)\n14 no_key (a key change was lost)\n"},
		{"reading resumes", without(11), 20, "20 no_key (a key change was lost)\n21 ok (new key, reading resumes at sequence 21)\n22 ok\n"},
		{"an answer lost before a key change", without(10), 9, "9 ok\n11 ok (new key)\n12 ok\n"},
		{"a retransmission", append(append([]told(nil), whole[:4]...), whole[3:]...), 3, "3 ok\n4 ok\n4 ok (repeated)\n5 ok\n6 ok\n"},
		{"a key change that comes again", append(append([]told(nil), whole[:11]...), whole[10:]...), 11, "11 ok (new key)\n11 ok (repeated, new key)\n12 ok\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, hold := range []bool{true, false} {
				got := outcome(test.list, followAll(t, &Follower{Hold: hold}, test.list))
				if !strings.Contains("\n"+got, "\n"+test.want) {
					t.Errorf("hold %v:\n%swant\n%s", hold, got, test.want)
				}
			}
		})
	}
}
