package keys

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestModes has the examples of NIST SP 800-38A appendix F.
func TestModes(t *testing.T) {
	const (
		key   = "2b7e151628aed2a6abf7158809cf4f3c"
		iv    = "000102030405060708090a0b0c0d0e0f"
		plain = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
	)
	for _, test := range []struct{ name, iv, data string }{
		{"AES-128-ECB", "", "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"},
		{"AES-128-CBC", iv, "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"},
		{"AES-128-CFB1", iv, "68b3"},
		{"AES-128-CFB8", iv, "3b79424c9c0dd436bace9e0ed4586a4f32b9"},
		{"AES-128-CFB", iv, "3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b"},
		{"AES-128-OFB", iv, "3b3fd92eb72dad20333449f8e83cfb4a7789508d16918f03f53c52dac54ed825"},
		{"AES-128-CTR", "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"},
	} {
		c, ok := namedCipher(test.name)
		if !ok || c.ivSize() != len(test.iv)/2 {
			t.Fatalf("%s: known: %v, IV of %d bytes", test.name, ok, c.ivSize())
		}
		data := unhex(t, test.data)
		got, err := c.decrypt(unhex(t, key), unhex(t, test.iv), data)
		if err != nil || !bytes.Equal(got, unhex(t, plain)[:len(data)]) {
			t.Errorf("%s: %x, %v", test.name, got, err)
		}
		// A cut in the middle of a block.
		if data = data[:len(data)-1]; !c.padded() && len(data) > 0 {
			got, err = c.decrypt(unhex(t, key), unhex(t, test.iv), data)
			if err != nil || !bytes.Equal(got, unhex(t, plain)[:len(data)]) {
				t.Errorf("%s, cut: %x, %v", test.name, got, err)
			}
		}
	}
}

func TestUnknownCiphers(t *testing.T) {
	for _, name := range []string{"", "-", "AES-128", "AES-128-", "-CBC", "AES-128-GCM", "AES-512-CBC", "RC4"} {
		if _, ok := namedCipher(name); ok {
			t.Errorf("%q is a cipher", name)
		}
	}
}

// TestChaCha20 has a counter that overflows, and what openssl enc -chacha20 made of zeros with it.
func TestChaCha20(t *testing.T) {
	c, _ := namedCipher("CHACHA20")
	key := unhex(t, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	iv := unhex(t, "ffffffff0000000000000000000000ff")
	want := unhex(t, "a4c2002190b101d7e913141bc62a316c37dfe588b3e544412c45613a2d785c97f72dea77"+
		"f1e956feb277bf716d5fd2c4b4342e29cad2e77591bac3d2c8f421fcfc3a17f5bf5b2adf")
	got, err := c.decrypt(key, iv, make([]byte, len(want)))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%x, %v", got, err)
	}
}

// TestBlocks has the examples of the standards: RFC 3713 appendix A, RFC 5794 appendix A, and
// GB/T 32907 appendix A.
func TestBlocks(t *testing.T) {
	const counting = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	const standard = "0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff"
	for _, test := range []struct{ name, key, plain, sealed string }{
		{"CAMELLIA-128-ECB", standard[:32], standard[:32], "67673138549669730857065648eabe43"},
		{"CAMELLIA-192-ECB", standard[:48], standard[:32], "b4993401b3e996f84ee5cee7d79b09b9"},
		{"CAMELLIA-256-ECB", standard, standard[:32], "9acc237dff16d76c20ef7c919e3a7509"},
		{"ARIA-128-ECB", counting[:32], standard[32:], "d718fbd6ab644c739da95f3be6451778"},
		{"ARIA-192-ECB", counting[:48], standard[32:], "26449c1805dbe7aa25a468ce263a9e79"},
		{"ARIA-256-ECB", counting, standard[32:], "f92bd7c79fb72e2f2b8f80c1972d24fc"},
		{"SM4-ECB", standard[:32], standard[:32], "681edf34d206965e86b3e94f536e4246"},
	} {
		c, _ := namedCipher(test.name)
		block, err := c.block(unhex(t, test.key))
		if err != nil || c.keySize != len(test.key)/2 || c.blockSize != block.BlockSize() {
			t.Fatalf("%s: %+v, %v", test.name, c, err)
		}
		got := unhex(t, test.plain)
		block.Encrypt(got, got)
		if !bytes.Equal(got, unhex(t, test.sealed)) {
			t.Errorf("%s: encrypted to %x", test.name, got)
		}
		block.Decrypt(got, got)
		if !bytes.Equal(got, unhex(t, test.plain)) {
			t.Errorf("%s: decrypted to %x", test.name, got)
		}
		for _, size := range []int{0, c.keySize - 1, 33} {
			if _, err := c.block(make([]byte, size)); err == nil {
				t.Errorf("%s: a key of %d bytes is taken", test.name, size)
			}
		}
	}
}
