package scan

import (
	"slices"
	"testing"
)

// TestEnvelope: what is around a frame and has members of the same names does not hide it.
func TestEnvelope(t *testing.T) {
	const frame = `{"header":{"MAC":"m"},"data":{"message-type":"CLOSE","sequesce":1}}`
	want := []string{`frame  "CLOSE" 1 [|||]`, `frame  "CLOSE" 1 [|||]`}
	for name, text := range map[string]string{
		"around":          `{"header":{"src":0},"data":` + frame + "}\n",
		"other way round": `{"data":` + frame + `,"header":{}}` + "\n",
		"twice":           `{"header":{},"data":{"header":{},"data":` + frame + "}}\n",
		"data only":       `{"header":{},"data":{"data":` + frame + "}}\n",
		"in a string":     `{"log":"{\"header\":{},\"data\":{\"header\":{},\"data\":{\"message-type\":\"CLOSE\",\"sequesce\":1}}}"}` + "\n",
		"over lines":      "{\n  \"header\": {},\n  \"data\":\n" + frame + "\n}\n",
		"with a prefix":   "x | {\nx |   \"header\": {},\nx |   \"data\": {\nx |     \"header\": {},\nx |     \"data\": {\nx |       \"message-type\": \"CLOSE\",\nx |       \"sequesce\": 1\nx |     }\nx |   }\nx | }\n",
	} {
		for _, piece := range []int{1, 30, 10_000} {
			got := scanAll([]byte(text+text), piece, false)
			for i, s := range got {
				got[i] = s[:len(`frame  "CLOSE" 1 [`)] + "|||]" // with whatever is around it
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, in pieces of %d: %q", name, piece, got)
			}
		}
	}
	const frameOfNone = `{"header":{"a":1},"data":{"message-type":"X","data":{"header":{},"data":{"message-type":"CLOSE"}}}}`
	if got := scanAll([]byte(frameOfNone), 1000, false); len(got) != 1 || got[0][:10] != `frame  "X"` {
		t.Errorf("a frame with a frame in it: %q", got)
	}
}
