package config_test

import (
	"flag"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"ballast/internal/config"
	"ballast/internal/fault"
)

// load runs one call: flags, environment, files by name.
func load(args, environ []string, files map[string]string) (config.Config, error) {
	f := flag.NewFlagSet("test", flag.ContinueOnError)
	finish := config.Flags(f)
	if err := f.Parse(args); err != nil {
		return config.Config{}, err
	}
	return finish(config.Source{Environ: environ, ReadFile: func(name string) ([]byte, error) {
		body, ok := files[name]
		if !ok {
			return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
		}
		return []byte(body), nil
	}})
}

func TestDefaultsOpenNothingToTheNetwork(t *testing.T) {
	c, err := load(nil, []string{"HOME=/root", "BALLAST_SHARED=/x"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || c.MetricsAddr != "" || c.SessionIdle != 30*time.Minute || c.DSN != "" {
		t.Errorf("%+v", c)
	}
}

func TestFlagsBeatEnvironmentBeatsFile(t *testing.T) {
	files := map[string]string{"b.yaml": "addr: 0.0.0.0:1\ndata: /from/file\nsession_idle: 10m\ntrusted_proxies: [10.0.0.0/8, 192.0.2.7]\n"}
	c, err := load([]string{"--config", "b.yaml", "--addr", "0.0.0.0:3"}, []string{"BALLAST_ADDR=0.0.0.0:2", "BALLAST_DATA=/from/env"}, files)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "0.0.0.0:3" || c.Data != "/from/env" || c.SessionIdle != 10*time.Minute || len(c.TrustedProxies) != 2 {
		t.Errorf("%+v", c)
	}
}

func TestSecretsComeFromFilesAndAreNeverPrinted(t *testing.T) {
	files := map[string]string{"/run/dsn": "postgres://u:geheim@db/b\n", "b.yaml": "dsn: postgres://old@db/b\n"}
	c, err := load([]string{"--config", "b.yaml"}, []string{"BALLAST_DSN_FILE=/run/dsn", "BALLAST_KEY=000102030405060708090a0b0c0d0e0f"}, files)
	if err != nil {
		t.Fatal(err)
	}
	if c.DSN != "postgres://u:geheim@db/b" || len(c.Key) != 16 {
		t.Errorf("%q %x", c.DSN, c.Key)
	}
	out := c.Redacted()
	if strings.Contains(out, "geheim") || strings.Contains(out, "0405") || !strings.Contains(out, `dsn: "***"`) {
		t.Errorf("redacted:\n%s", out)
	}
	// What is printed, secrets apart, gives the same configuration again.
	back, err := load([]string{"--config", "p.yaml"}, []string{"BALLAST_DSN=x", "BALLAST_KEY="}, map[string]string{"p.yaml": out})
	if err != nil || back.SessionAbsolute != c.SessionAbsolute || back.Addr != c.Addr {
		t.Errorf("%+v %v", back, err)
	}
}

func TestEveryMistakeIsNamedWithItsPlace(t *testing.T) {
	for _, c := range []struct {
		name          string
		args, environ []string
		file          string
		want          []string
	}{
		{"unknown key", nil, nil, "addr: 0.0.0.0:1\nsession_idel: 5m\nportt: 80\n", []string{"b.yaml:2：没有“session_idel”这一项，是不是 session_idle？", "b.yaml:3：没有“portt”这一项"}},
		{"twice", nil, nil, "addr: a:1\naddr: b:2\n", []string{"b.yaml:2：“addr”写了两次"}},
		{"list", nil, nil, "- addr\n", []string{"b.yaml:1：要写成“键: 值”"}},
		{"nested", nil, nil, "addr:\n  host: x\n", []string{"“addr”要写成一个值"}},
		{"two documents", nil, nil, "addr: a:1\n---\ndata: x\n", []string{"只能有一个文档"}},
		{"value", nil, nil, "addr: nonsense\nsession_parallel: 0\n", []string{"b.yaml:1：addr 要写成 地址:端口", "b.yaml:2：session_parallel 要写成正整数"}},
		{"unknown variable", nil, []string{"BALLAST_SESION_IDLE=5m"}, "", []string{"环境变量 BALLAST_SESION_IDLE：没有这一项，是不是 session_idle？"}},
		{"variable's value", nil, []string{"BALLAST_LOG_LEVEL=loud"}, "", []string{"环境变量 BALLAST_LOG_LEVEL：log_level 只能是 debug"}},
		{"flag's value", []string{"--public-url", "ballast.example"}, nil, "", []string{"--public-url：public_url 要写成 https://"}},
		{"no such secret", []string{"--key-file", "/nowhere"}, nil, "", []string{"--key-file：密钥文件读不出来"}},
		{"order", []string{"--session-idle", "2h", "--session-absolute", "1h"}, nil, "", []string{"不能比 session_idle 短"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(append([]string{"--config", "b.yaml"}, c.args...), c.environ, map[string]string{"b.yaml": c.file})
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v", err)
			}
			msg, _ := fault.Public(err)
			for _, want := range c.want {
				if !strings.Contains(msg, want) {
					t.Errorf("want %q in\n%s", want, msg)
				}
			}
		})
	}
}
