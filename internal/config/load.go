package config

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"ballast/internal/fault"

	"gopkg.in/yaml.v3"
)

// Source is where values may come from besides the flags.
type Source struct {
	// Environ lists NAME=value; variables that do not begin with BALLAST_ are not
	// looked at.
	Environ []string
	// ReadFile reads the configuration file and the files of secrets.
	ReadFile func(name string) ([]byte, error)
}

// elsewhere are BALLAST_ variables that are no settings: those of tests.
var elsewhere = []string{"BALLAST_TEST_POSTGRES", "BALLAST_SHARED", "BALLAST_SHOTS", "BALLAST_CONFIG"}

// Flags adds every setting to fs and returns the function that finishes the work
// after fs.Parse. only restricts the flags to those of a command; nil offers all.
// The file and the environment always may set everything.
func Flags(fs *flag.FlagSet, only ...string) func(Source) (Config, error) {
	file := fs.String("config", "", "配置文件（YAML），也可用 BALLAST_CONFIG")
	given := map[string]*string{}
	for _, s := range Settings {
		if len(only) > 0 && !slices.Contains(only, s.Key) {
			continue
		}
		help := fmt.Sprintf("%s（%s）", s.Help, s.Env())
		if s.Default != "" {
			help += "，默认 " + s.Default
		}
		given[s.Key] = fs.String(s.Flag(), "", help)
		if s.Secret {
			given[s.Key+"_file"] = fs.String(s.Flag()+"-file", "", s.Help+"：从这个文件读")
		}
	}
	return func(src Source) (Config, error) {
		flags := map[string]string{}
		fs.Visit(func(f *flag.Flag) {
			key := strings.ReplaceAll(f.Name, "-", "_")
			if v, ok := given[key]; ok {
				flags[key] = *v
			}
		})
		return load(*file, flags, src)
	}
}

// value is a text and where it was written, for messages.
type value struct{ text, at string }

// load puts the layers together, then reads every setting and reports everything
// that is wrong at once.
func load(file string, flags map[string]string, src Source) (Config, error) {
	values := map[string]value{}
	var errs []error
	env, err := environment(src.Environ)
	errs = append(errs, err)
	if file == "" {
		file = env["config"].text
	}
	if file != "" {
		errs = append(errs, readFile(file, src, values))
	}
	for k, v := range env {
		override(values, k, v)
	}
	for k, v := range flags {
		override(values, k, value{v, "--" + strings.ReplaceAll(k, "_", "-")})
	}
	var c Config
	for _, s := range Settings {
		errs = append(errs, s.read(&c, values, src))
	}
	if c.SessionAbsolute < c.SessionIdle {
		errs = append(errs, errors.New("session_absolute 不能比 session_idle 短"))
	}
	if err := errors.Join(errs...); err != nil {
		return c, fault.Wrap(fault.Invalid, err, "配置有误：%s", strings.ReplaceAll(err.Error(), "\n", "；")).
			WithHint("每一项的含义见 ballast serve -h。")
	}
	return c, nil
}

// override sets a value. A secret and the file it may come from exclude each
// other, so the stronger layer's form removes the weaker layer's.
func override(values map[string]value, key string, v value) {
	delete(values, strings.TrimSuffix(key, "_file"))
	delete(values, key+"_file")
	values[key] = v
}

// environment picks the BALLAST_ variables and names those that are no setting.
func environment(environ []string) (map[string]value, error) {
	out := map[string]value{}
	var errs []error
	for _, line := range environ {
		name, v, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, "BALLAST_") {
			continue
		}
		key := strings.ToLower(strings.TrimPrefix(name, "BALLAST_"))
		switch {
		case name == "BALLAST_CONFIG" || known(key):
			out[key] = value{v, "环境变量 " + name}
		case !slices.Contains(elsewhere, name):
			errs = append(errs, fmt.Errorf("环境变量 %s：没有这一项%s", name, nearest(key)))
		}
	}
	return out, errors.Join(errs...)
}

// readFile reads the one YAML file into values.
func readFile(name string, src Source, values map[string]value) error {
	body, err := src.ReadFile(name)
	if err != nil {
		return fmt.Errorf("配置文件 %s 读不出来：%w", name, err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(body))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil // an empty file sets nothing
	} else if err != nil {
		return fmt.Errorf("%s：不是正确的 YAML：%w", name, err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s：只能有一个文档，去掉后面的 ---", name)
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("%s:%d：要写成“键: 值”，一行一项", name, root.Line)
	}
	var errs []error
	for i := 0; i < len(root.Content); i += 2 {
		k, v := root.Content[i], root.Content[i+1]
		at := fmt.Sprintf("%s:%d", name, k.Line)
		switch _, twice := values[k.Value]; {
		case !known(k.Value):
			errs = append(errs, fmt.Errorf("%s：没有“%s”这一项%s", at, k.Value, nearest(k.Value)))
		case twice:
			errs = append(errs, fmt.Errorf("%s：“%s”写了两次", at, k.Value))
		case v.Kind == yaml.SequenceNode:
			var parts []string
			for _, n := range v.Content {
				parts = append(parts, n.Value)
			}
			values[k.Value] = value{strings.Join(parts, ","), at}
		case v.Kind != yaml.ScalarNode:
			errs = append(errs, fmt.Errorf("%s：“%s”要写成一个值", at, k.Value))
		default:
			values[k.Value] = value{v.Value, at}
		}
	}
	return errors.Join(errs...)
}

// read sets the field of one row from its value, its file, or its default.
func (s Setting) read(c *Config, values map[string]value, src Source) error {
	v, ok := values[s.Key]
	if !ok {
		v = value{s.Default, "默认值"}
		if f, has := values[s.Key+"_file"]; has && s.Secret {
			body, err := src.ReadFile(f.text)
			if err != nil {
				return fmt.Errorf("%s：密钥文件读不出来：%w", f.at, err)
			}
			v = value{strings.TrimSpace(string(body)), f.at}
		}
	}
	if v.text == "" && !ok && s.Default == "" {
		return nil
	}
	if err := s.set(c, v.text); err != nil {
		return fmt.Errorf("%s：%s %w", v.at, s.Key, err)
	}
	return nil
}

func known(key string) bool {
	return slices.ContainsFunc(Settings, func(s Setting) bool { return s.Key == key || s.Secret && s.Key+"_file" == key })
}

// nearest suggests the setting whose key shares the longest start.
func nearest(key string) string {
	best, n := "", 2
	for _, s := range Settings {
		i := 0
		for i < len(key) && i < len(s.Key) && key[i] == s.Key[i] {
			i++
		}
		if i > n {
			best, n = s.Key, i
		}
	}
	if best == "" {
		return ""
	}
	return "，是不是 " + best + "？"
}

// Redacted returns the configuration as a YAML file that would give it again,
// secrets left out.
func (c Config) Redacted() string {
	var b strings.Builder
	for _, s := range Settings {
		v := s.get(&c)
		if s.Secret && v != "" {
			v = "***"
		}
		fmt.Fprintf(&b, "# %s\n%s: %q\n", s.Help, s.Key, v)
	}
	return b.String()
}
