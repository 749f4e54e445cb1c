// Package hj212 is the wire protocol by which Chinese pollution sources report
// to the environmental authorities: HJ/T 212-2005, HJ 212-2017 and HJ 212-2025,
// chosen for each station. It decodes and encodes frames, puts split packets
// together, and has the host's server and the device's client. It knows nothing
// of any application, keeps nothing on disk and reads no clock of its own.
//
// # A frame's way in
//
//	bytes → Scanner → Message → (Body) → Packet
//
// A [Scanner] finds frames by their length field, checks the CRC, deciphers
// SM4 where the 2025 edition has it, and fills a [Message], which is a view into
// its buffer and is used again for the next frame: the steady state allocates
// nothing. [Message.Packet] makes a value that may be kept, changed and given
// to [Encode]; [Message.Body] reads the typed parameters of the command.
// Numbers keep the text that was sent beside the value.
//
// Everything a peer can do wrong is a *[Error] with a stable [Kind] and the
// byte of the input where it is. After an error the scanner goes on with the
// next frame; a good frame inside or behind a broken one is not lost.
//
// # Strict, tolerant, and stations
//
// The decoder recognises what real devices do against the text of the standard
// and names each such [Deviation]. Whether a deviation refuses the frame is the
// station's [Profile]: [Strict] accepts none, [Tolerant] all that leave a frame
// checkable, and Options.Station gives each device number its own. Oddities
// that leave length, CRC and structure right are only named. Nothing is
// accepted silently, in any mode.
//
// # Sessions
//
// A [Server] accepts devices, hands messages to a [Handler] with a [Reply], and
// acknowledges only when told that a message is durable; it answers repeats
// again, heartbeats and calls for the time, and carries remote commands
// ([Conn.Request]) with repeats and results. A [Client] is the other side. Every
// limit is a field of [Limits] or [SessionLimits]; a peer that is slow, hostile
// or broken costs its own connection only.
//
// # What it never does
//
// It does not judge values, convert units or fill gaps; it does not map 2005
// codes by itself ([ModernCode] is a dictionary); it does not decide which
// password is right; it never alters the bytes in [Message.Frame].
//
// The grammar is in grammar.ebnf, the corpus in testdata, and what differs from
// the standards, section by section, in docs/hj212-divergences.md.
package hj212
