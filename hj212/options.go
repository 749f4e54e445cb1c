package hj212

// Profile is what one station has been found or configured to be: its edition,
// its deviations that are accepted, its key. A profile is not changed once it
// is in use; to change a station, give out another one.
type Profile struct {
	// Version is the edition the station speaks. Zero means the edition in
	// Flag. It has to be set for stations whose Flag lies: the dialect of the
	// national surface-water stations used 8 and 9 years before 2025.
	Version Version

	// Accept holds the gated deviations that do not refuse a frame.
	Accept DeviationSet

	// Key deciphers the data area of 2025 frames; nil when the link is clear.
	Key *Key
}

// Limits bounds what a peer can make the decoder keep or do. Zero fields take
// the value of DefaultLimits.
type Limits struct {
	MaxSegment int // bytes of a data segment, at most 9999
	MaxFields  int // fields before CP
	MaxPairs   int // pairs of the data area
	MaxNoise   int // bytes of noise after which it is reported and counted anew
}

// DefaultLimits are the limits a zero Limits stands for. MaxSegment is that of
// HJ 212-2017 §6.3.1; Tolerant raises it to what the length field can say.
var DefaultLimits = Limits{MaxSegment: 1024, MaxFields: 64, MaxPairs: 1024, MaxNoise: 64 << 10}

// maxSegment is the largest length four digits can say.
const maxSegment = 9999

func (l Limits) withDefaults() Limits {
	if l.MaxSegment <= 0 {
		l.MaxSegment = DefaultLimits.MaxSegment
	}
	l.MaxSegment = min(l.MaxSegment, maxSegment)
	if l.MaxFields <= 0 {
		l.MaxFields = DefaultLimits.MaxFields
	}
	if l.MaxPairs <= 0 {
		l.MaxPairs = DefaultLimits.MaxPairs
	}
	l.MaxPairs = min(l.MaxPairs, maxSegment)
	if l.MaxNoise <= 0 {
		l.MaxNoise = DefaultLimits.MaxNoise
	}
	return l
}

// Options says how to decode.
type Options struct {
	// Profile holds for frames of stations that Station does not know.
	Profile

	// Station returns the profile of a device number, or nil for the default.
	// It is called for every frame, from the goroutine that decodes; the view
	// must not be kept. May be nil.
	Station func(mn []byte) *Profile

	// EndIsTail lets the end of the input stand for the CR LF of the last
	// frame. Files are often saved so; a connection that ends there is not.
	EndIsTail bool

	Limits Limits
}

// Strict accepts what HJ 212 says and nothing else. Oddities that leave
// length, CRC and structure right are named in Message.Deviations.
func Strict() Options { return Options{} }

// Tolerant accepts every deviation that real devices show and that leaves the
// frame checkable. A wrong length and a wrong CRC are not among them; a station
// that needs one has to be given it by name.
func Tolerant() Options {
	return Options{
		Profile: Profile{Accept: tolerantGated},
		Limits:  Limits{MaxSegment: maxSegment},
	}
}
