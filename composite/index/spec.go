package index

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"
)

// Spec is a checked pipeline: two input tables and the steps over them.
type Spec struct {
	Name         string
	File         string
	idata, imeta string
	unit         string
	steps        []*step
}

// step is one step of the pipeline.
type step struct {
	kind  string
	id    string
	as    string // base name of its files
	input int    // index of the step it reads, -1 for the raw data
	node  *yaml.Node
	op    operation
}

// operation is what a step does. It must not keep anything of its input.
type operation interface {
	run(x *execution, s *step, in *data) (*outcome, error)
}

// stage is the place of a kind in the order of data sets.
type stage int

const (
	prepared stage = iota // raw data and what denominate, screen, impute, treat make
	normalised
	aggregated
	study // reads only
)

// kind is one row of the table of steps.
type kind struct {
	name  string
	reads stage // the default input is the latest data set of this stage
	makes stage
	base  string // default file name after the number
	doc   string // Chinese, for the documentation
	parse func(f *fields, c *parsing) operation
}

// kinds is every step there is.
func kinds() []kind {
	return []kind{
		{"denominate", prepared, prepared, "denominated", "按元数据的 Denominator 列求比值，分母不大于零的记为缺失", parseDenominate},
		{"screen", prepared, prepared, "screened", "筛去数据不足的单位", parseScreen},
		{"impute", prepared, prepared, "imputed", "插补缺失值", parseImpute},
		{"treat", prepared, prepared, "treated", "处理离群值", parseTreat},
		{"normalise", prepared, normalised, "normalised", "标准化或评分，先乘方向", parseNormalise},
		{"weight", normalised, study, "weights", "求一套权重，供 aggregate 引用", parseWeight},
		{"aggregate", normalised, aggregated, "aggregated", "沿指标树逐级合成", parseAggregate},
		{"rank", aggregated, study, "ranks", "排名次，可分组", parseRank},
		{"band", aggregated, study, "bands", "按比例分档，可分组", parseBand},
		{"stats", prepared, study, "stats", "描述统计", parseStats},
		{"correlate", normalised, study, "corr", "相关系数与标记", parseCorrelate},
		{"alpha", normalised, study, "cronbach_alpha", "各组克朗巴赫系数", parseAlpha},
		{"pca", normalised, study, "pca", "各组主成分", parsePCA},
		{"remove", normalised, study, "remove", "逐一去掉某级元素", parseRemove},
		{"profile", normalised, study, "profile", "单位的强项与弱项", parseProfile},
		{"compare", aggregated, study, "compare", "与另一合成结果比较名次", parseCompare},
		{"mcdm", prepared, study, "mcdm", "TOPSIS、SAW、WPM、VIKOR", parseMCDM},
		{"sensitivity", aggregated, study, "sa", "不确定性与敏感性分析", parseSensitivity},
	}
}

func findKind(name string) (kind, bool) {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return all[i], true
}

// parsing is what the parser of a step may look at: the steps before it.
type parsing struct {
	rep   *reporter
	dir   string
	steps []*step
}

// stepRef finds an earlier step by id.
func (c *parsing) stepRef(n *yaml.Node, id string) int {
	for i, s := range c.steps {
		if s.id == id {
			return i
		}
	}
	c.rep.at(n, "前面没有标识为“%s”的步骤", id)
	return -1
}

// latest returns the newest step that makes a stage, falling back on the stage
// before it, and -1 for the raw data.
func (c *parsing) latest(want stage) int {
	for ; want >= prepared; want-- {
		for i := len(c.steps) - 1; i >= 0; i-- {
			if k, ok := findKind(c.steps[i].kind); ok && k.makes == want {
				return i
			}
		}
	}
	return -1
}

