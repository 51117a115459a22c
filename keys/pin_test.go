package keys

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"
)

func TestParsePin(t *testing.T) {
	leaf, other := issue(t, nil, nil), issue(t, nil, nil)
	pin := Pin(leaf.cert)
	for _, text := range []string{pin, pin + ";" + Pin(other.cert), Pin(other.cert) + ";" + pin} {
		pins, err := ParsePin(text)
		if err != nil || !pins.Has(leaf.cert) || pins.Has(issue(t, nil, nil).cert) {
			t.Errorf("%s: %v, %v", text, pins, err)
		}
	}
	body := strings.TrimPrefix(pin, pinPrefix)
	for name, text := range map[string]string{
		"empty":           "",
		"no_prefix":       body,
		"sha1":            "sha1//" + body,
		"short":           pinPrefix + body[4:],
		"not_base64":      pinPrefix + "!" + body[1:],
		"URL_alphabet":    pinPrefix + strings.Repeat("_", 43) + "=",
		"line_break":      pinPrefix + body[:40] + "\n" + body[41:],
		"stray_bits":      pinPrefix + strings.Repeat("A", 42) + "B=",
		"hex":             pinPrefix + strings.Repeat("0", 64),
		"final_semicolon": pin + ";",
		"space":           " " + pin,
	} {
		t.Run(name, func(t *testing.T) {
			pins, err := ParsePin(text)
			wantError(t, err, "", "cannot use pin ", "44 characters of base64")
			if pins != nil {
				t.Error("pins with an error")
			}
		})
	}
}

// TestPinOpenSSL compares with the recipe of curl's manual.
func TestPinOpenSSL(t *testing.T) {
	leaf := issue(t, nil, nil)
	dir := filepath.Dir(file(t, "unused", ""))
	write(t, dir, "cert.pem", certPEM(leaf))
	for _, command := range []string{
		"x509 -in cert.pem -pubkey -noout -out pub.pem", "pkey -pubin -in pub.pem -outform der -out pub.der", "dgst -sha256 -binary -out sum pub.der",
	} {
		if trouble := openssl(t, dir, command); trouble != "" {
			t.Skip("no openssl program here that does this: " + trouble)
		}
	}
	sum, err := readFile(filepath.Join(dir, "sum"))
	if err != nil {
		t.Fatal(err)
	}
	if want := pinPrefix + base64.StdEncoding.EncodeToString(sum); Pin(leaf.cert) != want {
		t.Errorf("pin %s, openssl has %s", Pin(leaf.cert), want)
	}
}

func FuzzParsePin(f *testing.F) {
	f.Add("")
	f.Add(pinPrefix + strings.Repeat("A", 43) + "=")
	f.Add(pinPrefix + strings.Repeat("A", 43) + "=;" + pinPrefix + strings.Repeat("/", 42) + "8=")
	f.Fuzz(func(t *testing.T, text string) {
		pins, err := ParsePin(text)
		if err != nil {
			wantError(t, err, "", "cannot use pin ", "a pin is")
			return
		}
		// What parses is written again in the same way.
		var parts []string
		for _, pin := range pins {
			parts = append(parts, pinPrefix+base64.StdEncoding.EncodeToString(pin[:]))
		}
		if again := strings.Join(parts, ";"); again != text {
			t.Errorf("%q became %q", text, again)
		}
	})
}
