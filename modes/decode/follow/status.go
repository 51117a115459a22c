package follow

// A Status says what became of an answer.
type Status uint8

// The statuses, and what they mean.
const (
	OK         Status = iota
	NoKey             // its key is not in the capture
	NoIV              // the first answer of a key, and the IV is not known
	NoPrev            // the answer before it is not in the capture
	BadPadding        // key and answer before are known, and still no text
	Rounded           // another tool has rounded its number
	Ambiguous         // two dialects fit, or none, or what is before it may be missing
	Truncated         // the capture ends within the frame
)

var statusNames = [...]string{"ok", "no_key", "no_iv", "no_prev", "bad_padding", "rounded", "ambiguous", "truncated"}

// String is the status's stable name.
func (s Status) String() string { return statusNames[s] }

// Statuses are all of them, OK first.
func Statuses() (all []Status) {
	for s := range statusNames {
		all = append(all, Status(s))
	}
	return all
}
