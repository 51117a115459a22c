//go:build !linux && !darwin

package connect

// enoughFiles is not known here; sessions that are too many count as errors.
func enoughFiles(int) error { return nil }