var safeName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_.+-]*$`)

// Load reads and checks a specification. All faults come back at once, as
// [Problems]. Paths in the file are relative to it.
func Load(path string) (*Spec, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, Problems{{File: path, Message: "打不开流水线文件"}}
	}
	rep := &reporter{file: path}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return nil, Problems{{File: path, Message: "不是合规的 YAML：" + yamlMessage(err)}}
	}
	var more yaml.Node
	if dec.Decode(&more) == nil {
		rep.at(&more, "一个文件只能有一份 YAML 文档")
	}
	dealias(&doc)
	s := &Spec{File: path}
	s.read(rep, doc.Content[0])
	if len(rep.problems) > 0 {
		slices.SortStableFunc(rep.problems, func(a, b Problem) int { return a.Line - b.Line })
		return nil, rep.problems
	}
	return s, nil
}

// dealias replaces aliases by what they stand for, once per node: a shared part
// stays shared, so no file can grow by it.
func dealias(root *yaml.Node) {
	seen := map[*yaml.Node]bool{}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for i, c := range n.Content {
			if c.Kind == yaml.AliasNode {
				n.Content[i] = c.Alias
			}
			walk(n.Content[i])
		}
	}
	walk(root)
}

// yamlMessage keeps the parser's line number.
func yamlMessage(err error) string { return fmt.Sprint(err) }

func (s *Spec) read(rep *reporter, root *yaml.Node) {
	f := newFields(rep, root)
	dir := filepath.Dir(s.File)
	s.Name = f.text("name", "")
	path := func(key string) string {
		p := f.required(key)
		if p != "" && !filepath.IsAbs(p) {
			p = filepath.Join(dir, p)
		}
		return p
	}
	s.idata, s.imeta = path("idata"), path("imeta")
	s.unit = f.text("unit", "uCode")
	c := &parsing{rep: rep, dir: dir}
	names := map[string]bool{}
	for i, n := range f.list("steps") {
		st := parseStep(c, n, i)
		if st == nil {
			continue
		}
		if names[st.as] {
			rep.at(n, "文件名“%s”与前面的步骤相同", st.as)
		}
		names[st.as] = true
		c.steps = append(c.steps, st)
	}
	s.steps = c.steps
	if len(s.steps) == 0 && len(rep.problems) == 0 {
		rep.at(root, "缺少“steps”：至少要有一个步骤")
	}
	f.finish()
}

// parseStep reads one step.
func parseStep(c *parsing, n *yaml.Node, i int) *step {
	f := newFields(c.rep, n)
	if n.Kind != yaml.MappingNode {
		return nil
	}
	name := f.required("step")
	k, ok := findKind(name)
	if !ok {
		if name != "" {
			c.rep.at(f.keys["step"], "没有名为“%s”的步骤，可用：%s", name, kindNames())
		}
		return nil
	}
	s := &step{kind: name, node: n, as: f.text("as", fmt.Sprintf("%02d_%s", i+1, k.base))}
	if !safeName.MatchString(s.as) {
		c.rep.at(f.keys["as"], "文件名“%s”只能用字母、数字和 _ . + -", s.as)
	}
	s.id = f.text("id", defaultID(c, name))
	for _, old := range c.steps {
		if old.id == s.id {
			c.rep.at(f.keys["id"], "步骤标识“%s”重复", s.id)
		}
	}
	s.input = c.latest(k.reads)
	if ref := f.text("input", ""); ref == "raw" {
		s.input = -1
	} else if ref != "" {
		s.input = c.stepRef(f.keys["input"], ref)
	}
	s.op = k.parse(f, c)
	f.finish()
	return s
}

// defaultID is the kind, numbered from the second of its kind on.
func defaultID(c *parsing, name string) string {
	n := 1
	for _, s := range c.steps {
		if s.kind == name {
			n++
		}
	}
	if n == 1 {
		return name
	}
	return fmt.Sprintf("%s%d", name, n)
}

func kindNames() string {
	var b bytes.Buffer
	for i, k := range kinds() {
		if i > 0 {
			b.WriteString("、")
		}
		b.WriteString(k.name)
	}
	return b.String()
}

// merged returns a mapping node with the keys of over replacing those of base;
// positions stay those of the originals.
func merged(base, over *yaml.Node, drop ...string) *yaml.Node {
	out := &yaml.Node{Kind: yaml.MappingNode, Line: base.Line, Column: base.Column}
	has := map[string]bool{}
	for i := 0; over.Kind == yaml.MappingNode && i < len(over.Content); i += 2 {
		has[over.Content[i].Value] = true
	}
	for i := 0; i < len(base.Content); i += 2 {
		if k := base.Content[i]; !has[k.Value] && !slices.Contains(drop, k.Value) {
			out.Content = append(out.Content, k, base.Content[i+1])
		}
	}
	if over.Kind == yaml.MappingNode {
		out.Content = append(out.Content, over.Content...)
	}
	return out
}
