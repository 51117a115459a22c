package repl

import (
	"crypto/aes"
	"crypto/rand"
	"strconv"

	"proto/wire"
)

// brokenCiphers are rules about keys, and what is encrypted under them.
func brokenCiphers() []brokenRule {
	return []brokenRule{
		{name: "key-never-changes", breaks: "the 10th answer brings a new key", config: rekeyEach(0)},
		{name: "key-changes-with-9th", breaks: "the 10th answer brings a new key, and none before", config: rekeyEach(9)},
		{name: "key-changes-with-each", breaks: "only each 10th answer brings a new key", config: rekeyEach(1)},
		{name: "key-changes-by-sequence", breaks: "the key changes by the count of answers alone", config: rekeyEach(0), serve: resealed(func(c *brokenConnection, s *brokenSession, f *wire.Frame, _ bool) (string, *wire.Key) {
			n, err := strconv.ParseInt(unquoted(f.Data.Get("sequence")), 10, 64)
			return freshIf(s.chain, err == nil && (n-1)%10 == 0)
		})},
		{name: "retransmission-counted", breaks: "a retransmission does not count for the key", config: rekeyEach(0), serve: resealed(func(_ *brokenConnection, s *brokenSession, _ *wire.Frame, _ bool) (string, *wire.Key) {
			fresh := s.asked/10 > s.keys
			if fresh {
				s.keys++
			}
			return freshIf(s.chain, fresh)
		})},
		{name: "new-key-comes-late", breaks: "the answer that brings a new key is encrypted under it", serve: resealed(func(_ *brokenConnection, s *brokenSession, _ *wire.Frame, rekey bool) (string, *wire.Key) {
			data := sealLetters(s.chain)
			if !rekey {
				return data, nil
			}
			key := randomKey(1)
			s.chain.Rekey(key)
			return data, &key
		})},
		{name: "new-key-keeps-register", breaks: "a new key starts at the IV", serve: resealed(func(_ *brokenConnection, s *brokenSession, _ *wire.Frame, rekey bool) (string, *wire.Key) {
			if !rekey {
				return sealLetters(s.chain), nil
			}
			key, register := randomKey(1), s.chain.Register()
			s.chain.Rekey(key)
			s.chain.SetRegister(register)
			return sealLetters(s.chain), &key
		})},
		{name: "cipher-restarts-at-iv", breaks: "the cipher runs on from one answer to the next", serve: resealed(func(_ *brokenConnection, s *brokenSession, _ *wire.Frame, rekey bool) (string, *wire.Key) {
			s.chain.SetRegister(s.iv)
			return freshIf(s.chain, rekey)
		})},
		{name: "data-not-shifted", breaks: "data is the cipher text plus 1269", serve: resealed(func(_ *brokenConnection, s *brokenSession, _ *wire.Frame, rekey bool) (string, *wire.Key) {
			s.chain.Dialect.Unshifted = true
			return freshIf(s.chain, rekey)
		})},
		{name: "data-not-padded", breaks: "the text is padded to 16 bytes", serve: resealed(func(_ *brokenConnection, s *brokenSession, _ *wire.Frame, rekey bool) (string, *wire.Key) {
			s.chain.Dialect.Unpadded = true
			return freshIf(s.chain, rekey)
		})},
		{name: "data-loses-zero", breaks: "no data is sent that lost a leading zero byte", serve: losingZeros},
		{name: "cfb-of-128-bits", breaks: "CFB has segments of 8 bits", serve: resealed(func(_ *brokenConnection, s *brokenSession, _ *wire.Frame, rekey bool) (string, *wire.Key) {
			var key *wire.Key
			if rekey {
				s.key = randomKey(1)
				key = &s.key
				s.chain.Rekey(s.key)
			}
			return sealBlock(s), key
		})},
		{name: "second-hello-replaces-key", breaks: "a second HELLO leaves the first session its key", serve: resealed(func(_ *brokenConnection, s *brokenSession, _ *wire.Frame, rekey bool) (string, *wire.Key) {
			return freshIf(s.on.chain, rekey)
		})},
		{name: "key2-differs", breaks: "key2 is the same for all sessions", serve: opening(func(c *brokenConnection, s *brokenSession) brokenMembers {
			s.iv = wire.IV(referenceLetters(wire.IVSize))
			return brokenMembers{"key2": shiftedNumber(s.iv[:])}
		})},
		{name: "key1-shared", breaks: "each session has a key of its own", serve: opening(func(c *brokenConnection, s *brokenSession) brokenMembers {
			s.key = c.server.sessions[1].key
			return brokenMembers{"key1": shiftedNumber(s.key[:])}
		})},
		{name: "key1-loses-zero", breaks: "no key is sent that lost a leading zero byte", serve: opening(func(c *brokenConnection, s *brokenSession) brokenMembers {
			s.key = randomKey(0)
			return brokenMembers{"key1": shiftedNumber(s.key[:])}
		})},
		{name: "key1-not-shifted", breaks: "key1 is the key plus 1269", serve: onAnswer(wire.Opened, func(data wire.Members) brokenMembers { return unshifted(data, "key1", wire.KeySize) })},
		{name: "key2-not-shifted", breaks: "key2 is the IV plus 1269", serve: onAnswer(wire.Opened, func(data wire.Members) brokenMembers { return unshifted(data, "key2", wire.IVSize) })},
	}
}

