package config

import (
	"net/netip"
	"time"
)

// Config is every choice of an installation, read and checked. It does not change
// after [Load].
type Config struct {
	// Addr is where pages are served: host:port. Default 127.0.0.1:8080, so that
	// nothing is open to the network before somebody decides so.
	Addr string
	// MetricsAddr is where /metrics is served, apart from the pages; empty serves
	// none. It has no sign-in: keep it inside the machine room.
	MetricsAddr string
	// PublicURL is how browsers reach us, for example https://ballast.example.gov.cn.
	// An https address makes cookies Secure and is trusted as an origin.
	PublicURL string
	// TrustedProxies are the networks of the proxies in front; only from them is
	// X-Forwarded-For believed.
	TrustedProxies []netip.Prefix

	// Data is the folder of the embedded database and of uploaded files.
	Data string
	// DSN is a PostgreSQL connection string and replaces the embedded database.
	// Secret.
	DSN string
	// Pack is the folder of the city's rules.
	Pack string

	// PasswordProfile is "dengbao3" (等保三级, GB/T 22239-2019) or "asvs5" (OWASP
	// ASVS 5.0).
	PasswordProfile string
	// SessionIdle ends a session that nobody uses.
	SessionIdle time.Duration
	// SessionAbsolute ends every session.
	SessionAbsolute time.Duration
	// SessionParallel is how many sessions one account may have at once.
	SessionParallel int
	// RequireTOTP lists the roles that must enrol a second factor, by key.
	RequireTOTP []string
	// Key encrypts sensitive columns with SM4: 16 bytes, written as 32 hexadecimal
	// digits; empty leaves them plain. Secret.
	Key []byte

	// LogLevel is "debug", "info", "warn" or "error".
	LogLevel string
	// ShutdownWait is how long requests in flight may finish when the program is
	// told to stop.
	ShutdownWait time.Duration
}
