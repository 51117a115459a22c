package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf16"
)

type jsonRun struct {
	Version     string      `json:"version"`
	Target      string      `json:"target"`
	Start       string      `json:"start"`
	Seconds     json.Number `json:"seconds"`
	Interrupted bool        `json:"interrupted"`
	Passed      int         `json:"passed"`
	Failed      int         `json:"failed"`
	Skipped     int         `json:"skipped"`
	Unmet       int         `json:"unmet"`
	NotRun      int         `json:"not_run"`
	Cases       []jsonCase  `json:"cases"`
}

type jsonCase struct {
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Level   string      `json:"level"`
	File    string      `json:"file"`
	Line    int         `json:"line"`
	Outcome string      `json:"outcome"`
	Why     string      `json:"why"`
	Message string      `json:"message"`
	Details string      `json:"details"`
	Seconds json.Number `json:"seconds"`
}

func writeJSON(b *bytes.Buffer, r *Run) error {
	o := jsonRun{
		Version: r.Version, Target: r.Target,
		Start:       r.Start.UTC().Format("2006-01-02T15:04:05.000000Z07:00"),
		Seconds:     json.Number(seconds(r.Took)),
		Interrupted: r.interrupted(),
		Cases:       make([]jsonCase, 0, len(r.Cases)), // not null where there are none
	}
	o.Passed, o.Failed, o.Skipped, o.Unmet, o.NotRun = r.Counts()
	for i := range r.Cases {
		c := &r.Cases[i]
		o.Cases = append(o.Cases, jsonCase{
			ID: c.ID, Title: c.Title, Level: c.level(), File: c.File, Line: c.Line, Outcome: c.Outcome.String(),
			Why: c.Why, Message: c.Message, Details: c.Details, Seconds: json.Number(seconds(c.Took)),
		})
	}
	var plain bytes.Buffer
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(o); err != nil {
		return err
	}
	escapeUnprintable(b, plain.String())
	return nil
}

// escapeUnprintable escapes what the encoder leaves as it is and would act on a terminal: DEL, C1, the bidirectional
// marks. Outside of strings JSON has none of them.
func escapeUnprintable(b *bytes.Buffer, encoded string) {
	for _, r := range encoded {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(b, `\u%04x`, r)
		}
	}
}
