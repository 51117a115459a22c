package decode

import (
	"testing"

	"proto/wire"
)

// TestTypesHaveKinds: each type of frame has a kind of its own.
func TestTypesHaveKinds(t *testing.T) {
	for _, l := range wire.Layouts() {
		v, _, err := wire.ParseValue(wire.AppendText(nil, l.Type), wire.Limits{})
		if k := kindOf(v); err != nil || k == otherKind || kindNames[k] != l.Type {
			t.Errorf("%s is of kind %d, %v", l.Type, k, err)
		}
	}
}
