package hj212

// edition2025 is HJ 212-2025 as far as public code quotes it: the text itself
// was not at hand, see docs/hj212-divergences.md. It adds SM4 over the data
// area, RF=1 for data sent late, a heartbeat, keys, five-minute furnace means.
var edition2025 = edition{
	version:      V2025,
	name:         "2025",
	title:        "HJ 212-2025",
	flagBits:     2,
	partDigits:   1,
	maxArea:      950,
	backfill:     true,
	cipher:       cipher2025,
	requestCodes: requestCodes2017,
	resultCodes:  resultCodes2017,
}

// cipher2025 reports whether the data area of a command sent by the device is
// enciphered: 2000–2999, 1014 and 3020 (§6.4.2).
func cipher2025(cn int) bool {
	return cn >= 2000 && cn <= 2999 || cn == 1014 || cn == 3020
}
