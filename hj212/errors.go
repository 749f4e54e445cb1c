package hj212

import (
	"errors"
	"fmt"
)

// Kind classifies a protocol error. Its value is the stable name used in JSON
// and statistics. A frame refused for a deviation has the deviation's own name
// as its kind; see [DeviationKind].
type Kind string

// The kinds that are not deviations.
const (
	KindLengthField  Kind = "bad_length_field" // "##" without a readable length after it
	KindTruncated    Kind = "truncated"        // the frame ends, or another begins, before its declared length
	KindCRCField     Kind = "bad_crc_field"    // no four hex digits where the CRC has to be
	KindMissingCP    Kind = "missing_cp"       // the segment has no CP
	KindMissingCN    Kind = "missing_cn"       // the segment has no CN
	KindBadCN        Kind = "bad_cn"           // CN is not a number of up to four digits
	KindTooManyPairs Kind = "too_many_pairs"   // over Limits.MaxPairs or MaxFields
	KindNoKey        Kind = "no_key"           // the data area looks enciphered and the station has no key
	KindCipher       Kind = "bad_cipher"       // the key given does not decipher to the CRC sent
	KindBody         Kind = "bad_body"         // the command's parameters do not fit the command
	KindEncode       Kind = "bad_packet"       // a packet cannot be written as a frame
)

// DeviationKind returns the kind of the error that refuses deviation d.
func DeviationKind(d Deviation) Kind { return Kind(d.String()) }

// Error is a typed protocol error. Everything a peer can do wrong ends in one
// of these; none of them ends a stream, the next call looks for the next frame.
type Error struct {
	Kind   Kind
	Offset int64  // byte in the input where the defect is
	Frame  int64  // byte in the input where the frame, or the noise, begins
	Detail string // facts for an operator, in Chinese
	// Deviations holds what was noticed about the frame before it was refused.
	Deviations DeviationSet
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("hj212: %s at byte %d: %s", e.Kind, e.Offset, e.Detail)
}

// Sentinel errors of sessions.
var (
	// ErrTooSlow reports that a peer did not take or give bytes in time.
	ErrTooSlow = errors.New("hj212: the peer is too slow")
	// ErrClosed reports use of a closed server, connection or client.
	ErrClosed = errors.New("hj212: closed")
	// ErrNoReply reports that all repeats of a question stayed unanswered.
	ErrNoReply = errors.New("hj212: no reply after all repeats")
	// ErrBusy reports that too many questions or replies are outstanding.
	ErrBusy = errors.New("hj212: too many outstanding messages")
)
