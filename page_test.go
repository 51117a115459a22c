package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"proto/wire"
)

// recording is a record of serve: a refused login, and a session with a request that
// was sent again, an answer that was taken out of the record, a pause, and a wrong
// token at its end.
const recording = "modes/decode/diagram/testdata/session.jsonl"

// drawn makes a page of a capture.
func drawn(t *testing.T, capture string, flags ...string) (url string) {
	t.Helper()
	program, err := exec.LookPath("proto")
	if err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(t.TempDir(), "page.html")
	cmd := exec.Command(program, append([]string{"decode", "--html", page}, append(flags, filepath.Base(capture))...)...)
	cmd.Dir = filepath.Dir(capture)
	if out, err := cmd.CombinedOutput(); exitCode(err) > 1 { // 1: not all can be read
		t.Fatalf("%v: %s", err, out)
	}
	return "file://" + page
}

// TestPage opens the page of a recording, and uses it by the keyboard alone.
func TestPage(t *testing.T) {
	b := newBrowser(t)
	b.look(1360, 1000, "light")
	b.open(drawn(t, recording))
	b.until(`document.querySelectorAll('.frame-row').length === 23`)
	for what, want := range map[string]string{
		`document.getElementById('title').textContent`:                                                      "session.jsonl",
		`document.getElementById('about').textContent`:                                                      "23 frames · 1 session, 1 refused login · 8 answers, 7 read · 03:27:34.607 – 03:27:43.619 · shifted padded",
		`[...document.querySelectorAll('h2')].map(e => e.textContent).slice(0, 2).join()`:                   "Login refused,Session 1",
		`[...document.querySelectorAll('.s2c .arrow .value')].map(e => e.textContent).join(' ')`:            "refused session 1 ethqzvns uwhocflg sgxcuryp sgxcuryp zuxnlnco no_prev fxphsmnn ejxvyoxc refused",
		`[...document.querySelectorAll('.tag')].map(e => e.textContent).join()`:                             "refused,key 1,sent again,sent again,key 2,no answer,no_prev,key 3,refused",
		`[...document.querySelectorAll('.gap-text')].map(e => e.textContent).join()`:                        "silence of 6.3 s",
		`document.querySelectorAll('.band.first').length + ' ' + document.querySelectorAll('.lost').length`: "3 1",
		`document.getElementById('problems').textContent`:                                                   "7 marks",
	} {
		if got := eval[string](b, what); got != want {
			t.Errorf("%s is\n%q, want\n%q", what, got, want)
		}
	}
	if body := eval[string](b, `document.documentElement.outerHTML`); strings.Contains(body, "guess") || strings.Contains(body, "eyJ") {
		t.Error("a secret stands in the page")
	}
	b.picture()

	b.keys("/is:refused")
	b.until(`document.getElementById('count').textContent === '2 of 23 frames'`)
	b.keys("\x1b") // Escape
	b.until(`document.getElementById('count').textContent === '23 frames in 1 session, 1 refused login' && document.activeElement.id === 'filter'`)
	b.keys("session:1 -type:request \"sgxcuryp\"\r")
	b.until(`document.getElementById('count').textContent === '2 of 23 frames' && document.activeElement.id === 'view'`)
	b.keys("\x1b")
	b.until(`document.getElementById('filter').value === ''`)

	selected := `(document.querySelector('.selected .n') || {}).textContent`
	for _, step := range []struct{ keys, frame string }{
		{"gj", "1"}, {"e", "2"}, {"e", "11"}, {"E", "2"}, {"]j", "3"}, {"m", "4"}, {"m", "3"}, {"G", "23"}, {"k", "22"},
	} {
		b.keys(step.keys)
		b.until(fmt.Sprintf("%s === %q", selected, step.frame))
	}
	b.look(1360, 700, "light")
	b.keys("\r")
	b.until(`document.getElementById('details').innerText.includes('answered by')`)
	b.until(`(e => e && e.getBoundingClientRect().bottom <= document.getElementById('details').getBoundingClientRect().top)(document.querySelector('.selected'))`)
	b.look(1360, 1000, "light")
	b.keys("\x1b")
	b.until(`document.getElementById('details').hidden`)
	b.keys("p")
	b.until(`document.querySelectorAll('.frame-row').length === 7`)
	b.keys("po")
	b.until(`document.getElementById('order').textContent === 'as captured' && document.querySelectorAll('.frame-row').length === 23`)
	b.keys("?")
	b.until(`document.getElementById('help').open`)
	b.keys("\x1b")
	b.until(`!document.getElementById('help').open`)

	background := func() string { return eval[string](b, `getComputedStyle(document.body).backgroundColor`) }
	light := background()
	b.look(1360, 1000, "dark")
	if background() == light {
		t.Error("dark is as light")
	}
	b.picture()
	b.keys("t") // auto, then light
	if background() != light {
		t.Error("the theme cannot be chosen")
	}
	b.look(420, 800, "dark")
	b.until(`document.documentElement.scrollWidth <= 420 && document.querySelectorAll('.frame-row').length > 10`)
	b.picture()

	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF())
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) {
		t.Errorf("printed: %v", err)
	}
	b.until(`!document.documentElement.classList.contains('printing') && document.querySelectorAll('.frame-row').length > 10`)
	b.wantQuiet()
}

