package hj212

import "encoding/binary"

// The CRC of HJ 212 annex A is not CRC-16/MODBUS: before each byte the register
// is shifted right by eight and the byte is combined with the result, so the
// old low byte is lost. The state between two bytes is therefore the high byte
// alone, and one step is linear over GF(2) in it. That allows eight bytes to be
// taken at a time with eight independent table reads: crcStep[k] is the step
// applied k+1 times.
//
// Only 256 values exist, so a random corruption passes once in 256. Length,
// grammar and plausibility have to carry the rest.

// modbusTable is the byte table of polynomial A001 (reflected 8005).
var modbusTable = makeModbusTable()

// crcStep[k][x] is the high byte of the register k+1 steps after x entered it.
var crcStep = makeCRCSteps()

func makeModbusTable() (t [256]uint16) {
	for i := range t {
		r := uint16(i)
		for range 8 {
			if r&1 != 0 {
				r = r>>1 ^ 0xA001
			} else {
				r >>= 1
			}
		}
		t[i] = r
	}
	return t
}

func makeCRCSteps() (s [8][256]uint8) {
	for x := range 256 {
		h := uint8(x)
		for k := range 8 {
			h = uint8(modbusTable[h] >> 8)
			s[k][x] = h
		}
	}
	return s
}

// CRC returns the check value of HJ 212 (all editions, annex A) over a data
// segment. It never allocates.
func CRC(segment []byte) uint16 {
	crc, _ := crcScan(segment)
	return crc
}

// crcScan returns the CRC and whether any byte has its high bit set, which the
// same pass finds for nothing.
func crcScan(b []byte) (crc uint16, nonASCII bool) {
	if len(b) == 0 {
		return 0xFFFF, false
	}
	h := uint8(0xFF)
	body, last := b[:len(b)-1], b[len(b)-1]
	acc := uint64(last)
	for len(body) >= 8 {
		w := binary.LittleEndian.Uint64(body)
		acc |= w
		// Only the last term waits for the step before it.
		x := crcStep[6][uint8(w>>8)] ^ crcStep[5][uint8(w>>16)] ^
			crcStep[4][uint8(w>>24)] ^ crcStep[3][uint8(w>>32)]
		y := crcStep[2][uint8(w>>40)] ^ crcStep[1][uint8(w>>48)] ^ crcStep[0][uint8(w>>56)]
		h = x ^ y ^ crcStep[7][h^uint8(w)]
		body = body[8:]
	}
	for _, c := range body {
		acc |= uint64(c)
		h = crcStep[0][h^c]
	}
	return modbusTable[h^last], acc&0x8080808080808080 != 0
}

// ModbusCRC16 returns CRC-16/MODBUS, which some devices send instead of the
// CRC of the standard, high byte first or low byte first.
func ModbusCRC16(b []byte) uint16 {
	r := uint16(0xFFFF)
	for _, c := range b {
		r = r>>8 ^ modbusTable[uint8(r)^c]
	}
	return r
}
