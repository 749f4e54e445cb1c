package registry

import (
	"slices"
	"strings"

	"ballast/internal/fault"
	"ballast/internal/period"
	"ballast/uscc"
)

// Status is what a firm is doing.
type Status string

// The states of a firm.
const (
	Operating    Status = "operating"    // 在营
	Suspended    Status = "suspended"    // 停产
	Deregistered Status = "deregistered" // 注销
)

// statuses is every status with its Chinese name.
var statuses = map[Status]string{Operating: "在营", Suspended: "停产", Deregistered: "注销"}

// Chinese returns the name shown on pages.
func (s Status) Chinese() string { return statuses[s] }

// Profile is what may change about a firm, as it holds over a span.
type Profile struct {
	Name     string
	District string // division code of the pack
	Town     string // 镇街
	Address  string
	Industry string // GB/T 4754 class, four digits where known
	Edition  int    // edition of GB/T 4754: 2017, 2011; 0 not known
	Status   Status
}

// Enterprise is a firm's identity as of a date.
type Enterprise struct {
	ID              int64
	Code            string // unified social credit code, canonical; "" when it has none
	Established     period.Day
	ProductionSince period.Day // 投产日期; zero: not known or not yet
	MergedInto      int64      // the record that survived a merge; 0: this is the one
	Profile
	Since period.Day // when this profile began to hold
}

// Entry is a firm to be registered.
type Entry struct {
	Code            string
	Established     period.Day
	ProductionSince period.Day
	Profile
	Other  []OtherName // names besides the legal one
	From   period.Day  // when the profile begins; zero: since ever
	Origin string      // where the record came from, for the file page
}

// NameKind is the sort of a name.
type NameKind string

// The kinds of name.
const (
	LegalName NameKind = "legal"  // on the licence; the profile's
	Former    NameKind = "former" // 曾用名
	Short     NameKind = "short"  // 简称
)

// OtherName is a name besides the legal one.
type OtherName struct {
	Name string
	Kind NameKind
	Span
}

// canonical checks an entry against rules and normalises it in place.
func (e *Entry) canonical(r Rules) error {
	e.Code = uscc.Normalise(e.Code)
	if e.Code != "" {
		if err := CheckCode(e.Code); err != nil {
			return err
		}
	}
	if !e.ProductionSince.IsZero() && !e.Established.IsZero() && e.ProductionSince.Before(e.Established) {
		return fault.New(fault.Invalid, "%s 的投产日期 %s 早于成立日期 %s", e.Name, e.ProductionSince, e.Established)
	}
	for _, o := range e.Other {
		if o.Kind != Former && o.Kind != Short {
			return fault.New(fault.Invalid, "不认识的名称类别“%s”", o.Kind)
		}
	}
	return e.Profile.canonical(r)
}

func (p *Profile) canonical(r Rules) error {
	p.Name = strings.TrimSpace(p.Name)
	if p.Name == "" {
		return fault.New(fault.Invalid, "没有企业名称")
	}
	if p.Status == "" {
		p.Status = Operating
	}
	if _, ok := statuses[p.Status]; !ok {
		return fault.New(fault.Invalid, "不认识的企业状态“%s”", p.Status).WithHint("应为 operating、suspended 或 deregistered。")
	}
	if !slices.Contains([]int{0, 2011, 2017}, p.Edition) {
		return fault.New(fault.Invalid, "GB/T 4754 没有 %d 版", p.Edition).WithHint("应为 2017 或 2011。")
	}
	if p.Industry != "" {
		digits, err := CheckIndustry(p.Industry)
		if err != nil {
			return err
		}
		p.Industry = digits
	}
	return r.division(p.District)
}

// CheckCode refuses a canonical credit code that fails the check of GB 32100,
// saying what is wrong and, where one slip explains it, which code was meant.
func CheckCode(code string) error {
	v := uscc.Check(code)
	if v.OK() {
		return nil
	}
	err := fault.New(fault.Invalid, "统一社会信用代码 %s 不对：%s", code, v.Explain())
	if s := uscc.Suggest(code); len(s) > 0 {
		return err.WithHint("是不是 %s？（%s）请对照营业执照核对。", s[0].Code, s[0].Change)
	}
	return err.WithHint("请对照营业执照核对。")
}

// version is one stored row of a profile.
type version struct {
	id int64
	Span
	Profile
}

// revise returns what must be written when a profile changes from a day on:
// the part of the covering version before the day, with what held, and the part
// from the day to the version's end, with what holds now. Later versions stay.
func revise(old version, from period.Day, p Profile) []version {
	now := version{Span: Span{from, old.Until}, Profile: p}
	if old.From == from {
		return []version{now}
	}
	return []version{{Span: Span{old.From, from}, Profile: old.Profile}, now}
}
