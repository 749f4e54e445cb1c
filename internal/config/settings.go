package config

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Setting is one row: how a field of [Config] is named, explained, read and
// written.
type Setting struct {
	Key     string // of the YAML file; the flag has "-" for "_"
	Help    string // Chinese, one line
	Default string
	Secret  bool // may come from a file, is never printed
	set     func(*Config, string) error
	get     func(*Config) string
}

// Flag returns the flag's name without dashes.
func (s Setting) Flag() string { return strings.ReplaceAll(s.Key, "_", "-") }

// Env returns the environment variable.
func (s Setting) Env() string { return "BALLAST_" + strings.ToUpper(s.Key) }

// Settings is the table. A new setting is one field in Config and one row here.
var Settings = []Setting{
	{Key: "addr", Help: "网页监听地址", Default: "127.0.0.1:8080",
		set: text(func(c *Config) *string { return &c.Addr }, hostPort), get: func(c *Config) string { return c.Addr }},
	{Key: "metrics_addr", Help: "监控指标 /metrics 的监听地址，不填就不开",
		set: text(func(c *Config) *string { return &c.MetricsAddr }, hostPort), get: func(c *Config) string { return c.MetricsAddr }},
	{Key: "public_url", Help: "浏览器访问本系统的地址，https 时启用安全 Cookie",
		set: text(func(c *Config) *string { return &c.PublicURL }, webAddress), get: func(c *Config) string { return c.PublicURL }},
	{Key: "trusted_proxies", Help: "前置代理的网段，逗号分隔；只相信它们转来的客户端地址",
		set: setProxies, get: func(c *Config) string { return join(c.TrustedProxies) }},
	{Key: "data", Help: "数据文件夹", Default: "data",
		set: text(func(c *Config) *string { return &c.Data }, nil), get: func(c *Config) string { return c.Data }},
	{Key: "dsn", Help: "PostgreSQL 连接串，代替数据文件夹里的数据库", Secret: true,
		set: text(func(c *Config) *string { return &c.DSN }, nil), get: func(c *Config) string { return c.DSN }},
	{Key: "pack", Help: "城市规则包文件夹；不写则用程序自带的萍乡包（模板）", Default: "",
		set: text(func(c *Config) *string { return &c.Pack }, nil), get: func(c *Config) string { return c.Pack }},
	{Key: "password_profile", Help: "口令规则：dengbao3（等保三级）或 asvs5", Default: "dengbao3",
		set: text(func(c *Config) *string { return &c.PasswordProfile }, oneOf("dengbao3", "asvs5")), get: func(c *Config) string { return c.PasswordProfile }},
	{Key: "session_idle", Help: "多久不操作自动退出", Default: "30m",
		set: duration(func(c *Config) *time.Duration { return &c.SessionIdle }), get: func(c *Config) string { return c.SessionIdle.String() }},
	{Key: "session_absolute", Help: "一次登录最长多久", Default: "12h",
		set: duration(func(c *Config) *time.Duration { return &c.SessionAbsolute }), get: func(c *Config) string { return c.SessionAbsolute.String() }},
	{Key: "session_parallel", Help: "一个账号最多同时几处登录", Default: "3",
		set: setParallel, get: func(c *Config) string { return strconv.Itoa(c.SessionParallel) }},
	{Key: "require_totp", Help: "必须启用动态验证码的角色，逗号分隔",
		set: setTOTP, get: func(c *Config) string { return strings.Join(c.RequireTOTP, ",") }},
	{Key: "key", Help: "SM4 密钥，32 位十六进制，用来加密敏感列", Secret: true,
		set: setKey, get: func(c *Config) string { return hex.EncodeToString(c.Key) }},
	{Key: "log_level", Help: "日志级别：debug、info、warn、error", Default: "info",
		set: text(func(c *Config) *string { return &c.LogLevel }, oneOf("debug", "info", "warn", "error")), get: func(c *Config) string { return c.LogLevel }},
	{Key: "shutdown_wait", Help: "停止时最多等多久让请求做完", Default: "20s",
		set: duration(func(c *Config) *time.Duration { return &c.ShutdownWait }), get: func(c *Config) string { return c.ShutdownWait.String() }},
}

// text reads a value as it is, once check accepts it. Empty is always accepted:
// it means "not set".
func text(field func(*Config) *string, check func(string) error) func(*Config, string) error {
	return func(c *Config, v string) error {
		if check != nil && v != "" {
			if err := check(v); err != nil {
				return err
			}
		}
		*field(c) = v
		return nil
	}
}

func hostPort(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return fmt.Errorf("要写成 地址:端口，例如 127.0.0.1:8080")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("端口要在 0–65535 之间")
	}
	return nil
}

func webAddress(v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" && u.Path != "/" {
		return fmt.Errorf("要写成 https://主机名，后面不带路径")
	}
	return nil
}

func oneOf(words ...string) func(string) error {
	return func(v string) error {
		for _, w := range words {
			if v == w {
				return nil
			}
		}
		return fmt.Errorf("只能是 %s", strings.Join(words, "、"))
	}
}

func duration(field func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d <= 0 {
			return fmt.Errorf("要写成时长，例如 30m、12h、20s")
		}
		*field(c) = d
		return nil
	}
}

func setParallel(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return fmt.Errorf("要写成正整数")
	}
	c.SessionParallel = n
	return nil
}

func setTOTP(c *Config, v string) error {
	c.RequireTOTP = split(v)
	return nil
}

func setKey(c *Config, v string) error {
	key, err := hex.DecodeString(v)
	if err != nil || len(key) != 0 && len(key) != 16 {
		return fmt.Errorf("要 32 位十六进制（16 字节）")
	}
	c.Key = key
	return nil
}

func setProxies(c *Config, v string) error {
	var out []netip.Prefix
	for _, s := range split(v) {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			if a, aerr := netip.ParseAddr(s); aerr == nil {
				p, err = a.Prefix(a.BitLen())
			}
		}
		if err != nil {
			return fmt.Errorf("“%s”不是网段，例如 10.1.2.0/24", s)
		}
		out = append(out, p)
	}
	c.TrustedProxies = out
	return nil
}

func split(v string) []string {
	var out []string
	for _, s := range strings.Split(v, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func join[T fmt.Stringer](vs []T) string {
	var out []string
	for _, v := range vs {
		out = append(out, v.String())
	}
	return strings.Join(out, ",")
}
