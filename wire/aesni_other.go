//go:build !amd64 || purego

package wire

// aesni is false: cfb8 never asks for what stands below.
const aesni = false

type roundKeys struct{}

func (*roundKeys) expand(*Key)                                        {}
func (*roundKeys) seal(*Register, []byte)                             {}
func (*roundKeys) open(*Register, *[BlockSize]byte, *[BlockSize]byte) {}
