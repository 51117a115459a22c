package keys

import (
	"crypto/sha256"
	"fmt"
	"os"
	"testing"
	"time"
)

// ownDir makes the test program, run again by TestOwnRace, the first run of a server.
const ownDir = "KEYS_TEST_OWN_DIR"

func TestMain(m *testing.M) {
	dir := os.Getenv(ownDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	id, err := Own(dir, time.Now)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Printf("%s %x\n", id.Pin(), sha256.Sum256(id.Certificate.Leaf.Raw))
}
