//go:build !race

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDecodeStaysSmall: frames of 20 bytes, without an end of line, take no more memory than
// others do. (Not with the race detector, which takes memory of its own.) The bound is what is
// promised of the program, and what the test's own is larger by.
func TestDecodeStaysSmall(t *testing.T) {
	const frames, bound = 900_000, (32 + 4) << 10
	program, err := exec.LookPath("proto")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "frames")
	if err := os.WriteFile(name, bytes.Repeat([]byte(`{"message-type":"X"}`), frames), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "decode", "--json", "--workers", "2", name, "-") // and waits for stdin
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for range frames {
		if _, err := lines.ReadSlice('\n'); err != nil {
			t.Fatal(err)
		}
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	var kib int
	if _, err := fmt.Sscan(peak, &kib); err != nil || kib > bound {
		t.Errorf("%d KiB resident, %v", kib, err)
	}
	if _, err := io.WriteString(in, `{"message-type":"X"}`); err != nil {
		t.Error(err)
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
