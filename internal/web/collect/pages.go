package collect

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/pack"
	"ballast/internal/period"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Config is what the pages stand on.
type Config struct {
	Observe  *observe.Observe
	Registry *registry.Registry
	Pack     *pack.Pack
	DB       *db.DB
	Pen      *audit.Pen
	Now      func() time.Time
}

// Pages are the data-collection pages. They are safe for concurrent use.
type Pages struct{ Config }

// New returns the pages of a house.
func New(c Config) *Pages { return &Pages{c} }

// Section is what the shell serves.
func (p *Pages) Section() (web.Section, error) {
	views, err := fs.Sub(templates, "templates")
	if err != nil {
		return web.Section{}, err
	}
	return web.Section{Name: "collect", Routes: p.routes(), Templates: views, Pages: pages}, nil
}

// Nav is the entries of the group 评.
func (p *Pages) Nav() []web.NavItem {
	return []web.NavItem{
		{Title: "数据归集", Path: "/collect", Permission: access.ObserveRead},
		{Title: "匹配队列", Path: "/collect/matches", Permission: access.MatchDecide, Badge: p.countMatches},
		{Title: "数值异议", Path: "/collect/objections", Permission: access.ObserveUpload, Badge: p.countObjections},
		{Title: "我的数据", Path: "/my/data", Permission: access.ObserveConfirm},
	}
}

// maxWaiting bounds how many waiting claims or objections one page lists.
const maxWaiting = 200

func (p *Pages) countMatches(ctx context.Context, who access.Person) (int, error) {
	ws, err := p.Registry.Matches().Pending(ctx, p.DB, who.Scope(), 1000)
	return len(ws), err
}

func (p *Pages) countObjections(ctx context.Context, who access.Person) (int, error) {
	xs, err := p.Observe.Answers().List(ctx, p.DB, who.Scope(), observe.Open, 1000)
	return len(xs), err
}

// via names this door in the journal.
const via = "web"

func (p *Pages) today() period.Day { return period.DayOf(p.Now(), p.Pack.City().Zone) }

// choices are the periods a page offers, newest first: those that have ended, of
// every kind some item is handed in by. The yearly ones come first.
func (p *Pages) choices() []period.Period {
	kinds := map[period.Kind]bool{}
	var out []period.Period
	for i := range p.Pack.Items().All() {
		if kinds[i.Period] {
			continue
		}
		kinds[i.Period] = true
		now, err := period.Of(i.Period, p.today())
		if err != nil {
			continue // a kind without a present period has none to offer
		}
		n := 12
		if i.Period == period.Year {
			n = 6
		}
		for k := 1; k <= n; k++ {
			out = append(out, now.Add(-k))
		}
	}
	return out
}

// period reads the address; without one it is the newest ended period.
func (p *Pages) period(v string) (period.Period, error) {
	if strings.TrimSpace(v) == "" {
		if all := p.choices(); len(all) > 0 {
			return all[0], nil
		}
		return period.OfYear(p.today().Year() - 1), nil
	}
	x, err := period.Parse(v)
	if err != nil {
		return x, fault.Wrap(fault.Invalid, err, "“%s”不是报送期", v).WithHint("请从列表里选择报送期，例如 2025。")
	}
	return x, nil
}

// periodField is the chooser of a period.
func (p *Pages) periodField(now period.Period) web.Field {
	f := web.Field{Name: "period", Label: "报送期", Type: "select", Value: now.String()}
	known := false
	for _, x := range p.choices() {
		known = known || x == now
		f.Options = append(f.Options, web.Option{Value: x.String(), Label: x.Chinese()})
	}
	if !known {
		f.Options = append(f.Options, web.Option{Value: now.String(), Label: now.Chinese()})
	}
	return f
}

// departments are those that hand something in and that the person sees, in the
// official order.
func (p *Pages) departments(s scope.Scope) []pack.Department {
	has := map[string]bool{}
	for i := range p.Pack.Items().All() {
		has[i.Source] = true
	}
	var out []pack.Department
	for _, d := range p.Pack.City().Departments {
		if has[d.Key] && s.Allows(scope.Row{Department: d.Key}) {
			out = append(out, d)
		}
	}
	return out
}

func (p *Pages) departmentField(s scope.Scope, value string) web.Field {
	f := web.Field{Name: "department", Label: "部门", Type: "select", Value: value, Required: true}
	for _, d := range p.departments(s) {
		f.Options = append(f.Options, web.Option{Value: d.Key, Label: d.Name})
	}
	return f
}

// department returns the short name of a key, the key itself when the pack does
// not know it any more.
func (p *Pages) department(key string) string {
	if d, ok := p.Pack.City().Department(key); ok {
		return d.Short
	}
	return key
}

// item returns the name of an item, its key when the pack does not know it.
func (p *Pages) item(key string) string {
	if i, ok := p.Pack.Items().Find(key); ok {
		return i.Name
	}
	return key
}

// names returns code and name of firms as of a day, as far as the scope sees them.
func (p *Pages) names(ctx context.Context, s scope.Scope, day period.Day, ids []int64) (map[int64]registry.Enterprise, error) {
	out := map[int64]registry.Enterprise{}
	for len(ids) > 0 {
		n := min(len(ids), 500)
		page, err := p.Registry.Enterprises().List(ctx, p.DB, s, registry.Filter{Day: day, IDs: ids[:n], Merged: true, Limit: n})
		if err != nil {
			return nil, err
		}
		for _, e := range page.Firms {
			out[e.ID] = e
		}
		ids = ids[n:]
	}
	return out, nil
}

// shown is a value with its unit, as a person reads it.
func shown(i pack.Item, c observe.Cell) string {
	switch {
	case c.Kind == observe.Number && i.Type == pack.Flag:
		return map[bool]string{true: "是", false: "否"}[c.Num != 0]
	case c.Kind == observe.Number:
		text := c.String()
		if i.Unit != "" {
			text += " " + i.Unit
		}
		return text
	case c.Kind == observe.Bad:
		return "读不出来"
	}
	return c.String()
}

// multipart reads a form with a file within the route's limit.
func multipart(a *web.Ask) error {
	err := a.Request.ParseMultipartForm(4 << 20) // more of it goes to a temporary file
	if err == nil {
		return nil
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.Wrap(fault.TooLarge, err, "文件超过了 %s 的上限", web.Bytes(tooLarge.Limit)).WithHint("请拆成几份，或去掉文件里的图片后再上传。")
	}
	return fault.Wrap(fault.Invalid, err, "提交的内容读不出来").WithHint("请返回上一页重新选择文件。")
}

// told turns an error that the person can put right on the form before them into
// a sentence; every other error is handed on.
func told(err error) (sentence string, other error) {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.TooLarge:
		message, hint := fault.Public(err)
		if hint != "" {
			message += "。" + hint
		}
		return message, nil
	}
	return "", err
}

// link builds a path with a query.
func link(path string, kv ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(kv); i += 2 {
		v.Set(kv[i], kv[i+1])
	}
	return path + "?" + v.Encode()
}
