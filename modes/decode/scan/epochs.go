package scan

// uptimeLength is that of seconds since a start, as the kernel and journald print them.
func uptimeLength(b []byte) int {
	n := 1
	for n < len(b) && n < 16 && b[n] == ' ' {
		n++
	}
	from := n
	for n < len(b) && n < 16 && isDigit(b[n]) {
		n++
	}
	if n == from || len(b) < n+8 || b[n] != '.' || !digits(b[n+1:], 6) || b[n+7] != ']' {
		return 0
	}
	return n + 8
}

// epochLength is that of seconds since 1970 with a fraction.
func epochLength(b []byte) int {
	if !digits(b, 10) || len(b) < 12 || b[10] != '.' || !isDigit(b[11]) {
		return 0
	}
	n := 11
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	return n
}

// wholeEpochLength is that of whole seconds or milliseconds since 1970.
func wholeEpochLength(b []byte) int {
	n := 0
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	if n != 10 && n != 13 || b[0] != '1' || n < len(b) && isWordByte(b[n]) {
		return 0
	}
	return n
}

// basicLength is that of 20261123T143346Z, with fraction and zone.
func basicLength(b []byte) int {
	if len(b) < 15 || !digits(b, 8) || b[8] != 'T' || !digits(b[9:], 6) || b[9] > '2' || b[11] > '5' {
		return 0
	}
	n := 15
	if n < len(b)-1 && (b[n] == '.' || b[n] == ',') && isDigit(b[n+1]) {
		for n++; n < len(b) && isDigit(b[n]); n++ {
		}
	}
	switch {
	case n < len(b) && b[n] == 'Z':
		return n + 1
	case len(b) >= n+5 && (b[n] == '+' || b[n] == '-') && digits(b[n+1:], 4):
		return n + 5
	}
	return n
}
