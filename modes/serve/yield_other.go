//go:build !linux

package serve

import "runtime"

// A yielder lets others have the processor in the middle of long computations.
type yielder struct{}

func newYielder() *yielder { return &yielder{} }

func (y *yielder) close() {}

func (y *yielder) yield() { y.poll() }

func (y *yielder) poll() {
	if y != nil {
		runtime.Gosched()
	}
}
