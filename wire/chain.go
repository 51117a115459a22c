package wire

import (
	"encoding/binary"
	"errors"
	"slices"
)

// KeySize and IVSize are the sizes of key1 and key2 in bytes.
const (
	KeySize = 32
	IVSize  = BlockSize
)

// A Key is an AES-256 key; on the wire, plus 1269, it is `key1`.
type Key [KeySize]byte

// String keeps a key out of logs.
func (Key) String() string { return "(hidden)" }

// An IV is the register that each new key starts with; on the wire, plus 1269,
// it is `key2`. In the reference server and in ours it is 16 lower-case letters.
type IV = Register

// ParseKey reads a key from the digits of `key1`, as [Value.Raw] gives them. Leading
// zero bytes, which the number lost, are put back. Its error is a *[NumberError].
func ParseKey(digits []byte) (k Key, err error) {
	err = ParseNumber(k[:], digits, Shift)
	return k, err
}

// ParseIV reads an IV from the digits of `key2`, as ParseKey does.
func ParseIV(digits []byte) (iv IV, err error) {
	err = ParseNumber(iv[:], digits, Shift)
	return iv, err
}

// Dialect says how `data` is written. The zero Dialect is today's; with both
// members set it is the older one of the protocol description's worked example.
type Dialect struct {
	Unshifted bool // data is the cipher text itself, without the 1269
	Unpadded  bool // the text is encrypted as it is, in whole units of 8 bytes
}

// unit is what the length of a cipher text is a multiple of, in bytes.
func (d Dialect) unit() int {
	if d.Unpadded {
		return 8
	}
	return BlockSize
}

// Shift is what is added to `data`.
func (d Dialect) Shift() uint64 {
	if d.Unshifted {
		return 0
	}
	return Shift
}

// ErrPadding says that a text did not end in valid padding: the key or the
// cipher text before it is not the right one, or the number was damaged.
var ErrPadding = errors.New("the padding is not valid")

// A Chain is the cipher of one session: its key, its register, and the dialect.
// It runs on from one answer to the next and starts at the IV with each new key.
// It is made by [ParseChain] or [NewChain]. One goroutine at a time.
type Chain struct {
	Dialect Dialect // may be changed at any time
	iv      IV
	cfb8    cfb8
	text    []byte // scratch: the text being sealed, or the cipher text being read
}

// NewChain starts a chain with this key at this IV.
func NewChain(key Key, iv IV, d Dialect) *Chain {
	c := new(Chain)
	c.Restart(key, iv, d)
	return c
}

// ParseChain starts a chain with a key and an IV as HELLO_ACK has them: the digits
// of `key1` and `key2`. Its error is a *[NumberError].
func ParseChain(key1, key2 []byte, d Dialect) (*Chain, error) {
	key, err := ParseKey(key1)
	if err != nil {
		return nil, err
	}
	iv, err := ParseIV(key2)
	if err != nil {
		return nil, err
	}
	return NewChain(key, iv, d), nil
}

// Restart is NewChain in the memory of a chain that is not needed any more.
func (c *Chain) Restart(key Key, iv IV, d Dialect) {
	c.Dialect, c.iv = d, iv
	c.Rekey(key)
}

// Rekey goes over to a new key; the register is the IV again.
func (c *Chain) Rekey(key Key) {
	c.cfb8.setKey(&key)
	c.cfb8.register = c.iv
}

// Register is the state from which the next text is sealed or opened.
func (c *Chain) Register() Register { return c.cfb8.register }

// SetRegister goes to another place of the chain: to the last 16 bytes of
// cipher text before the answer to open.
func (c *Chain) SetRegister(r Register) { c.cfb8.register = r }

