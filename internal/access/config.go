package access

import (
	"io"
	"time"

	"ballast/internal/fault"
)

// Config is everything an installation may choose. [Defaults] gives the values
// of the 等保三级 profile; Now and Random must be set by the caller.
type Config struct {
	Now     func() time.Time
	Random  io.Reader // crypto/rand.Reader outside tests; must be safe for concurrent use
	Profile Profile
	Lockout Lockout
	Session SessionLimits
	Hash    HashParams
	Key     []byte // 16 bytes, SM4, seals TOTP secrets in the database; nil leaves them plain
	Issuer  string // the name an authenticator app shows
	// RequireTOTP lists the roles that must enrol a second factor before they
	// can do anything.
	RequireTOTP []Role
	// ContextWords are words no password may contain: names of the city and the
	// bureau, in Chinese and pinyin (ASVS 5.0 6.2.11).
	ContextWords []string
	// TemporaryLife is how long a password set by somebody else opens the door.
	TemporaryLife time.Duration
	// KeepSessions is how long the record of an ended session is kept.
	KeepSessions time.Duration
}

// Lockout is what happens after failed sign-ins.
type Lockout struct {
	Failures int           // in a row, that lock an account
	Base     time.Duration // the first lock; each further one is twice as long
	Max      time.Duration
	PerIP    int           // failures from one address before it must wait
	IPRefill time.Duration // one more attempt from that address after each such time
}

// SessionLimits bound a session.
type SessionLimits struct {
	Idle     time.Duration // without a request
	Absolute time.Duration // in any case
	Parallel int           // live sessions of one account; a further one ends the least recently used
}

// Defaults returns the default settings, without clock and randomness.
func Defaults() Config {
	return Config{
		Profile:       DengBao3,
		Lockout:       Lockout{Failures: 5, Base: 15 * time.Minute, Max: 24 * time.Hour, PerIP: 30, IPRefill: 30 * time.Second},
		Session:       SessionLimits{Idle: 30 * time.Minute, Absolute: 12 * time.Hour, Parallel: 3},
		Hash:          HashParams{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1, Slots: 2},
		Issuer:        "压舱石",
		ContextWords:  []string{"ballast", "压舱石", "yacangshi", "工信局", "gongxinju"},
		TemporaryLife: 7 * 24 * time.Hour,
		KeepSessions:  30 * 24 * time.Hour,
	}
}

func (c Config) validate() error {
	bad := func(what string) error { return fault.New(fault.Invalid, "登录设置不对：%s", what) }
	switch {
	case c.Now == nil || c.Random == nil:
		return fault.New(fault.Internal, "access 没有时钟或随机源")
	case c.Lockout.Failures < 1 || c.Lockout.Base <= 0 || c.Lockout.Max < c.Lockout.Base:
		return bad("失败锁定的次数和时间要为正")
	case c.Lockout.PerIP < 1 || c.Lockout.IPRefill <= 0:
		return bad("同一地址的尝试次数要为正")
	case c.Session.Idle <= 0 || c.Session.Absolute < c.Session.Idle || c.Session.Parallel < 1:
		return bad("会话的空闲时间不能超过总时间，并行数至少为 1")
	case c.Profile.MinLength < 1 || c.Profile.MaxLength < c.Profile.MinLength:
		return bad("口令长度")
	case len(c.Key) != 0 && len(c.Key) != 16:
		return bad("SM4 密钥要 16 字节")
	case c.TemporaryLife <= 0 || c.KeepSessions <= 0:
		return bad("临时口令和会话记录的保留时间要为正")
	}
	for _, r := range c.RequireTOTP {
		if _, ok := r.Info(); !ok {
			return bad("没有“" + string(r) + "”这个角色")
		}
	}
	return c.Hash.validate()
}
