package scan

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestJoined: which parts in records are one frame, in any pieces of the text.
func TestJoined(t *testing.T) {
	of := func(stream string) string { return `"CLOSE" 7 of ` + stream }
	record := func(stream, dir, member, bytes string) string {
		return `{"time":"2026-11-23T14:33:46.000001Z","dir":"` + dir + `","peer":"127.0.0.1:4000","stream":"` + stream + `","` + member + `":"` + bytes + "\"}\n"
	}
	first := func(stream, dir string) string {
		return record(stream, dir, "frame", `{\"header\":{},\"data\":{\"message-type\":\"CLOSE\",\"ses`)
	}
	rest := func(stream, dir string) string { return record(stream, dir, "frame", `sionId\":7}}`) }
	columns := "1795444426.5\t0\t5000\t"
	docker := func(tag, log string) string {
		return `{"log":"` + log + `","stream":"stdout","attrs":{"tag":"` + tag + `"},"time":"2026-11-23T14:33:46.5Z"}` + "\n"
	}
	start, end := `{\"header\":{},\"data\":{\"message-type\":\"CLOSE\",\"ses`, `sionId\":7}}`
	cri := func(mark, text string) string { return "2026-11-23T14:33:46.5Z stdout " + mark + " " + text + "\n" }
	criStart, criEnd := `{'header': {}, 'data': {'message-type': 'CLOSE', 'ses`, `sionId': 7}}`
	json := func(stream, port, text string) string {
		return "  {\n    \"_index\": \"packets-2026-11-23\",\n    \"frame.time_epoch\": \"1795444426.5\",\n    \"tcp.srcport\": \"" + port + "\",\n    \"tcp.stream\": \"" + stream +
			"\",\n    \"data\": {\n      \"data.data\": \"7b:22\",\n      \"data.text\": \"" + text + "\",\n      \"data.len\": \"2\"\n    }\n  },\n"
	}
	ek := func(stream, port, text string) string {
		return `{"index":{"_index":"packets-2026-11-23","_type":"doc"}}` + "\n" + `{"timestamp":"1795444426500","layers":{"frame":{"frame_frame_time_epoch":"1795444426.5"},"tcp":{"tcp_tcp_srcport":"` +
			port + `","tcp_tcp_stream":"` + stream + `"},"data":{"data_data_data":"7b:22","data_data_text":"` + text + `","data_data_len":"2"}}}` + "\n"
	}
	more := start + end + `\n` + start
	literal := `{'header': {}, 'data': {'message-type': 'CLOSE', 'ses`
	other := record("9", "c2s", "frame", "no frame")
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"two parts":            {first("1", "s2c") + rest("1", "s2c"), []string{of("1")}},
		"of two streams":       {first("1", "s2c") + rest("2", "s2c"), nil},
		"of two directions":    {first("1", "s2c") + rest("1", "c2s"), nil},
		"with one of another":  {first("1", "s2c") + first("2", "s2c") + rest("1", "s2c") + rest("2", "s2c"), []string{of("1"), of("2")}},
		"some lines apart":     {first("1", "s2c") + strings.Repeat(other, maxApart) + rest("1", "s2c"), []string{of("1")}},
		"too far apart":        {first("1", "s2c") + strings.Repeat(other, maxApart+1) + rest("1", "s2c"), nil},
		"with a loss between":  {first("1", "s2c") + "{\"dropped\":1}\n" + rest("1", "s2c"), nil},
		"a frame and half one": {first("1", "s2c") + first("1", "s2c") + rest("1", "s2c"), []string{of("1")}},
		"the rest and more": {first("1", "s2c") + record("1", "s2c", "frame", `sionId\":7}}\n{\"header\":{},\"data\":{\"message-type\":\"X\",\"sequ`) +
			record("1", "s2c", "frame", `esce\":8}}`), []string{of("1"), `"X" 8 of 1`}},
		"hex in the middle": {record("1", "s2c", "frame", `{\"header\":{},\"data\":{\"message-type\":\"CLOSE\",\"x\":\"`) + record("1", "s2c", "hex", "c3") +
			record("1", "s2c", "hex", "a4") + record("1", "s2c", "frame", `\",\"sequesce\":7}}`), []string{of("1")}},
		"hex first": {record("1", "s2c", "hex", "7b22686561646572223a7b7d2c2264617461223a7b226d6573736167652d74797065223a22434c4f5345222c2278223a22c3") +
			record("1", "s2c", "hex", "a4222c2273657175657363") + record("1", "s2c", "frame", `e\":7}}`), []string{of("1")}},
		"three in two records": {record("1", "s2c", "frame", strings.Repeat(start+end, 2)+start) + rest("1", "s2c"), []string{of("1"), of("1"), of("1")}},
		"docker":               {docker("a", start) + docker("a", end+`\n`), []string{of("a")}},
		"docker, two mixed":    {docker("a", start) + docker("b", start) + docker("b", end) + docker("a", end), []string{of("a"), of("b")}},
		"docker, of another":   {docker("a", start) + docker("b", end), nil},
		"docker, a line's end": {docker("a", start+`\n`) + docker("a", end), nil},
		"docker, in the name":  {docker("a", `{\"hea`) + docker("a", `der\":{},\"data\":{\"message-type\":\"CLOSE\",\"sequesce\":7}}`), []string{of("a")}},
		"docker, at the brace": {docker("a", `x {`) + docker("a", start[1:]+end+start) + docker("a", end), []string{of("a"), of("a")}},
		"CRI":                  {cri("P", criStart) + cri("F", criEnd), []string{of("")}},
		"CRI, three":           {cri("P", criStart[:20]) + cri("P", criStart[20:]) + cri("F", criEnd), []string{of("")}},
		"CRI, a line's end":    {cri("F", criStart) + cri("F", criEnd), nil},
		"CRI, after the end":   {cri("P", criStart) + cri("F", "") + cri("F", criEnd), nil},
		"CRI, of stderr":       {cri("P", criStart) + strings.Replace(cri("F", criEnd), "stdout", "stderr", 1), nil},
		"columns":              {columns + "{'header': {}, 'data': {'message-type': 'CLO\n" + columns + "SE', 'sequesce': 7}}\n", []string{of("0")}},
		"columns, a number":    {columns + "{'header': {}, 'data': {'message-type': 'CLOSE', 'x': 12\n" + columns + "34, 'sequesce': 7}}\n", []string{of("0")}},
		"json":                 {json("0", "5000", start) + json("0", "5000", end), []string{of("0")}},
		"json, acknowledged":   {json("0", "5000", start) + json("0", "4000", "no frame") + json("0", "5000", end), []string{of("0")}},
		"json, two mixed":      {json("0", "5000", start) + json("1", "5000", start) + json("0", "5000", end) + json("1", "5000", end), []string{of("0"), of("1")}},
		"json, two directions": {json("0", "5000", start) + json("0", "4000", end), nil},
		"json, two streams":    {json("0", "5000", start) + json("1", "5000", end), nil},
		"json, some apart":     {json("0", "5000", start) + strings.Repeat(json("1", "5000", "no frame"), maxApart) + json("0", "5000", end), []string{of("0")}},
		"json, too far apart":  {json("0", "5000", start) + strings.Repeat(json("1", "5000", "no frame"), maxApart+1) + json("0", "5000", end), nil},
		"json, three in two":   {json("0", "5000", more) + json("1", "4000", start+end) + json("0", "5000", end+start+end), []string{of("0"), of("0"), of("1"), of("0")}},
		"json, another's text": {json("0", "5000", `\"tcp.stream\": \"7\"`+start) + json("0", "5000", end), []string{of("0")}},
		"json, a literal":      {json("0", "5000", literal) + json("0", "5000", criEnd+criStart+criEnd), []string{of("0"), of("0")}},
		"json, two layers":     {strings.Replace(json("0", "5000", more), `"data.len"`, `"data.text": "`+end+start+end+`"`, 1), []string{of("0"), of("0"), of("0")}},
		"json, at the brace":   {json("0", "5000", "{") + json("0", "5000", start[1:]+end), []string{of("0")}},
		"json, in the name":    {json("0", "5000", `{\"he`) + json("0", "5000", start[5:]+end), []string{of("0")}},
		"json, no port":        {strings.ReplaceAll(json("0", "5000", start)+json("0", "5000", end), "srcport", "dstport"), nil},
		"ek":                   {ek("0", "5000", start) + ek("0", "5000", end), []string{of("0")}},
		"ek, two mixed":        {ek("0", "5000", start) + ek("1", "5000", start) + ek("0", "5000", end) + ek("1", "5000", end), []string{of("0"), of("1")}},
		"ek, two directions":   {ek("0", "5000", start) + ek("0", "4000", end), nil},
		"ek, too far apart":    {ek("0", "5000", start) + strings.Repeat(ek("1", "5000", "no frame"), maxApart+1) + ek("0", "5000", end), nil},
		"ek, three in two":     {ek("0", "5000", more) + ek("1", "4000", start+end) + ek("0", "5000", end+start+end), []string{of("0"), of("0"), of("1"), of("0")}},
		"ek, two layers":       {strings.Replace(ek("0", "5000", more), `"data_data_len":"2"`, `"data_data_len":"2"},{"data_data_text":"`+end+start+end+`"`, 1), []string{of("0"), of("0"), of("0")}},
		"ek, two and a part":   {strings.Replace(ek("0", "5000", start+end), `"data_data_len":"2"`, `"data_data_len":"2"},{"data_data_text":"`+more+`"`, 1) + ek("0", "5000", end), []string{of("0"), of("0"), of("0")}},
		"ek, a literal":        {ek("0", "5000", literal) + ek("0", "5000", criEnd+criStart+criEnd), []string{of("0"), of("0")}},
		"columns without port": {"1795444426.5\t0\t{'header': {}, 'data': {'message-type': 'CLO\n1795444426.5\t0\tSE', 'sequesce': 7}}\n", nil},
	} {
		rnd := rand.New(rand.NewPCG(1, 1))
		for _, most := range []int{1, 7, 300, 100_000} {
			var got []string
			for _, s := range scanRandomly(t, rnd, []byte(test.text), most, false) {
				if s, around, _ := strings.Cut(s, " ["); !strings.HasPrefix(s, "cut") {
					around := strings.Split(around, "|")
					got = append(got, strings.TrimPrefix(s, "frame  ")+" of "+around[1])
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s: %q, want %q", name, got, test.want)
			}
		}
	}
}

