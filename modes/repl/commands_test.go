package repl

import (
	"context"
	"strings"
	"testing"

	"proto/modes"
	"proto/modes/repl/language"
)

// TestCommandsAreCarriedOut: no command that the language has is unknown to the bench.
// Each is tried by its manual's first example, as if interrupted: so nothing is sent.
func TestCommandsAreCarriedOut(t *testing.T) {
	t.Chdir(t.TempDir()) // save writes
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := (&options{address: "127.0.0.1:1"}).newWorld(newRig(t, "", nil).process)
	w.login, w.known = modes.Login{User: "test", Password: "test"}, true
	done, err := w.prepareTLS()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	for _, form := range language.Forms() {
		text, _ := language.Manual(form.Name)
		_, example, _ := strings.Cut(text, "\n    ")
		example, _, _ = strings.Cut(example, "\n")
		script, errs := language.Parse(language.NewSource("", []byte(example+"\n")))
		if len(errs) > 0 || len(script.Commands) != 1 {
			t.Errorf("%s: example %q: %v", form.Name, example, errs)
			continue
		}
		b := newBench(w)
		b.out = func(string) {}
		if err := b.execute(ctx, script.Commands[0]); err != nil && strings.HasPrefix(err.Error(), "unknown command") {
			t.Errorf("%s: %v", example, err)
		}
	}
}
