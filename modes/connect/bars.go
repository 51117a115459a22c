package connect

import (
	"fmt"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"proto/modes"
)

// bar is how many round trips took up to a time, and more than the bar before it.
type bar struct {
	UpTo  float64 `json:"up_to_ms"`
	Count int64   `json:"count"`
}

// barSteps are the bounds of bars within one power of ten, in ns: the series R10 of
// ISO 3, in which each is a quarter wider than the one before.
var barSteps = [...]int64{1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000}

// mostBars fit a screen; with more of them every second bound is left out.
const mostBars = 20

// bars puts round trips into bars whose bounds grow by the same factor each,
// without those before the first and after the last that is not empty.
func bars(h *hdrhistogram.Histogram) []bar {
	if h.TotalCount() == 0 {
		return nil
	}
	var all []bar
	distribution := h.Distribution()
	next := 0
	for scale := int64(1); scale < int64(longestTrip); scale *= 10 {
		for _, step := range barSteps {
			upTo := step * scale
			b := bar{UpTo: float64(upTo) / 1e6}
			for ; next < len(distribution) && distribution[next].From <= upTo; next++ {
				b.Count += distribution[next].Count
			}
			all = append(all, b)
		}
	}
	for len(all) > 0 && all[0].Count == 0 {
		all = all[1:]
	}
	for len(all) > 0 && all[len(all)-1].Count == 0 {
		all = all[:len(all)-1]
	}
	for len(all) > mostBars {
		all = halve(all)
	}
	return all
}

// halve joins the bars two by two, from the last on; the first may stay alone.
func halve(all []bar) (half []bar) {
	if len(all)%2 == 1 {
		half, all = append(half, all[0]), all[1:]
	}
	for ; len(all) > 0; all = all[2:] {
		half = append(half, bar{all[1].UpTo, all[0].Count + all[1].Count})
	}
	return half
}

// barWidth is that of the longest bar, in characters.
const barWidth = 50

// drawBars draws a line for each bar. One that is not empty is never invisible.
func drawBars(all []bar) string {
	var most, total int64
	for _, b := range all {
		most, total = max(most, b.Count), total+b.Count
	}
	var out strings.Builder
	for _, b := range all {
		width := int(b.Count * barWidth / most)
		if b.Count > 0 {
			width = max(1, width)
		}
		upTo := modes.ShortDuration(time.Duration(b.UpTo * float64(time.Millisecond)))
		fmt.Fprintf(&out, "%8s |%-*s %6.2f %%  %d\n", upTo, barWidth, strings.Repeat("#", width), float64(b.Count)*100/float64(total), b.Count)
	}
	return out.String()
}
