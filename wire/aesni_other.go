//go:build !amd64 || purego

package wire

// Neither is there: cfb8 never calls what stands below.
const (
	aesni = false
	vaes  = false
)

type roundKeys struct{}

func expandKey(*roundKeys, *Key)                                              {}
func sealBytes(*roundKeys, *Register, *byte, int)                             {}
func sealBlock(*roundKeys, *Register, *[BlockSize]byte)                       {}
func openBlock(*roundKeys, *Register, *[BlockSize]byte, *[BlockSize]byte)     {}
func openBlockVAES(*roundKeys, *Register, *[BlockSize]byte, *[BlockSize]byte) {}
