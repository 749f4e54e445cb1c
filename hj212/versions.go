package hj212

// Version is an edition of the standard.
type Version uint8

// The editions. VersionAuto in a profile means the one in Flag.
const (
	VersionAuto Version = iota
	V2005               // HJ/T 212-2005
	V2017               // HJ 212-2017
	V2025               // HJ 212-2025, in force since 2026-01-01
)

// edition is what differs between the editions on the wire.
type edition struct {
	version Version
	name    string
	title   string
	// flagBits is V5…V0 of Flag.
	flagBits uint8
	// partDigits is the least number of digits of PNUM and PNO.
	partDigits int
	// maxArea is the length of the data area, without the ampersands.
	maxArea int
	// qnInArea: answers carry the number of the question inside CP, not in QN.
	qnInArea bool
	// backfill: RF=1 marks data sent later than measured.
	backfill bool
	// cipher reports whether the edition enciphers the data area of a command
	// sent by the device; nil: never.
	cipher func(cn int) bool
	// requestCodes and resultCodes are the values of QnRtn and ExeRtn.
	requestCodes, resultCodes map[int]string
}

// versions is the table of editions. A new edition is one file v<year>.go and
// one row here.
var versions = [...]*edition{
	V2005: &edition2005,
	V2017: &edition2017,
	V2025: &edition2025,
}

// Versions returns the editions known, oldest first.
func Versions() []Version { return []Version{V2005, V2017, V2025} }

func (v Version) edition() *edition {
	if v == VersionAuto || int(v) >= len(versions) {
		return versions[V2017]
	}
	return versions[v]
}

// String returns the year, such as "2017".
func (v Version) String() string {
	if v == VersionAuto {
		return "auto"
	}
	return v.edition().name
}

// Title returns the number of the standard.
func (v Version) Title() string { return v.edition().title }

// ParseVersion finds an edition by its year; "auto" and "" are VersionAuto.
func ParseVersion(s string) (Version, bool) {
	if s == "" || s == "auto" {
		return VersionAuto, true
	}
	for _, v := range Versions() {
		if v.String() == s {
			return v, true
		}
	}
	return 0, false
}

// RequestCode returns the meaning of a QnRtn in the edition, in Chinese.
func (v Version) RequestCode(n int) (string, bool) {
	s, ok := v.edition().requestCodes[n]
	return s, ok
}

// ResultCode returns the meaning of an ExeRtn in the edition, in Chinese.
func (v Version) ResultCode(n int) (string, bool) {
	s, ok := v.edition().resultCodes[n]
	return s, ok
}

// versionOf returns the edition the Flag byte claims. No Flag and unknown bits
// fall back to the oldest and the newest edition.
func versionOf(flag uint8, has bool) Version {
	if !has {
		return V2005
	}
	bits := flag >> versionShift
	for _, v := range Versions() {
		if v.edition().flagBits == bits {
			return v
		}
	}
	return V2025
}
