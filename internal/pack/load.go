package pack

import (
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"ballast/internal/fault"
	"ballast/internal/period"

	"github.com/emmansun/gmsm/sm3"
)

// kind is one sort of file in a pack.
type kind struct {
	pattern string // path.Match; a directory pattern may end in /** for any depth
	read    func(*Pack, *object)
	rules   bool // counts in the digest
}

// kinds is every sort of file, in the order they are read. A new sort is one
// row here and one file with its type and reader.
var kinds = []kind{
	{"pack.yaml", readCity, true},
	{"calendar/*.yaml", readCalendar, true},
	{"indicators/*.yaml", readIndicators, true},
	{"labels/*.yaml", readLabels, true},
	{"chains/*.yaml", readChains, true},
	{"schemes/*.yaml", readScheme, true},
	{"disclosure.yaml", readDisclosure, true},
	{"tests/**", readExample, false},
}

// Limits of a pack: far above any real one, low enough that a hostile
// directory does not fill the memory.
const (
	maxFiles    = 5000
	maxFileSize = 4 << 20
)

// Load reads, checks and types a pack. Every problem of every file is in the
// one error it returns, a [Problems]; a directory that cannot be read at all is
// a fault.
func Load(fsys fs.FS) (*Pack, error) {
	names, err := yamlFiles(fsys)
	if err != nil {
		return nil, err
	}
	var log Problems
	where := places{}
	p := &Pack{calendar: emptyCalendar()}
	for _, a := range standardAttributes {
		a.Standard = true
		p.attributes.add(a)
	}
	if !slices.Contains(names, "pack.yaml") {
		return nil, fault.New(fault.NotFound, "这里没有 pack.yaml，不是数据包").WithHint("请给出数据包的目录，例如 packs/pingxiang")
	}
	raws := map[string][]byte{}
	for _, name := range names {
		raw, err := readLimited(fsys, name)
		if err != nil {
			return nil, err
		}
		raws[name] = raw
		if kindOf(name) == nil {
			log = append(log, Problem{Pos: Pos{File: name}, Rule: "yaml", Message: "数据包里没有这种文件；可以放的有 " + patterns()})
		}
	}
	for i := range kinds {
		for _, name := range names {
			if k := kindOf(name); k == &kinds[i] {
				src := newSource(name, raws[name], &log, where)
				if top, ok := src.parse(); ok {
					k.read(p, top)
					top.done()
				}
			}
		}
	}
	p.seal(names, raws)
	log = append(log, lint(p, where, raws, log)...)
	if len(log) > 0 {
		return nil, log.sorted()
	}
	return p, nil
}

func emptyCalendar() *period.Calendar {
	c, _ := period.NewCalendar(nil) // no notice, nothing to contradict
	return c
}

func patterns() string {
	var all []string
	for _, k := range kinds {
		all = append(all, k.pattern)
	}
	return strings.Join(all, "、")
}

func kindOf(name string) *kind {
	for i, k := range kinds {
		if dir, deep := strings.CutSuffix(k.pattern, "**"); deep {
			if strings.HasPrefix(name, dir) {
				return &kinds[i]
			}
			continue
		}
		if ok, _ := path.Match(k.pattern, name); ok {
			return &kinds[i]
		}
	}
	return nil
}

// yamlFiles lists the YAML files of a pack by name. Other files (CHANGELOG.md,
// notes) are left alone; hidden ones are skipped.
func yamlFiles(fsys fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := path.Base(name); name != "." && strings.HasPrefix(base, ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.Type().IsRegular() && (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")) {
			names = append(names, name)
		}
		if len(names) > maxFiles {
			return fault.New(fault.TooLarge, "数据包的文件超过 %d 个", maxFiles)
		}
		return nil
	})
	if fault.Is(err, fault.TooLarge) {
		return nil, err
	}
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "读不到数据包的目录")
	}
	slices.Sort(names)
	return names, nil
}

func readLimited(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "读不到 %s", name)
	}
	if info.Size() > maxFileSize {
		return nil, fault.New(fault.TooLarge, "%s 超过 %d MB", name, maxFileSize>>20)
	}
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "读不到 %s", name)
	}
	return raw, nil
}

// seal computes the digests. The canonical form is one line a file, sorted by
// name: the SM3 of its bytes, two blanks, the name.
func (p *Pack) seal(names []string, raws map[string][]byte) {
	list := sm3.New()
	for _, name := range names {
		if k := kindOf(name); k == nil || !k.rules {
			continue
		}
		sum := sm3.Sum(raws[name])
		f := File{Name: name, Digest: hex.EncodeToString(sum[:])}
		p.files = append(p.files, f)
		fmt.Fprintf(list, "%s  %s\n", f.Digest, f.Name)
	}
	p.digest = hex.EncodeToString(list.Sum(nil))
}
