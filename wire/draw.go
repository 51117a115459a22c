package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// randomTextSize is how many letters the reference server sends in an answer.
const randomTextSize = 8

// eightLetters is how many texts of 8 letters there are, and lettersLimit the largest
// multiple of it that 64 bits can be below: larger numbers are drawn again (one in 88
// million), so that every text is as likely as any other.
const (
	eightLetters = 26 * 26 * 26 * 26 * 26 * 26 * 26 * 26
	lettersLimit = math.MaxUint64 / eightLetters * eightLetters
)

// maxDraws bounds drawing again. A first byte of zero comes up once in 256, so
// that only a broken source of randomness gets here (256^-16 = 3e-39).
const maxDraws = 16

var errBrokenRandom = errors.New("the source of randomness keeps giving the same")

// drawLetters fills dst, whose length is a multiple of 8, with random lower-case letters.
func drawLetters(random io.Reader, dst []byte) error {
	for tries := 0; len(dst) >= 8; {
		if _, err := io.ReadFull(random, dst[:8]); err != nil {
			return fmt.Errorf("cannot draw random bytes: %w", err)
		}
		n := binary.LittleEndian.Uint64(dst)
		if n >= lettersLimit {
			if tries++; tries == maxDraws {
				return errBrokenRandom
			}
			continue
		}
		for i := range 8 {
			dst[i] = 'a' + byte(n%26)
			n /= 26
		}
		dst = dst[8:]
	}
	return nil
}

// drawKey draws a key that does not begin with a zero byte, which its number
// would lose and the reference client not put back.
func drawKey(random io.Reader) (key Key, err error) {
	for range maxDraws {
		k := make([]byte, KeySize)
		if _, err := io.ReadFull(random, k); err != nil {
			return key, fmt.Errorf("cannot draw a key: %w", err)
		}
		if k[0] != 0 {
			key = Key(k)
			clear(k)
			return key, nil
		}
	}
	return key, errBrokenRandom
}

// sealRandom seals 8 random letters into session.data, drawn again where the
// cipher text would lose a zero byte.
func (session *Session) sealRandom(random io.Reader, rekey bool) (key *Key, err error) {
	if rekey {
		if key, err = session.rekey(random); err != nil {
			return nil, err
		}
	}
	before := session.chain.Register()
	for range maxDraws {
		if err := drawLetters(random, session.text[:]); err != nil {
			return nil, err
		}
		var whole bool
		if session.data, whole = session.chain.Seal(session.data[:0], session.text[:]); whole {
			return key, nil
		}
		session.chain.SetRegister(before)
	}
	return nil, errBrokenRandom
}

// sealText seals a given text into session.data. Where the cipher text would
// lose a zero byte it goes over to a fresh key, which the answer then carries.
func (session *Session) sealText(random io.Reader, text string, rekey bool) (key *Key, err error) {
	for range maxDraws {
		if rekey {
			if key, err = session.rekey(random); err != nil {
				return nil, err
			}
		}
		var whole bool
		if session.data, whole = session.chain.Seal(session.data[:0], []byte(text)); whole {
			return key, nil
		}
		rekey = true
	}
	return nil, errBrokenRandom
}

func (session *Session) rekey(random io.Reader) (*Key, error) {
	key, err := drawKey(random)
	if err != nil {
		return nil, err
	}
	session.chain.Rekey(key)
	return &key, nil
}