func rekeyEach(n int) func(*wire.ServerConfig) {
	return func(config *wire.ServerConfig) { config.Rekey = n }
}

// resealed replaces what is in each fresh answer: by the digits of data and, on
// a new key, the key. rekey says that the rule would have one here.
func resealed(seal func(c *brokenConnection, s *brokenSession, f *wire.Frame, rekey bool) (data string, key *wire.Key)) func(*brokenConnection, *wire.Frame) wire.Verdict {
	return func(c *brokenConnection, f *wire.Frame) wire.Verdict {
		v := c.good(f)
		switch v.Event {
		case wire.Answered:
			session := c.server.sessions[v.Session.ID]
			data, key := seal(c, session, f, v.KeyChanged)
			set := brokenMembers{"data": data, "key1": ""}
			if key != nil {
				set["key1"] = shiftedNumber(key[:])
			}
			v = brokenAmend(v, set)
			session.sealed = v.Reply
		case wire.Resent:
			v.Reply = c.server.sessions[v.Session.ID].sealed
		}
		return v
	}
}

// opening changes the key or the IV of each new session, and its cipher with it.
func opening(change func(*brokenConnection, *brokenSession) brokenMembers) func(*brokenConnection, *wire.Frame) wire.Verdict {
	seal := resealed(func(_ *brokenConnection, s *brokenSession, _ *wire.Frame, rekey bool) (string, *wire.Key) {
		return freshIf(s.chain, rekey)
	})
	return func(c *brokenConnection, f *wire.Frame) wire.Verdict {
		v := seal(c, f)
		if v.Event == wire.Opened {
			session := c.server.sessions[v.Session.ID]
			v = brokenAmend(v, change(c, session))
			session.chain = wire.NewChain(session.key, session.iv, wire.Dialect{})
		}
		return v
	}
}

// freshIf seals, under a new key where that is due.
func freshIf(chain *wire.Chain, fresh bool) (data string, key *wire.Key) {
	if fresh {
		key = new(randomKey(1))
		chain.Rekey(*key)
	}
	return sealLetters(chain), key
}

// sealLetters seals 8 letters so that no zero byte is lost.
func sealLetters(chain *wire.Chain) string {
	data, _ := sealUntil(chain, true, 0)
	return data
}

// sealUntil draws letters until the number has lost a zero byte, or has not; most
// 0 is without end. ok is false where none did.
func sealUntil(chain *wire.Chain, whole bool, most int) (data string, ok bool) {
	before := chain.Register()
	for n := 0; most == 0 || n < most; n++ {
		if data, got := chain.Seal(nil, referenceLetters(8)); got == whole {
			return string(data), true
		}
		chain.SetRegister(before)
	}
	return "", false
}

// enoughLetters is how many texts are drawn for one that loses a zero byte: of a
// state in ten, one text in 26 does, of all others none.
const enoughLetters = 1000

// losingKey draws a key whose first answer can lose a zero byte.
func losingKey(iv wire.IV) wire.Key {
	for {
		key := randomKey(1)
		if _, ok := sealUntil(wire.NewChain(key, iv, wire.Dialect{}), false, enoughLetters); ok {
			return key
		}
	}
}

// losingZeros has the first answer of each key lose its zero byte.
func losingZeros(c *brokenConnection, f *wire.Frame) wire.Verdict {
	v := resealed(func(_ *brokenConnection, s *brokenSession, _ *wire.Frame, rekey bool) (string, *wire.Key) {
		var key *wire.Key
		if rekey {
			key = new(losingKey(s.iv))
			s.chain.Rekey(*key)
		}
		if rekey || s.answered == 1 {
			if data, ok := sealUntil(s.chain, false, enoughLetters); ok {
				return data, key
			}
		}
		return sealLetters(s.chain), key
	})(c, f)
	if v.Event == wire.Opened {
		s := c.server.sessions[v.Session.ID]
		s.key = losingKey(s.iv)
		s.chain = wire.NewChain(s.key, s.iv, wire.Dialect{})
		v = brokenAmend(v, brokenMembers{"key1": shiftedNumber(s.key[:])})
	}
	return v
}

// sealBlock is CFB with segments of 128 bits, for a text of one block.
func sealBlock(s *brokenSession) string {
	block, err := aes.NewCipher(s.key[:])
	if err != nil {
		panic(err) // a key is always of 32 bytes
	}
	var pad, sealed wire.Register
	register := s.chain.Register()
	block.Encrypt(pad[:], register[:])
	for sealed[0] == 0 {
		for i, b := range referencePadded(referenceLetters(8)) {
			sealed[i] = b ^ pad[i]
		}
	}
	s.chain.SetRegister(sealed)
	return shiftedNumber(sealed[:])
}

// randomKey draws a key whose first byte is 0, or is not.
func randomKey(first byte) (key wire.Key) {
	rand.Read(key[:]) // never fails
	key[0] *= first
	key[0] |= first
	return key
}

func shiftedNumber(b []byte) string { return string(wire.AppendNumber(nil, b, wire.Shift)) }

func unshifted(data wire.Members, name string, size int) brokenMembers {
	b := make([]byte, size)
	if err := wire.ParseNumber(b, data.Get(name).Raw(), wire.Shift); err != nil {
		panic(err) // wire's own number
	}
	return brokenMembers{name: string(wire.AppendNumber(nil, b, 0))}
}
