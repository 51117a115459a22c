//go:build !unix

package serve

// raiseOpenFiles has nothing to raise here.
func raiseOpenFiles() int { return 0 }
