package serve

import (
	"os"
	"runtime"
)

// oneMore has the runtime use one thread more than there are processors. With as many, who
// has logged in waits wherever all of them compute handshakes, as the runtime does not
// interrupt these; the kernel does, for a thread that has slept. Under attack that makes the
// slowest answers a quarter to a third quicker, and requests 3 % more. Who sets GOMAXPROCS decides for himself.
func oneMore() {
	if n := runtime.GOMAXPROCS(0); os.Getenv("GOMAXPROCS") == "" && n <= runtime.NumCPU() {
		runtime.GOMAXPROCS(n + 1)
	}
}
