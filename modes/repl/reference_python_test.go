package repl

import (
	"bytes"
	"crypto/aes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What of Python and its libraries the reference server stands on.

// referenceLoads is json.loads(text.decode().replace("'", '"')): all that came
// is one frame, or an exception. Of a member that stands twice the last wins.
func referenceLoads(record []byte) (header, data map[string]any, err error) {
	if !utf8.Valid(record) {
		return nil, nil, errors.New("UnicodeDecodeError")
	}
	decoder := json.NewDecoder(strings.NewReader(strings.ReplaceAll(string(record), "'", `"`)))
	decoder.UseNumber()
	var frame any
	if err := decoder.Decode(&frame); err != nil {
		return nil, nil, fmt.Errorf("JSONDecodeError: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("JSONDecodeError: extra data")
	}
	top, _ := frame.(map[string]any)
	header, hasHeader := top["header"].(map[string]any)
	data, hasData := top["data"].(map[string]any)
	if !hasHeader || !hasData {
		return nil, nil, errors.New("TypeError: no object in header or data")
	}
	return header, data, nil
}

// pythonDict keeps the order in which it was filled.
type pythonDict []pythonItem

type pythonItem struct {
	name  string
	value any
}

// pythonRepr is str() of a dict, and repr() of what is in it.
func pythonRepr(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case string:
		return pythonQuote(v)
	case json.Number:
		return pythonDigits(v)
	case []any:
		var parts []string
		for _, element := range v {
			parts = append(parts, pythonRepr(element))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var d pythonDict
		for _, name := range slices.Sorted(maps.Keys(v)) { // its own order is lost
			d = append(d, pythonItem{name, v[name]})
		}
		return pythonRepr(d)
	case pythonDict:
		var parts []string
		for _, item := range v {
			parts = append(parts, pythonQuote(item.name)+": "+pythonRepr(item.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v) // an integer
}

func pythonQuote(s string) string {
	quote := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = `"`
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case string(r) == quote || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return quote + b.String() + quote
}

// isPythonFloat says whether JSON's number becomes a float.
func isPythonFloat(n json.Number) bool { return strings.ContainsAny(n.String(), ".eE") }

// pythonDigits is repr() of a number: an integer keeps all its digits, a float
// takes an exponent from 1e16 on and below 1e-4.
func pythonDigits(n json.Number) string {
	if !isPythonFloat(n) {
		if n == "-0" {
			return "0"
		}
		return n.String()
	}
	f, _ := n.Float64() // inf where it is too large
	if math.IsInf(f, 0) {
		return strings.TrimPrefix(strings.ToLower(fmt.Sprint(f)), "+")
	}
	if size := math.Abs(f); size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// pythonNumber is what a value is when it is compared with integers.
func pythonNumber(v any) (n *big.Rat, ok bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return big.NewRat(1, 1), true
		}
		return new(big.Rat), true
	case json.Number:
		if isPythonFloat(v) {
			f, _ := v.Float64()
			n := new(big.Rat).SetFloat64(f) // nil for inf
			return n, n != nil
		}
		return new(big.Rat).SetString(v.String())
	}
	return nil, false
}

// pythonInt is int(): fractions are cut off, strings of digits may have a sign
// and white space around them; for all else it raises.
func pythonInt(v any) (n *big.Int, ok bool) {
	if s, isString := v.(string); isString {
		return new(big.Int).SetString(strings.TrimSpace(s), 10)
	}
	r, ok := pythonNumber(v)
	if !ok {
		return nil, false
	}
	return new(big.Int).Quo(r.Num(), r.Denom()), true
}

// referenceCipher is AES.new(key, AES.MODE_CFB, iv) of PyCryptodome, whose
// segments are of 8 bits: a shift register, moved a byte at a time.
type referenceCipher struct {
	key, register []byte
}

func (c *referenceCipher) encrypt(text []byte) (sealed []byte) {
	return c.run(text, func(_, out byte) byte { return out })
}

func (c *referenceCipher) decrypt(sealed []byte) (text []byte) {
	return c.run(sealed, func(in, _ byte) byte { return in })
}

// run works on one byte after the other; shift picks which of the two, in or
// out, is cipher text.
func (c *referenceCipher) run(in []byte, shift func(in, out byte) byte) (out []byte) {
	block, err := aes.NewCipher(c.key)
	if err != nil {
		panic(err) // the key is always of 32 bytes
	}
	for _, b := range in {
		pad := make([]byte, aes.BlockSize)
		block.Encrypt(pad, c.register)
		out = append(out, b^pad[0])
		c.register = append(bytes.Clone(c.register[1:]), shift(b, b^pad[0]))
	}
	return out
}

// referencePadded is Crypto.Util.Padding.pad(text, 16).
func referencePadded(text []byte) []byte {
	n := aes.BlockSize - len(text)%aes.BlockSize
	return append(text, bytes.Repeat([]byte{byte(n)}, n)...)
}

// referenceShifted is int.from_bytes(b, 'big') + 1269; leading zeros are lost, and
// nobody minds.
func referenceShifted(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	return n.Add(n, big.NewInt(1269))
}

// token is of the user record: the same for all sessions, without an expiry.
func (p *referenceProgram) token() string {
	head := referenceSegment([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + referenceSegment([]byte(`{"name":"client1","id":1}`))
	return head + "." + referenceSegment(p.sign(head))
}

func referenceSegment(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (p *referenceProgram) sign(head string) []byte {
	mac := hmac.New(sha256.New, p.secret)
	mac.Write([]byte(head))
	return mac.Sum(nil)
}

// tokenGood is jwt.decode(token, secret, algorithms=["HS256"]). No token has an
// expiry to look at, since none but its own has the right signature.
func (p *referenceProgram) tokenGood(token any) bool {
	text, _ := token.(string)
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	return err == nil && hmac.Equal(signature, p.sign(parts[0]+"."+parts[1]))
}