// BenchmarkJoinedInVain: records of which each begins many frames that never end.
func BenchmarkJoinedInVain(b *testing.B) {
	for name, line := range map[string]string{
		"columns, deep": "1700000000.5\t1\t5000\t" + strings.Repeat(`{"data":`, 100) + "\n",
		"columns, flat": "1700000000.5\t1\t5000\t" + strings.Repeat(`{"header": `, 8) + "\n",
		"records":       `{"time":"2026-11-25T10:00:00Z","dir":"s2c","stream":"1","frame":"` + strings.Repeat(`{\"data\":`, 100) + "\"}\n",
		"packets":       `{"timestamp":"1","tcp_tcp_stream":"1","tcp_tcp_srcport":"5000","data_data_text":"` + strings.Repeat(`{\"data\":`, 100) + "\"}\n",
		"packets, far":  `"_index" "tcp.stream": "1" "tcp.srcport": "5000"` + "\n" + `"data.text": "` + strings.Repeat(`{\"data\":`, 6_000) + "\"\n" + strings.Repeat("x", 256<<10) + "\n",
		"strings":       "1700000000.5\t1\t5000\t" + `{"data":"` + strings.Repeat("x", 100) + "\n",
	} {
		text := []byte(strings.Repeat(line, 1+2*Window/len(line)))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				new(Scanner).Scan(text, true, func(*Found) {})
			}
		})
	}
}
