package decode

import (
	"os"
	"runtime/debug"
)

// goMemory is what the runtime is to stay within: with the program itself that is less than
// 32 MiB resident. Most captures need half of it. Where frames are of 20 bytes the room that the
// collector leaves by itself, as much as is in use, would be too much, as it is with a window of zstd.
const goMemory = 22 << 20

// keepSmall holds until usual is called. Who sets GOMEMLIMIT decides for himself.
func keepSmall() (usual func()) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	before := debug.SetMemoryLimit(goMemory)
	return func() { debug.SetMemoryLimit(before) }
}
