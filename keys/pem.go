package keys

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"strings"
)

// pemFile is a PEM file taken apart. Every block is looked at, wherever it stands: OpenSSL puts EC PARAMETERS before
// a key, text before a certificate, and people put keys and chains together in any order.
type pemFile struct {
	path   string
	certs  [][]byte     // DER of each CERTIFICATE
	keys   []*pem.Block // whatever ends in PRIVATE KEY
	others []string     // names of the blocks that are neither
	looks  string       // what the file seems to be when it holds no block at all
}

func readPEM(path string) (*pemFile, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return parsePEM(path, data), nil
}

func parsePEM(path string, data []byte) *pemFile {
	f := &pemFile{path: path, looks: "nothing in PEM form"}
	if len(data) > 0 && data[0] == 0x30 { // an ASN.1 SEQUENCE
		f.looks = "what looks like DER, not PEM (openssl x509 or openssl pkey with -inform DER turns it into PEM)"
	}
	// Windows editors put a byte order mark before the first dash.
	rest := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return f
		}
		switch {
		case block.Type == "CERTIFICATE":
			f.certs = append(f.certs, block.Bytes)
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			f.keys = append(f.keys, block)
		default:
			f.others = append(f.others, block.Type)
		}
	}
}

// certificates parses every certificate of the file; there is at least one when err is nil.
func (f *pemFile) certificates() ([]*x509.Certificate, error) {
	if len(f.certs) == 0 {
		return nil, cannot("read", f.path, &trouble{what: "no certificate in it", hint: f.holds()})
	}
	certs := make([]*x509.Certificate, 0, len(f.certs))
	for _, der := range f.certs {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, cannot("read", f.path, damagedCertificate(der, err))
		}
		certs = append(certs, cert)
	}
	return certs, nil
}

func damagedCertificate(der []byte, err error) *trouble {
	if t := unusable(certificateAlgorithm(der)); t != nil {
		return t
	}
	return &trouble{
		what: "a certificate in it is damaged (" + foreign(err.Error()) + ")",
		hint: "compare it with what openssl x509 -text -in FILE shows",
		err:  err,
	}
}

// holds says what is in the file instead of what was looked for.
func (f *pemFile) holds() string {
	var kinds []string
	if len(f.certs) > 0 {
		kinds = append(kinds, `"CERTIFICATE"`)
	}
	for _, key := range f.keys {
		kinds = append(kinds, foreign(key.Type))
	}
	for _, other := range f.others {
		kinds = append(kinds, foreign(other))
	}
	if len(kinds) == 0 {
		return "the file holds " + f.looks
	}
	return "the file holds " + firstOf(3, kinds, ", ")
}
