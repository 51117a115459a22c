package decode

import (
	"bytes"
	"fmt"
	"regexp"
)

// dump is a form in which bytes can be written as text, or packed as we do not undo it: what
// is known by its beginning, and the commands that undo it. The first of these reads a file that is named behind it, or
// its stdin.
type dump struct {
	known   func(head []byte) bool
	is      string // a question
	command string // up to a word for the name
	rest    string // what it is piped into
}

// dumps are all forms, the surest first.
func dumps() []dump {
	const (
		pairs   = `((  ?[0-9a-fA-F]{2}){1,16}).*` // with some tools only two spaces are in front of their text
		groups  = `([0-9a-fA-F]{2,4} )+`
		toBytes = "xxd -r -p"
		packets = "has it the bytes of packets in hex (tshark needs -o tls.keylog_file:KEYS)?"
	)
	return []dump{
		{beginsWith("\xfd7zXZ\x00"), "is it xz?", "xz -dc", ""},
		{beginsWith("PK\x03\x04"), "is it a zip file?", unzip, ""},
		{hasMark, "is it UTF-16?", "iconv -f UTF-16 -t UTF-8", ""},
		{beginsLike(`00000000: ` + groups + `.*\n000000(0.|1[1-9a-f]|[2-9a-f].): `), "is it a dump of xxd?", `sed -E 's/^[^ ]* //;s/  .*//'`, toBytes}, // of lines of more than 16 bytes xxd -r leaves out the rest
		{beginsLike(`00000000: ` + groups), "is it a dump of xxd?", "xxd -r", ""},
		{beginsLike(`Frame \(\d+ bytes\):`), "is it of tshark -x, with the TLS keys?", `sed -nE '/^Decrypted/,/^$/s/^[0-9a-f]+` + pairs + `/\1/p'`, toBytes},
		{contains("<pdml "), packets, `sed -nE 's/.*name="data\.data".* value="([0-9a-f]+)".*/\1/p'`, toBytes},
		{like(`"frame_raw": ?\[`), packets, `sed -n '/"data\.data_raw"/{n;s/[^0-9a-f]//g;p;}'`, toBytes},
		{like(`(?m)(\A|^\t+)[0-9a-fA-F]{4,8}(  ?[0-9a-fA-F]{2}){2,}\s`), "is it a dump, as of hexdump -C or od -t x1?", `sed -nE 's/^[[:space:]]*[0-9a-fA-F]+` + pairs + `/\1/p'`, toBytes},
		{beginsLike(`0000000( +[0-9a-f]{4})+\s`), "is it a dump of hexdump or od -x?", `sed 's/^[^ ]*//'`, toBytes + " | dd conv=swab status=none"},
		{beginsLike(`0000000( +[0-7]{6})+\s`), "is it a dump of od?", `awk '{for(i=2;i<=NF;i++){v=0;for(j=1;j<=6;j++)v=8*v+substr($i,j,1);printf "%02x%02x",v%256,int(v/256)}}'`, toBytes},
		{like(`(?m)^[<>] \d{4}/.* length=\d+ from=\d+ to=\d+\n( [0-9a-f]{2})+\s`), "is it of socat -x?", `sed -nE 's/^(( [0-9a-f]{2})+).*/\1/p'`, toBytes},
		{like(`\b0x7[bB](22|27|,)`), "is it hex?", "grep -oE '0x[0-9a-fA-F]+'", toBytes},
		{contains("!!binary |\n      ey"), "is it YAML of tshark?", `sed -nE 's/^ {6}([A-Za-z0-9+/=]+)$/\1/p'`, "base64 -d"},
		{isHex, "is it hex?", "xxd -r -p", ""},
		{hasPayload, packets, "grep -owE '7b:?2[27][0-9a-f:]*'", toBytes},
		{isBase32, "is it base32?", "base32 -d", ""},
		{isBase64, "is it base64?", "base64 -d", ""},
		{isBase64URL, "is it base64?", "sed 'y|-_|+/|'", "base64 -d"},
		{like(`\b` + base64Start), "is it base64?", "grep -oE '" + base64Start + "[A-Za-z0-9+/_=-]*'", "tr -- -_ +/ | base64 -d"},
	}
}

// undone is the hint for a dump: what it could be, and the command that gives its frames;
// "" where it is none.
func (src *source) undone() string {
	if member := base64Member(src.head); member != "" {
		d := dump{is: "is it base64?", command: fmt.Sprintf(`grep -oE '"%s": *"[^"]*'`, member), rest: `cut -d'"' -f4 | tr -- -_ +/ | base64 -d`}
		return src.hint(d)
	}
	for _, d := range dumps() {
		if d.known(src.head) {
			return src.hint(d)
		}
	}
	return ""
}

// unzip reads a file only.
const unzip = "unzip -p"

func (src *source) hint(d dump) string {
	command := d.is + " " + src.reading(d.command)
	if d.command == unzip && (src.name == "-" || src.packs != "") {
		command = d.is + " " + unzip + " FILE"
	}
	if d.rest != "" {
		command += " | " + d.rest
	}
	return command + " | proto decode"
}

// base64Start is what a frame in base64 begins with: {"header", {"data", and the same
// with single quotes.
const base64Start = `ey(JoZWFkZXIi|doZWFkZXIn|JkYXRhI|dkYXRhJ)`

// base64Member is the member of JSON in which there is base64 of a frame: more of it in
// the same one need not begin with a frame.
func base64Member(head []byte) string {
	found := regexp.MustCompile(`"([A-Za-z0-9_.-]+)": *"` + base64Start).FindSubmatch(head)
	if found == nil {
		return ""
	}
	return string(found[1])
}

// hasMark knows UTF-16 that is not undone: a file that is followed, or that is packed.
func hasMark(head []byte) bool { return markOrder(head) != nil }

func beginsWith(magic string) func([]byte) bool {
	return func(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }
}

func beginsLike(pattern string) func([]byte) bool { return like(`\A` + pattern) }

func like(pattern string) func([]byte) bool {
	return func(head []byte) bool { return regexp.MustCompile(pattern).Match(head) }
}

func contains(text string) func([]byte) bool {
	return func(head []byte) bool { return bytes.Contains(head, []byte(text)) }
}

func isHex(b []byte) bool {
	return consistsOf(b, "0123456789abcdefABCDEF \r\n\t:")
}

// hasPayload knows what tshark prints of packets, and others of the bytes of a frame.
func hasPayload(b []byte) bool {
	for _, mark := range []string{`"_index": "packets-`, `"_index":"packets-`, `"7b22`, `"7b27`, `"7b:22`, `"7b:27`, "\t7b22", "\t7b27"} {
		if bytes.Contains(b, []byte(mark)) {
			return true
		}
	}
	return false
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789=\r\n"

// isBase32 knows what could be base64 as well, but has no small letters.
func isBase32(b []byte) bool { return consistsOf(b, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567=\r\n") }

func isBase64(b []byte) bool { return consistsOf(b, letters+"+/") }

// isBase64URL knows the other spelling, which stands in addresses.
func isBase64URL(b []byte) bool { return consistsOf(b, letters+"-_") }

// consistsOf says whether a text of some length has no other bytes.
func consistsOf(b []byte, set string) bool {
	return len(b) >= 16 && len(bytes.Trim(b, set)) == 0 && len(bytes.TrimLeft(b, set)) == 0
}
