package modes

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"text/tabwriter"
)

// A Version says which program this is. What is not known is "".
type Version struct {
	Number   string `json:"version"`
	Commit   string `json:"commit"`   // in full
	Modified bool   `json:"modified"` // the sources were not those of the commit
	Date     string `json:"date"`     // of the commit, RFC 3339, in UTC
	Go       string `json:"go"`
	System   string `json:"system"` // OS/ARCHITECTURE
}

// NewVersion is the version of the running program. A release is told its commit
// and date when it is linked; otherwise the go command has written down those of the
// working tree, where there was one and it was asked to build, not to run.
func NewVersion(number, commit, date string) Version {
	v := Version{Number: number, Commit: commit, Date: date, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok || commit != "" {
		return v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.time":
			v.Date = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

// Print writes the version for people, or as a JSON object.
func (v Version) Print(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(v)
	}
	commit := known(v.Commit)
	if v.Modified {
		commit += ", modified"
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "proto\t%s\ncommit\t%s\ndate\t%s\ngo\t%s\nsystem\t%s\n",
		v.Number, commit, known(v.Date), v.Go, v.System)
	return w.Flush()
}

func known(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
