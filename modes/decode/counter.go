package decode

import (
	"encoding/binary"

	"proto/wire"
)

// counter appends numbers that are near the ones before, as those of frames and their offsets
// are: all digits but the last four are most often the same.
type counter struct {
	base int64    // the last number without its last four digits; 0 for none
	high [16]byte // the digits of base, without four zeros
	size int      // how many
}

const lastFour = 1e4

func (c *counter) append(dst []byte, v int64) []byte {
	if c.base == 0 || uint64(v-c.base) >= lastFour {
		if v < lastFour || v >= 1e16 {
			return wire.AppendInteger(dst, v)
		}
		c.base = v - v%lastFour
		c.size = len(wire.AppendInteger(c.high[:0], v/lastFour))
	}
	dst = append(dst, c.high[:]...)
	dst = dst[:len(dst)-len(c.high)+c.size]
	return binary.LittleEndian.AppendUint32(dst, fourDigits(uint32(v-c.base)))
}

// fourDigits are those of a number below 10,000, the first in the lowest byte: it is divided
// into pairs and digits, each by one multiplication with a reciprocal that is exact there.
func fourDigits(v uint32) uint32 {
	hundreds := v * 10486 >> 20
	v = hundreds | (v-hundreds*100)<<16
	tens := v * 103 >> 10 & 0x000f000f
	v = tens | (v-tens*10)<<8
	return v + 0x30303030
}