// markup is what would run, load or deface something if it were taken for markup.
const markup = `</script><script>window.ran=1</script><img src=x onerror="window.ran=1"><style>*{display:none}</style>&lt;!--`

// name is as much of it as a user name may hold.
const name = `<img src=x onerror=window.ran=1><script>window.ran=1</script>`

// hostile writes a capture that has markup wherever a peer can put text.
func hostile(t *testing.T) (file string) {
	t.Helper()
	claims := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"name":%q}`, markup))
	server, err := wire.NewServer(wire.ServerConfig{
		Login: func(context.Context, string, []byte) (wire.User, error) { return wire.User{Name: "test", ID: 1}, nil },
		Token: func(wire.User, int64, time.Time, time.Time) (string, error) { return "e30." + claims + ".x", nil },
		Text:  func() string { return markup }, Now: time.Now, Random: deterministic{}, Rekey: 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	exchange := func(frame []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		var f wire.Frame
		if _, err := wire.Parse(frame, wire.Limits{}, &f); err != nil {
			t.Fatal(err)
		}
		reply := server.Answer(t.Context(), nil, &f, netip.MustParseAddr("127.0.0.1")).Reply
		for _, frame := range [][]byte{frame, reply} {
			line := wire.AppendASCII(nil, string(frame))
			stream := wire.AppendASCII(nil, "s"+markup)
			fmt.Fprintf(&out, `{"time":%s,"stream":%s,"peer":%s,"frame":%s}`+"\n", `"2026-11-23T10:00:00Z"`, stream, stream, line)
		}
		return reply
	}
	reply := exchange(wire.AppendHello(nil, wire.Hello{User: name, Password: name, MAC: name, Sequence: 1}))
	var ack wire.Frame
	if _, err := wire.Parse(reply, wire.Limits{}, &ack); err != nil {
		t.Fatal(err)
	}
	token, _ := ack.Data.Get("token").Text()
	for i := range int64(3) {
		exchange(wire.AppendRequest(nil, token, 1, 2+i))
	}
	odd := string(wire.AppendASCII(nil, markup))
	fmt.Fprintf(&out, `{"header":{},"data":{"message-type":%s,"sessionId":%s,"sequesce":%s}}`+"\n", odd, odd, odd)
	fmt.Fprintf(&out, `{"header":{},"data":{"message-type":"DATA_RESPONSE","sessionId":%s,"sequesce":%s,"data":%s}}`+"\n", odd, odd, odd)
	file = filepath.Join(t.TempDir(), "<img src=x onerror=ran=1>&amp;.jsonl")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// deterministic is enough for keys that nobody relies on.
type deterministic struct{}

func (deterministic) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(i)*37 + 101
	}
	return len(b), nil
}

// TestPageHostile: a capture full of markup is shown as it is, and runs nothing.
func TestPageHostile(t *testing.T) {
	b := newBrowser(t)
	b.open(drawn(t, hostile(t), "--secrets"))
	b.until(`document.querySelectorAll('.frame-row').length === 10`)
	b.keys("gj\r")
	b.until(`document.getElementById('details').innerText.includes('onerror')`)
	shown := eval[int](b, `document.body.textContent.split('<script>window.ran=1</script>').length`)
	if shown < 20 {
		t.Errorf("the markup is shown %d times", shown)
	}
	if texts := eval[int](b, `[...document.querySelectorAll('.arrow .value')].filter(e => e.textContent.startsWith('</script>')).length`); texts < 3 {
		t.Errorf("%d texts", texts)
	}
	if n := eval[int](b, `document.querySelectorAll('img, style:not(head > style), #sheet script').length`); n != 0 {
		t.Errorf("%d elements of markup", n)
	}
	if eval[bool](b, `'ran' in window`) {
		t.Error("a script of the capture ran")
	}
	b.wantQuiet()
}

// TestPageLarge: of 100,000 frames only those in sight are in the document, wherever
// the reader is.
func TestPageLarge(t *testing.T) {
	b := newBrowser(t)
	b.open(drawn(t, large(t, 100_000)))
	b.until(`document.querySelectorAll('.frame-row').length > 10`)
	most := 0
	for i := range 21 {
		eval[float64](b, fmt.Sprintf(`(v => v.scrollTop = v.scrollHeight * %d / 20)(document.getElementById('view'))`, i))
		b.until(`(v => { const box = v.getBoundingClientRect(); const e = document.elementFromPoint(box.left + 200, box.top + box.height / 2); return !!e.closest('.row'); })(document.getElementById('view'))`)
		most = max(most, eval[int](b, `document.getElementsByTagName('*').length`))
	}
	if most > 2000 {
		t.Errorf("%d elements", most)
	}
	b.keys("G")
	b.until(`(document.querySelector('.selected .n') || {}).textContent === '100000'`)
	b.keys("/seq:42\r")
	b.until(`document.getElementById('count').textContent.endsWith(' of 100,000 frames')`)
	b.keys("\x1bg")
	b.until(`document.querySelector('.head-row.selected') !== null`)
	b.wantQuiet()
}

// large writes a capture of so many frames.
func large(t *testing.T, frames int) (file string) {
	t.Helper()
	var out bytes.Buffer
	for n := 0; n < frames; {
		session := 1 + n/1000
		fmt.Fprintf(&out, `{"header":{"MAC":"02:fc:00:00:00:01"},"data":{"username":"test","password":"test","message-type":"HELLO","sequence":1}}`+"\n")
		fmt.Fprintf(&out, `{"header":{},"data":{"sequesce":1,"sessionId":%d,"message-type":"HELLO_ACK","isAuthencatedUser":"True","key1":62083099969198950088840661006039682774096309907196298908499742085715836180319,"key2":132104839826221409394459996176492231521,"token":"e30.e30.x"}}`+"\n", session)
		n += 2
		for i := 2; n%1000 != 0; i++ {
			fmt.Fprintf(&out, `{"header":{"token":"e30.e30.x"},"data":{"sessionId":%d,"message-type":"DATA_REQUEST","sequence":%d}}`+"\n", session, i)
			fmt.Fprintf(&out, `{"header":{},"data":{"sequesce":%d,"sessionId":%d,"message-type":"DATA_RESPONSE","data":2238117437493908595634448017342983353%02d}}`+"\n", i, session, i%100)
			n += 2
		}
	}
	file = filepath.Join(t.TempDir(), "large.txt")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestPicture makes the picture of the README, where .ci/picture asks for it.
func TestPicture(t *testing.T) {
	b := newBrowser(t)
	b.look(1280, 1092, "light")
	b.open(drawn(t, recording))
	b.until(`document.querySelectorAll('.frame-row').length === 23`)
	picture := small(t, b.picture())
	if len(picture) > 200<<10 {
		t.Errorf("%d bytes are too much for a README", len(picture))
	}
	if name := os.Getenv("PROTO_PICTURE"); name != "" {
		if err := os.WriteFile(name, picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// small packs a picture, in the 256 colours that it has most of.
func small(t *testing.T, picture []byte) []byte {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	size := img.Bounds()
	used := make(map[color.Color]int)
	for y := range size.Dy() {
		for x := range size.Dx() {
			used[img.At(x, y)]++
		}
	}
	palette := color.Palette(slices.SortedFunc(maps.Keys(used), func(a, b color.Color) int { return used[b] - used[a] }))
	palette = palette[:min(256, len(palette))]
	nearest := make(map[color.Color]uint8)
	for c := range used {
		nearest[c] = uint8(palette.Index(c))
	}
	packed := image.NewPaletted(size, palette)
	for y := range size.Dy() {
		for x := range size.Dx() {
			packed.SetColorIndex(x, y, nearest[img.At(x, y)])
		}
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, packed); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
