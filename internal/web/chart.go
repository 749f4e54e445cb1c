package web

import "encoding/json"

// Chart is a chart and its twin, a table with the same numbers: for readers who
// see no picture, for print, and for copying. The picture is drawn by ECharts
// from Options; no script is written into the page.
type Chart struct {
	ID      string
	Title   string
	Note    string // unit, source, date
	Kind    string // "line", "bar" (upright) or "rank" (lying bars, first on top)
	Unit    string
	Labels  []string
	Series  []Series
	Decimal int      // decimals in labels and table
	Min     *float64 // lower end of the value axis; nil lets the chart choose
}

// Series is one line or row of bars. A nil value is missing, not zero.
type Series struct {
	Name   string     `json:"name"`
	Values []*float64 `json:"values"`
	Dashed bool       `json:"dashed,omitempty"` // a reference such as the province's average
}

// Value returns a pointer to v, for Series.Values.
func Value(v float64) *float64 { return &v }

// JSON is what static/chart.js reads from the element's data-chart attribute.
func (c Chart) JSON() (string, error) {
	b, err := json.Marshal(struct {
		Kind    string   `json:"kind"`
		Title   string   `json:"title"`
		Unit    string   `json:"unit"`
		Labels  []string `json:"labels"`
		Series  []Series `json:"series"`
		Decimal int      `json:"decimal"`
		Min     *float64 `json:"min,omitempty"`
	}{c.Kind, c.Title, c.Unit, c.Labels, c.Series, c.Decimal, c.Min})
	return string(b), err
}

// Row returns the table twin's cells for the label at i.
func (c Chart) Row(i int) []string {
	out := make([]string, len(c.Series))
	for j, s := range c.Series {
		out[j] = none
		if i < len(s.Values) && s.Values[i] != nil {
			out[j] = Number(*s.Values[i], c.Decimal)
		}
	}
	return out
}
