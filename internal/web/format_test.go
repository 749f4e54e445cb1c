package web_test

import (
	"math"
	"net/url"
	"slices"
	"testing"
	"time"

	"ballast/internal/fault"
	"ballast/internal/web"
)

func TestNumbersReadAsOfficialPapersWriteThem(t *testing.T) {
	for _, c := range []struct {
		got, want string
	}{
		{web.Number(1267.05, 2), "1267.05"},
		{web.Number(2.675, 2), "2.68"}, // half up of what was typed; the binary value lies below
		{web.Number(-31.25, 1), "−31.3"},
		{web.Number(-0.04, 1), "0.0"}, // no minus before nothing
		{web.Number(999.995, 2), "1000.00"},
		{web.Number(1234567.5, 0), "1,234,568"},
		{web.Number(math.NaN(), 2), "—"},
		{web.Number(1e21, 0), "1,000,000,000,000,000,000,000"},
		{web.Signed(6, 1), "+6.0"},
		{web.Signed(0.01, 1), "0.0"},
		{web.Signed(-20.02, 2), "−20.02"},
		{web.Money(-5), "−0.05"},
		{web.Money(123456789), "1,234,567.89"},
		{web.Money(math.MinInt64), "−92,233,720,368,547,758.08"},
		{web.Bytes(int64(20 << 20)), "20 MB"},
		{web.Instant(time.Date(2026, 11, 23, 17, 5, 0, 0, time.UTC)), "2026-11-24 01:05"}, // China's day, not Greenwich's
		{web.Date(time.Time{}), "—"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// Every address a list writes is one it reads back to the same query.
func TestListAddressesComeBack(t *testing.T) {
	for _, raw := range []string{"", "q=%E7%94%B5%E7%93%B7&page=3&per=50&sort=-tax", "district=%E6%B9%98%E4%B8%9C%E5%8C%BA&col=name&col=code", "sort=tax"} {
		v, err := url.ParseQuery(raw)
		if err != nil {
			t.Fatal(err)
		}
		q, err := sampleList.Query(v)
		if err != nil {
			t.Fatal(err)
		}
		view := sampleList.View("/sample/firms", q, nil, 1000)
		next, err := url.Parse(view.Next)
		if err != nil || view.Next == "" {
			t.Fatalf("%q: next is %q, %v", raw, view.Next, err)
		}
		back, err := sampleList.Query(next.Query())
		if err != nil {
			t.Fatal(err)
		}
		if back.Page != q.Page+1 || back.Search != q.Search || back.Sort != q.Sort || back.Desc != q.Desc || back.PerPage != q.PerPage ||
			back.Filter["district"] != q.Filter["district"] || !slices.Equal(back.Columns, q.Columns) {
			t.Errorf("%q came back as %+v, was %+v", raw, back, q)
		}
	}
}

// The workbook has what the screen shows: the chosen columns, full precision, a
// missing value as an empty cell.
func TestListExportsWhatIsShown(t *testing.T) {
	q, err := sampleList.Query(url.Values{"col": {"tax", "grade"}})
	if err != nil {
		t.Fatal(err)
	}
	if head := sampleList.Head(q); !slices.Equal(head, []string{"企业", "亩均税收（万元/亩）", "档次"}) {
		t.Errorf("head is %q", head)
	}
	row := sampleList.Values(q, sampleFirm{name: "甲", tax: web.Value(21.6041), grade: "B"})
	if !slices.Equal(row, []any{"甲", 21.6041, "B"}) {
		t.Errorf("row is %v", row)
	}
	if row := sampleList.Values(q, sampleFirm{name: "乙"}); row[1] != "" {
		t.Errorf("missing is %v", row[1])
	}
}

func FuzzListQuery(f *testing.F) {
	f.Add("q=a&page=2&sort=-tax&col=code")
	f.Add("page=-1&per=7")
	f.Add("district=%00&sort=--name")
	f.Fuzz(func(t *testing.T, raw string) {
		v, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		q, err := sampleList.Query(v)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		if q.Offset() < 0 || q.PerPage < 1 || len(q.Columns) == 0 {
			t.Fatalf("%q gives %+v", raw, q)
		}
		sampleList.View("/sample/firms", q, nil, 137)
	})
}
