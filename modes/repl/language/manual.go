package language

// ManualAll is the whole manual.
func ManualAll() string { return "" }

// Manual is a command's section of it.
func Manual(command string) (string, bool) { return "", false }
