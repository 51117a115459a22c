package main

import (
	"bytes"
	"context"
	"image"
	_ "image/png"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser is a tab of a real browser, which notes whatever a page of ours must not do.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu    sync.Mutex
	seen  []string // what the console and the policy had to say, and exceptions
	asked []string // addresses, but for the page's own
	url   string
}

// reading is how long a page may take to become what is waited for.
const reading = 20 * time.Second

func newBrowser(t *testing.T) *browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is missing")
	}
	t.Parallel() // a browser waits more than it works
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1360, 900),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	ctx, end = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // it may have gone
		end()
	})
	b := &browser{t: t, ctx: ctx}
	b.must(chromedp.Listen(ctx, b.note))
	_, err = chromedp.Call(ctx, log.Enable, struct{}{})
	b.must(err)
	_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	b.must(err)
	return b
}

func (b *browser) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		b.seen = append(b.seen, e.Entry.Text)
	case *runtime.EventConsoleAPICalled:
		b.seen = append(b.seen, "console."+string(e.Type))
	case *runtime.EventExceptionThrown:
		b.seen = append(b.seen, e.ExceptionDetails.Text)
	case *network.EventRequestWillBeSent:
		if e.Request.URL != b.url && !strings.HasPrefix(e.Request.URL, "data:") {
			b.asked = append(b.asked, e.Request.URL)
		}
	}
}

// wantQuiet: no word on the console, no breach of the policy, no request but those
// that are allowed.
func (b *browser) wantQuiet(allowed ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.seen {
		b.t.Errorf("the browser says: %s", s)
	}
next:
	for _, s := range b.asked {
		for _, a := range allowed {
			if s == a {
				continue next
			}
		}
		b.t.Errorf("the page asks for %s", s)
	}
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.mu.Lock()
	b.url = url
	b.mu.Unlock()
	b.must(chromedp.Do(b.ctx, chromedp.Navigate(url)))
}

// eval gives what an expression of the page gives.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits until an expression is true.
func (b *browser) until(expression string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(reading))); err != nil {
		b.t.Fatalf("%s: %v; the page says\n%s", expression, err, eval[string](b, "document.body.innerText"))
	}
}

// keys presses keys, one after the other. A key's text comes with its keydown, as that
// of a keyboard does, and not behind it: so a page that takes the key keeps the text out.
func (b *browser) keys(keys string) {
	b.t.Helper()
	for _, r := range keys {
		text := ""
		events := kb.Encode(r)
		for _, e := range events {
			if e.Type == kb.KeyChar {
				text = e.Text
			}
		}
		for _, e := range events {
			switch e.Type {
			case kb.KeyChar:
				continue
			case kb.KeyRawDown, kb.KeyDown:
				if e.Type, e.Text = kb.KeyRawDown, text; text != "" {
					e.Type = kb.KeyDown
				}
			}
			_, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, *e)
			b.must(err)
		}
	}
}

// look sets the size of the window and the colours of the system.
func (b *browser) look(width, height int64, colours string) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.EmulateViewport(width, height)))
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours}},
	})
	b.must(err)
}

// picture is what is to be seen; it fails where that is nothing.
func (b *browser) picture() []byte {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	b.must(err)
	img, _, err := image.Decode(bytes.NewReader(png))
	b.must(err)
	colours := make(map[any]bool)
	for x := range img.Bounds().Dx() {
		for y := 0; y < img.Bounds().Dy(); y += 3 {
			colours[img.At(x, y)] = true
		}
	}
	if len(colours) < 20 {
		b.t.Errorf("a picture of %d colours", len(colours))
	}
	return png
}
