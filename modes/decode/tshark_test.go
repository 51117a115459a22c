package decode

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"proto/keys"
	"proto/wire"
)

// packets writes what goes over a connection as a packet capture: Ethernet, IPv4 and
// TCP around each write.
type packets struct {
	mu  sync.Mutex
	out bytes.Buffer
	seq [2]uint32 // of either side
}

func newPackets() *packets {
	p := &packets{seq: [2]uint32{1, 1}}
	header := []uint32{0xa1b2c3d4, 2 | 4<<16, 0, 0, 1 << 18, 1} // pcap, 2.4, Ethernet
	for _, v := range header {
		_ = binary.Write(&p.out, binary.LittleEndian, v) // a buffer takes all
	}
	return p
}

// add adds a packet from the client (0) or the server (1).
func (p *packets) add(from int, payload []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(payload) > 0 {
		part := payload[:min(len(payload), 1400)]
		payload = payload[len(part):]
		packet := p.packet(from, part)
		now := time.Now()
		for _, v := range []uint32{uint32(now.Unix()), uint32(now.Nanosecond() / 1000), uint32(len(packet)), uint32(len(packet))} {
			_ = binary.Write(&p.out, binary.LittleEndian, v)
		}
		p.out.Write(packet)
		p.seq[from] += uint32(len(part))
	}
}

func (p *packets) packet(from int, payload []byte) []byte {
	ports := [2]uint16{40000, 5000}
	b := append(make([]byte, 12), 0x08, 0x00)
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(40+len(payload)))
	b = append(b, 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1)
	b = binary.BigEndian.AppendUint16(b, ports[from])
	b = binary.BigEndian.AppendUint16(b, ports[1-from])
	b = binary.BigEndian.AppendUint32(b, p.seq[from])
	b = binary.BigEndian.AppendUint32(b, p.seq[1-from])
	b = append(b, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0)
	return append(b, payload...)
}

// tapped notes what is written to a connection.
type tapped struct {
	net.Conn
	packets *packets
	from    int
}

func (t tapped) Write(b []byte) (int, error) {
	t.packets.add(t.from, b)
	return t.Conn.Write(b)
}

// TestTshark: the command that the help gives makes of a packet capture what can be
// decoded, and so do two other forms, whatever parts the answers are sent in.
func TestTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is missing")
	}
	for _, parts := range []int{1, 2, 3} {
		capture, keyFile, texts := capturedSession(t, parts)
		for _, form := range []string{"fields -e frame.time_epoch -e tcp.stream -e tcp.srcport -e data.text", "json", "ek"} {
			out, err := exec.Command("tshark", append([]string{"-r", capture, "-o", "tls.keylog_file:" + keyFile, "-d", "tcp.port==5000,tls", "-d", "tls.port==5000,data",
				"-o", "data.show_as_text:TRUE", "-Y", "data", "-T"}, strings.Fields(form)...)...).Output()
			if err != nil {
				t.Fatal(err)
			}
			got, err := decoded(t, out)
			if err != nil {
				t.Errorf("%s, in %d parts: %v\n%s", form, parts, err, out)
			}
			if got != texts {
				t.Errorf("%s, in %d parts: decoded\n%s\nsent\n%s", form, parts, got, texts)
			}
		}
	}
}

// capturedSession is a packet capture of a session, its answers in so many parts, the file
// of its keys, and its texts.
func capturedSession(t *testing.T, parts int) (capture, keyFile, texts string) {
	t.Helper()
	dir := t.TempDir()
	captured := newPackets()
	var keyLog bytes.Buffer
	texts = sessionOver(t, captured, &keyLog, parts)
	capture, keyFile = filepath.Join(dir, "session.pcap"), filepath.Join(dir, "keys")
	for name, content := range map[string][]byte{capture: captured.out.Bytes(), keyFile: keyLog.Bytes()} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return capture, keyFile, texts
}

// sessionOver runs a session of 12 answers over TLS and gives their texts, a line
// each.
func sessionOver(t *testing.T, captured *packets, keyLog io.Writer, parts int) (texts string) {
	t.Helper()
	id, err := keys.Memory(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	n := byte('a')
	server, err := wire.NewServer(wire.ServerConfig{
		Login: func(context.Context, string, []byte) (wire.User, error) { return wire.User{Name: "test"}, nil },
		Token: func(wire.User, int64, time.Time, time.Time) (string, error) { return "e30.e30.x", nil },
		Now:   time.Now, Random: rand.Reader, Rekey: 10,
		Text: func() string { n++; return "text-" + string(n) },
	})
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	var serving sync.WaitGroup
	serving.Go(func() {
		conn := tls.Server(tapped{far, captured, 1}, &tls.Config{Certificates: []tls.Certificate{id.Certificate}})
		reader := wire.NewReader(conn, wire.Limits{})
		for {
			f, err := reader.Next()
			if err != nil {
				return
			}
			reply := server.Answer(context.Background(), nil, f, netip.MustParseAddr("127.0.0.1")).Reply
			for part := range slices.Chunk(reply, (len(reply)+parts-1)/parts) {
				if _, err := conn.Write(part); err != nil {
					return
				}
			}
		}
	})
	conn := tls.Client(tapped{near, captured, 0}, &tls.Config{InsecureSkipVerify: true, KeyLogWriter: keyLog})
	reader := wire.NewReader(conn, wire.Limits{})
	client := &wire.Client{}
	say := func(frame []byte, err error) wire.Answer {
		if err == nil {
			_, err = conn.Write(frame)
		}
		var f *wire.Frame
		if err == nil {
			f, err = reader.Next()
		}
		if err != nil {
			t.Fatal(err)
		}
		a, err := client.Receive(f)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	say(client.Hello(nil, wire.Hello{User: "test", Password: "test", MAC: "02:fc:00:00:00:01"}))
	for range 12 {
		texts += string(say(client.Request(nil)).Text) + "\n"
	}
	conn.Close()
	near.Close()
	serving.Wait()
	return texts
}
