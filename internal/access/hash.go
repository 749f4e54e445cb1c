package access

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"ballast/internal/fault"

	"golang.org/x/crypto/argon2"
)

// HashParams are the costs of Argon2id (RFC 9106). The defaults are OWASP's
// smallest recommended setting, about 46 ms on one core.
type HashParams struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
	Slots     int // hashes computed at the same time; bounds memory to Slots × MemoryKiB
}

func (p HashParams) validate() error {
	if p.MemoryKiB < 8 || p.MemoryKiB > maxHashMemory || p.Passes < 1 || p.Passes > maxHashPasses || p.Lanes < 1 || p.Slots < 1 {
		return fault.New(fault.Invalid, "口令哈希的参数不对")
	}
	return nil
}

// Bounds on a stored hash, so that an edited database cannot exhaust memory.
const (
	maxHashMemory = 1 << 20 // 1 GiB
	maxHashPasses = 64
	saltBytes     = 16
	keyBytes      = 32
	maxQueue      = 64 // people waiting for a slot
)

// hasher computes password hashes, a few at a time.
type hasher struct {
	params  HashParams
	random  io.Reader
	slots   chan struct{}
	waiting atomic.Int64
	dummy   string       // a hash no password fits, for logins that do not exist
	verifs  atomic.Int64 // how many comparisons ran; tests hold it equal on every path
}

func newHasher(p HashParams, random io.Reader) (*hasher, error) {
	h := &hasher{params: p, random: random, slots: make(chan struct{}, p.Slots)}
	var secret [32]byte
	if _, err := io.ReadFull(random, secret[:]); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "取不到随机数")
	}
	var err error
	h.dummy, err = h.encode(string(secret[:]))
	return h, err
}

// enter waits for a slot. When too many wait already it refuses, so that a crowd
// of sign-ins cannot pile up requests.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	if h.waiting.Add(1) > maxQueue {
		h.waiting.Add(-1)
		return nil, fault.New(fault.Limited, "现在登录的人太多").WithHint("请稍等几秒再试。")
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, ctx.Err(), "操作已取消或超时")
	}
}

// encode returns the PHC string of a password.
func (h *hasher) encode(password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fault.Wrap(fault.Internal, err, "取不到随机数")
	}
	p := h.params
	key := argon2.IDKey([]byte(normalisePassword(password)), salt, p.Passes, p.MemoryKiB, p.Lanes, keyBytes)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.MemoryKiB, p.Passes, p.Lanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// create is encode inside a slot.
func (h *hasher) create(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return h.encode(password)
}

// verify reports whether password fits the PHC string, in time that does not
// depend on where they differ. The caller holds a slot.
func (h *hasher) verify(phc, password string) (bool, error) {
	h.verifs.Add(1)
	s, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	if len(password) > maxPasswordBytes {
		password = "" // too long to be anybody's; still costs one hash
	}
	key := argon2.IDKey([]byte(normalisePassword(password)), s.salt, s.passes, s.memory, s.lanes, uint32(len(s.key)))
	return subtle.ConstantTimeCompare(key, s.key) == 1, nil
}

// stale reports whether the hash was made with other costs than today's.
func (h *hasher) stale(phc string) bool {
	s, err := parsePHC(phc)
	return err != nil || s.memory != h.params.MemoryKiB || s.passes != h.params.Passes || s.lanes != h.params.Lanes
}

type phcParts struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

// parsePHC reads the Password Hashing Competition's string format.
func parsePHC(phc string) (phcParts, error) {
	bad := func() (phcParts, error) {
		return phcParts{}, fault.New(fault.Internal, "账号里的口令哈希读不出来")
	}
	f := strings.Split(phc, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return bad()
	}
	var s phcParts
	if n, err := fmt.Sscanf(f[3], "m=%d,t=%d,p=%d", &s.memory, &s.passes, &s.lanes); n != 3 || err != nil {
		return bad()
	}
	var err1, err2 error
	s.salt, err1 = base64.RawStdEncoding.DecodeString(f[4])
	s.key, err2 = base64.RawStdEncoding.DecodeString(f[5])
	if err1 != nil || err2 != nil || len(s.salt) < 8 || len(s.key) < 16 || len(s.key) > 64 ||
		s.memory < 8 || s.memory > maxHashMemory || s.passes < 1 || s.passes > maxHashPasses || s.lanes < 1 {
		return bad()
	}
	return s, nil
}
