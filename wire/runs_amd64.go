//go:build !purego

package wire

// hasRuns says whether the processor has AVX2: Intel's since 2013, AMD's since 2015.
var hasRuns = hasAVX2()

func hasAVX2() bool

// matchRuns holds the n bytes at b against count runs, with an integer between each two, and
// says where the last one ends; 0 where they differ, where an integer is missing or has 64
// digits or more, and where fewer than behindRun bytes are behind one of the runs. A 0 in
// front of an integer is one of its own. Where the integers end is written to ends.
//
//go:noescape
func matchRuns(b *byte, n int, runs *run, count int, ends *int) int
