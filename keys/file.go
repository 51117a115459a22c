package keys

import (
	"bytes"
	"io"
	"os"
)

// maxFile bounds every file this package reads, in bytes. The largest honest one is a bundle of all public
// authorities, about 220 KiB.
const maxFile = 1 << 20

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, cannotOpen("read", path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, cannotOpen("read", path, err)
	}
	if info.IsDir() {
		return nil, cannot("read", path, &trouble{what: "it is a directory", hint: "name the file in it"})
	}
	// The size is no guide for a pipe or a device, so the reading itself is bounded.
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, cannotOpen("read", path, err)
	}
	if len(data) > maxFile {
		return nil, cannot("read", path, &trouble{what: "it is larger than 1 MiB", hint: "this is hardly the file you mean"})
	}
	return data, nil
}

// ReadSecretFile returns the content of a file that holds one secret, a pass phrase or a password, without its final
// newline (LF or CRLF; one only, the rest belongs to the secret). A file over 1 MiB, or with nothing in it, is an error.
func ReadSecretFile(path string) ([]byte, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if body, found := bytes.CutSuffix(data, []byte("\n")); found {
		data = bytes.TrimSuffix(body, []byte("\r"))
	}
	if len(data) == 0 {
		return nil, cannot("read", path, &trouble{what: "it is empty", hint: "write the secret on its first line"})
	}
	return data, nil
}
