package follow

import (
	"bytes"
	"fmt"
	"testing"

	"proto/wire"
)

// FuzzFollow: any frames end, with a result each, the same whether answers that go on
// where the one before ended have a path of their own or not.
func FuzzFollow(f *testing.F) {
	for seed := range uint64(3) {
		var text []byte
		for _, a := range newScript(seed).eightLetters("", 24, 1269) {
			text = append(text, `{"header":{},"data":{"sessionId":1,"sequesce":`...)
			text = append(text, []byte(a.answer(f).Sequence)...)
			for name, number := range map[string]string{"key1": a.key1, "key2": a.key2, "data": a.data} {
				if number != "" {
					text = append(append(append(append(text, `,"`...), name...), `":`...), number...)
				}
			}
			text = append(text, "}}\n"...)
		}
		f.Add(text, true)
		f.Add(text[len(text)/3:], false)
	}
	f.Add([]byte(`{"header":{},"data":{"sessionId":1,"sequesce":2,"data":12621679940747315704}}`), true)
	f.Fuzz(func(t *testing.T, text []byte, hold bool) {
		follower, slow := &Follower{Hold: hold}, &Follower{Hold: hold}
		reader := wire.NewReader(bytes.NewReader(text), wire.Limits{})
		var results, slowly []*Result
		for {
			frame, err := reader.Next()
			if err != nil {
				break
			}
			stream := string(frame.Header.Get("stream").Raw())
			if frame.Data.Get("key2").Present() {
				follower.Ack(stream, frame.Data.Get("sessionId").Raw(), frame.Data.Get("sequesce").Raw(), frame.Data)
				slow.Ack(stream, frame.Data.Get("sessionId").Raw(), frame.Data.Get("sequesce").Raw(), frame.Data)
				continue
			}
			r, s := new(Result), new(Result)
			answer := Answer{
				Stream: stream, Session: frame.Data.Get("sessionId").Raw(), Sequence: frame.Data.Get("sequesce").Raw(),
				Data: frame.Data.Get("data"), Key1: frame.Data.Get("key1"),
			}
			same := answer
			follower.Open(&answer, r)
			slow.openSlowly(&same, s)
			if r.Pending && !hold {
				t.Fatalf("pending: %+v", r)
			}
			results, slowly = append(results, r), append(slowly, s)
		}
		follower.Finish()
		slow.Finish()
		for i, r := range results {
			if got, want := fmt.Sprintf("%+v", *r), fmt.Sprintf("%+v", *slowly[i]); got != want {
				t.Fatalf("answer %d: %s, slowly %s", i+1, got, want)
			}
		}
		for _, r := range results {
			if r.Pending || r.Status.String() == "" || r.Status == OK && len(r.Text) == 0 {
				t.Fatalf("%+v", r)
			}
		}
	})
}
