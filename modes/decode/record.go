package decode

import (
	"proto/modes/decode/diagram"
	"proto/modes/decode/follow"
	"proto/modes/decode/scan"
	"proto/wire"
)

// record is a find, and what became of it. It is filled in three steps: by scanning,
// by decrypting, which gives it its number, and printed. Values lie in the window; of a frame
// that is neither a request nor an answer all members are kept, aside.
type record struct {
	n          int64 // from 1 on; 0 for what is no frame
	offset     int64
	source     *source
	kind       kind
	whole      bool
	fromServer bool // it has sequesce
	dir        direction
	around     *scan.Context  // what stands around it; nil where that is nothing
	result     *follow.Result // of an answer, and of a frame that is cut off
	answer     follow.Answer  // session and sequence of all kinds
	aside      *aside         // nil where that is nothing
}

// aside is what neither an answer has nor most requests: they are many, and are to be small.
type aside struct {
	header, data wire.Members
	name         string         // of another kind
	facts        []diagram.Fact // of a frame that is no answer
	truth        []byte         // a text that the log prints
	before       bool           // it does so before its answer
	token        standing       // of a request and of a client's CLOSE
}

// direction is where a frame goes.
type direction uint8

const (
	noDirection direction = iota
	toServer
	toClient
)

var directionNames = [...]string{"", "c2s", "s2c"}

func (d direction) String() string { return directionNames[d] }

// directionNamed is the direction that the text around a frame names.
func directionNamed(name string) direction {
	for d := toServer; d <= toClient; d++ {
		if name == directionNames[d] {
			return d
		}
	}
	return noDirection
}

// directionOf tells the direction of a frame by itself.
func directionOf(k kind, fromServer bool) direction {
	switch {
	case k == helloKind || k == requestKind:
		return toServer
	case k == ackKind || k == answerKind || fromServer:
		return toClient
	case k == closeKind:
		return toServer
	}
	return noDirection
}

// time is when the text around the frame says that it was, as that spells it.
func (r *record) time() string {
	if r.around == nil {
		return ""
	}
	return r.around.Time
}

// stream is what tells its connection from others.
func (r *record) stream() string {
	if r.around == nil {
		return ""
	}
	return r.around.Stream
}

// peer is the address of the client.
func (r *record) peer() string {
	if r.around == nil {
		return ""
	}
	return r.around.Peer
}

// facts are what a frame says that is no answer.
func (r *record) facts() []diagram.Fact {
	if r.aside == nil {
		return nil
	}
	return r.aside.facts
}

// name is that of another kind.
func (r *record) name() string {
	if r.aside == nil {
		return ""
	}
	return r.aside.name
}

// isAnswer says whether it is an answer, and whole.
func (r *record) isAnswer() bool { return r.kind == answerKind && r.whole }

// pending says whether what becomes of it is not known yet.
func (r *record) pending() bool { return r.result != nil && r.result.Pending }

// copy is a record that does not lie in its batch.
func (r *record) copy() *record {
	c := *r
	c.answer = follow.Answer{Session: clone(r.answer.Session), Sequence: clone(r.answer.Sequence)}
	if r.aside != nil {
		c.aside = &aside{name: r.aside.name, facts: r.aside.facts}
	}
	if r.around != nil {
		around := *r.around
		c.around = &around
	}
	if r.result != nil && !r.result.Pending {
		result := *r.result
		result.Text = clone(result.Text)
		c.result = &result
	}
	return &c
}

func clone(b []byte) []byte { return append([]byte(nil), b...) }
