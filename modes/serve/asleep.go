package serve

import "time"

// asleepFrom is how late a deadline may be noticed by a server that runs.
const asleepFrom = time.Second

// asleep says whether a deadline that has just been noticed was over for so long
// that this process cannot have run meanwhile: it was stopped, or its machine was.
// What the peer sent then has not been read, so it may not have been late at all.
func asleep(deadline time.Time) bool { return time.Since(deadline) > asleepFrom }