// Seal encrypts a text and appends the number that is its `data` to dst.
// whole is false where the cipher text begins with a zero byte, which the
// number loses: such an answer kills the reference client. A text for the
// unpadded dialect is 8 bytes or a multiple.
func (c *Chain) Seal(dst, text []byte) (data []byte, whole bool) {
	c.text = append(c.text[:0], text...)
	if !c.Dialect.Unpadded {
		c.text = appendPadding(c.text)
	}
	c.cfb8.encrypt(c.text, c.text)
	whole = len(c.text) == 0 || c.text[0] != 0
	return AppendNumber(dst, c.text, c.Dialect.Shift()), whole
}

// Open decrypts the number that is an answer's `data` and appends its text to
// dst: its padding is taken off, and zero bytes that the number lost are put back.
// Answers are to be opened in their order, and where key1 stands in one, [Chain.Rekey]
// comes first; to begin elsewhere see [Chain.SetRegister].
//
// After [ErrPadding], which appends the whole text with what should be its padding,
// the chain goes on all the same: CFB8 heals itself after 16 bytes. After a
// *[NumberError] it has not moved.
func (c *Chain) Open(dst, digits []byte) ([]byte, error) {
	if err := c.parseData(digits); err != nil {
		return dst, err
	}
	return c.OpenCipherText(dst, c.text)
}

// OpenCipherText is Open for who has read the number already: it decrypts the cipher
// text itself, whose length is a multiple of the dialect's unit, 16 or 8 bytes. The memory behind
// dst may begin where the cipher text does, but not elsewhere within it.
func (c *Chain) OpenCipherText(dst, cipherText []byte) ([]byte, error) {
	from := len(dst)
	dst = slices.Grow(dst, len(cipherText))[:from+len(cipherText)]
	text := dst[from:]
	c.cfb8.decrypt(text, cipherText)
	if c.Dialect.Unpadded {
		return dst, nil
	}
	n := paddingOf(text)
	if n == 0 {
		return dst, ErrPadding
	}
	return dst[:len(dst)-n], nil
}

// parseData reads a `data` into c.text, which it makes the next multiple of the
// dialect's unit long.
func (c *Chain) parseData(digits []byte) error {
	unit := c.Dialect.unit()
	c.text = grow(c.text, unit)
	err := ParseNumber(c.text, digits, c.Dialect.Shift())
	if e, ok := err.(*NumberError); ok && e.wide {
		c.text = grow(c.text, (byteLength(digits, c.Dialect.Shift())+unit-1)/unit*unit)
		err = ParseNumber(c.text, digits, c.Dialect.Shift())
	}
	return err
}

// grow makes b size bytes long, whatever they hold.
func grow(b []byte, size int) []byte {
	if cap(b) < size {
		return make([]byte, size)
	}
	return b[:size]
}

// appendPadding pads by PKCS#7 (RFC 5652, 6.3) to a multiple of 16 bytes.
func appendPadding(text []byte) []byte {
	n := BlockSize - len(text)%BlockSize
	padded := len(text) + n
	eight := uint64(n) * everyByte
	text = binary.LittleEndian.AppendUint64(text, eight)
	return binary.LittleEndian.AppendUint64(text, eight)[:padded]
}

// paddingOf is how many bytes of padding end a text, 0 where it is not valid: all of it is
// in the last block, and is compared in words.
func paddingOf(text []byte) int {
	if len(text) < BlockSize {
		return 0
	}
	block := text[len(text)-BlockSize:]
	low, high := binary.BigEndian.Uint64(block), binary.BigEndian.Uint64(block[8:])
	n := high & 0xff
	eight := n * everyByte
	switch {
	case n == 0 || n > BlockSize:
		return 0
	case n <= 8:
		if (high^eight)<<(64-8*n) != 0 {
			return 0
		}
	case high != eight || (low^eight)<<(64-8*(n-8)) != 0:
		return 0
	}
	return int(n)
}

// wipe forgets the key, and what was sealed or opened last.
func (c *Chain) wipe() {
	c.cfb8 = cfb8{}
	clear(c.text[:cap(c.text)])
}

// Clone is a chain of its own in the same state.
func (c *Chain) Clone() *Chain {
	clone := *c
	clone.text = nil
	return &clone
}
