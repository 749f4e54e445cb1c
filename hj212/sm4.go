package hj212

import (
	"bytes"
	"crypto/cipher"
	"fmt"

	"github.com/emmansun/gmsm/sm4"
)

// Key is the SM4 key of a station (HJ 212-2025 §6.4). It is safe for concurrent
// use.
//
// The standard enciphers the characters between "CP=&&" and "&&" with SM4 in
// ECB mode without padding, in blocks of sixteen; a rest shorter than a block
// stays clear. The CRC is computed over the clear segment and is not changed.
// ECB shows equal blocks and nothing authenticates the text, so a station needs
// TLS or a private network below it all the same.
type Key struct{ block cipher.Block }

// NewKey returns the key of the given sixteen bytes.
func NewKey(key []byte) (*Key, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("hj212: SM4 key of %d bytes, want 16", len(key))
	}
	return &Key{block}, nil
}

// Encipher replaces the whole blocks of area in place.
func (k *Key) Encipher(area []byte) {
	for n := sm4.BlockSize; len(area) >= n; area = area[n:] {
		k.block.Encrypt(area[:n], area[:n])
	}
}

// Decipher is the reverse of Encipher.
func (k *Key) Decipher(area []byte) {
	for n := sm4.BlockSize; len(area) >= n; area = area[n:] {
		k.block.Decrypt(area[:n], area[:n])
	}
}

// textOpen begins the form in which the standard prints cipher bytes and in
// which some devices send them: {0xE4,0x3E,…} and then the clear rest.
var textOpen = []byte("{0x")

// textCipher appends to dst the bytes that the text form stands for, including
// the clear rest after the brace. Spaces and a missing last comma are let pass.
func textCipher(dst, area []byte) ([]byte, bool) {
	if !bytes.HasPrefix(area, textOpen) {
		return dst, false
	}
	at := 1
	for at < len(area) {
		switch c := area[at]; {
		case c == '}':
			return append(dst, area[at+1:]...), true
		case c == ',' || c == ' ':
			at++
		case c == '0' && at+3 < len(area) && area[at+1]|0x20 == 'x':
			hi, ok1 := hexDigit(area[at+2])
			lo, ok2 := hexDigit(area[at+3])
			if !ok1 || !ok2 {
				return dst, false
			}
			dst = append(dst, hi<<4|lo)
			at += 4
		default:
			return dst, false
		}
	}
	return dst, false
}

func hexDigit(c byte) (uint8, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}
