package scan

import "bytes"

// A frame may be in a string in which none of its own quotes is escaped: a literal in JSON,
// JSON in what Python prints of a text. What is in its texts is escaped there once more,
// and a text in the other quotes ends the string. Only what stands before tells such a frame
// from one that lies as it is.

// maxRecordLead is how much of a record there may be before a frame in one of its strings.
const maxRecordLead = 2 << 10

// quoting is in which strings a place is, the outermost first.
type quoting struct {
	levels [maxNesting + 1]quotes
	n      int
}

// quotes is how a string is written.
type quotes struct {
	quote byte // what it ends with
	bytes bool // Python's: \xc3 is a byte, no rune
	// strict says that no quote but its own is escaped. JSON and Python write none, and what is
	// not written so may be no string.
	strict bool
}

// quotingOf is the quoting of a place where so many backslashes are before a quote. A string
// in these quotes puts one there and doubles those that it finds, one in the others doubles
// them: so the outermost is told first. None if it is in too many.
func quotingOf(quote byte, slashes int) (q quoting) {
	for ok := true; slashes > 0; slashes /= 2 {
		k := quotes{quote: quote}
		if slashes%2 == 0 {
			k.quote = '"' + '\'' - quote
		}
		if q, ok = q.in(k); !ok {
			return quoting{}
		}
	}
	return q
}

// in is the quoting of what is in one more string; false if that is too many.
func (q quoting) in(k quotes) (quoting, bool) {
	if q.n == len(q.levels) {
		return q, false
	}
	q.levels[q.n] = k
	q.n++
	return q, true
}

// quotingAt is the quoting of an object that begins at a place and has no quote escaped.
func (w *scanning) quotingAt(at int) quoting {
	before, own := w.before(at), w.window[skipSpace(w.window, at+1)]
	if w.quoted.n > 0 && w.quotedTo == w.base+int64(at-len(before)) {
		if k := w.quoted.levels[0]; k.quote != own && bytes.IndexByte(before, '\n') < 0 && bytes.IndexByte(before, k.quote) < 0 {
			return w.quoted // as the frame before
		}
	}
	return w.quotingBehind(before, own)
}

// isQuoted notes that a frame that ends at a place is in strings, if it is: the next one may
// be in the same.
func (w *scanning) isQuoted(q quoting, end int) {
	if q.n > 0 {
		w.quoted, w.quotedTo = q, w.base+int64(end)
	}
}

// quotingBehind is the quoting behind what stands before a place. own is a quote that is
// there as it is, and so is that of none of the strings; 0 if there is none.
func (w *scanning) quotingBehind(before []byte, own byte) quoting {
	k, slashes := quoteBefore(before)
	switch {
	case k.quote == 0:
		return w.recordQuoting(before, own)
	case k.quote == own:
		return quoting{}
	}
	q, ok := quotingOf(k.quote, slashes).in(k)
	if !ok || slashes > 0 && q.n == 1 {
		return quoting{} // in too many
	}
	return q
}

// quoteBefore is the quote that stands right before a place, and how many backslashes are
// before that.
func quoteBefore(before []byte) (k quotes, slashes int) {
	before = bytes.TrimRight(before, " ")
	i := len(before) - 1
	if i < 0 || !isQuote(before[i]) {
		return k, 0
	}
	for i > 0 && before[i-1] == '\\' && slashes < 2<<maxNesting {
		i--
		slashes++
	}
	isBytes := i > 0 && before[i-1] == 'b' && (i == 1 || !isWordByte(before[i-2]))
	return quotes{quote: before[len(before)-1], bytes: isBytes, strict: true}, slashes
}

// recordQuoting is the quoting behind a record up to somewhere in a string, which may have
// another such record in it.
func (w *scanning) recordQuoting(before []byte, own byte) (q quoting) {
	line := before[max(0, len(before)-maxRecordLead):]
	begin := bytes.LastIndexByte(line, '\n') + 1
	if begin == 0 && len(line) < len(before) {
		return q
	}
	for line = line[begin:]; ; {
		from := recordIn(line)
		if from < 0 || own == '"' && line[from] == own {
			return q
		}
		start, quote := openString(line[from:])
		if quote == 0 {
			return q
		}
		k := quotes{quote: quote, strict: true}
		more, ok := q.in(k)
		if !ok || quote == own {
			return quoting{}
		}
		q = more
		w.scratch, w.spare, _ = undo(line[from+start:], k, w.scratch[:0], w.spare[:0])
		w.text, w.scratch = w.scratch, w.text
		line = w.text
	}
}

// recordIn is where the first quote of a record is that begins on a line, -1 if none does.
func recordIn(line []byte) int {
	for i := 0; ; i++ {
		n := bytes.IndexByte(line[i:], '{')
		if n < 0 {
			return -1
		}
		i += n
		if at := skipSpace(line, i+1); at < len(line) && isQuote(line[at]) {
			return at
		}
	}
}

// openString is the string in which a text ends: where it begins, and its quote; 0 if the
// text ends in none.
func openString(b []byte) (from int, quote byte) {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quote != 0 && c == '\\':
			i++
		case c == quote:
			quote = 0
		case quote == 0 && isQuote(c):
			from, quote = i+1, c
		}
	}
	return from, quote
}

func isQuote(c byte) bool { return c == '"' || c == '\'' }
