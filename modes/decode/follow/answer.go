package follow

import (
	"unicode/utf8"

	"proto/wire"
)

// An Answer is a DATA_RESPONSE as the capture has it. Its bytes are the caller's;
// the follower copies what it keeps.
type Answer struct {
	Session, Sequence []byte // as they are spelled; nil where they are missing
	Data, Key1        wire.Value
	Stream            string

	prepared bool
	long     *[len(padded)][]byte // the cipher text of more than a block, once it was read, in each padded dialect
	rounded  bool                 // Data has been through a float64
	isBlock  bool                 // Data is one block, read as today's dialect has it
	block    [wire.BlockSize]byte // the cipher text, then
}

// Prepare does what needs no session: it reads the number. Whoever has nothing else to
// do may do it before Open, which else does it itself.
func (a *Answer) Prepare() {
	a.prepared = true
	a.isBlock = a.Data.Kind() == wire.Integer && wire.ParseNumber(a.block[:], a.Data.Raw(), wire.Shift) == nil
	if a.isBlock && len(a.Data.Raw()) >= longDigits && (uint(a.block[len(a.block)-1])+wire.Shift)%lowByte != 0 {
		return // as nearly all are: a number that was rounded is a multiple of that, as it is spelled
	}
	a.rounded = rounded(a.Data)
	a.isBlock = a.isBlock && !a.rounded
}

// open decrypts in the dialect, or, where that is not known, in each that can be, and
// leaves the chain as it was if none gives a text.
func (f *Follower) open(a *Answer, c *wire.Chain, known *wire.Dialect, dst []byte) (text []byte, d wire.Dialect, ok bool) {
	f.other = nil
	if known != nil {
		text, ok = a.openIn(c, *known, dst)
		return text, *known, ok
	}
	candidates := padded[:]
	if len(f.Only) > 0 {
		candidates = f.Only // a long text without padding, too
	}
	before, best := c.Register(), misfit
	var after wire.Register
	for _, candidate := range candidates {
		text2, ok2 := a.openIn(c, candidate, nil)
		if !ok2 {
			continue
		}
		// A wrong shift damages the last two bytes, which may leave valid padding: of one.
		read, fits := fork{dialect: candidate, register: c.Register(), text: text2}, fitnessOf(text2)
		if c.SetRegister(before); ok && fits <= best {
			f.other = &read
			continue
		} else if ok {
			f.other = &fork{dialect: d, register: after, text: text}
		}
		text, d, ok, best, after = text2, candidate, true, fits, read.register
	}
	if ok {
		c.Dialect = d
		c.SetRegister(after)
		return append(dst, text...), d, true
	}
	c.Dialect = wire.Dialect{}
	return nil, d, false
}

// openIn decrypts in one dialect.
func (a *Answer) openIn(c *wire.Chain, d wire.Dialect, dst []byte) (text []byte, ok bool) {
	before := c.Register()
	c.Dialect = d
	if !a.endsWell(c) {
		return nil, false
	}
	text, err := a.decrypt(c, dst)
	// Of the wrong state 16 bytes have valid padding once in 256, and are UTF-8 once in
	// some thousand times.
	if err != nil || !utf8.Valid(text) {
		c.SetRegister(before)
		return nil, false
	}
	return text, true
}

// decrypt decrypts in the chain's dialect.
func (a *Answer) decrypt(c *wire.Chain, dst []byte) ([]byte, error) {
	if a.isBlock && c.Dialect == (wire.Dialect{}) {
		return c.OpenCipherText(dst, a.block[:])
	}
	if long := a.cipherText(c.Dialect); long != nil {
		return c.OpenCipherText(dst, long)
	}
	return c.Open(dst, a.Data.Raw())
}

// endsWell looks at the padding of a long text first: of all blocks but the first the texts
// depend on the key only.
func (a *Answer) endsWell(c *wire.Chain) bool {
	long := a.cipherText(c.Dialect)
	if long == nil {
		return true
	}
	before, last := c.Register(), len(long)-wire.BlockSize
	c.SetRegister(wire.Register(long[last-wire.BlockSize : last]))
	_, err := c.OpenCipherText(nil, long[last:])
	c.SetRegister(before)
	return err == nil
}

// blockDigits is how many digits a block has at most.
const blockDigits = 39

// cipherText is that of a number of more than a block in a padded dialect, else nil.
func (a *Answer) cipherText(d wire.Dialect) []byte {
	digits := a.Data.Raw()
	if d.Unpadded || len(digits) <= blockDigits || a.Data.Kind() != wire.Integer {
		return nil
	}
	if a.long == nil {
		a.long = new([len(padded)][]byte)
	}
	known := &a.long[number(d)]
	for size := max(2, len(digits)*415/1000/wire.BlockSize-1) * wire.BlockSize; *known == nil && size <= len(digits); size += wire.BlockSize {
		if b := make([]byte, size); wire.ParseNumber(b, digits, d.Shift()) == nil {
			*known = b
		}
	}
	return *known
}
