//go:build !amd64 || purego

package wire

// Without it shapes have no runs.
const hasRuns = false

func matchRuns(*byte, int, *run, int, *int) int { return 0 }
