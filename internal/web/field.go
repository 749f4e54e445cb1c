package web

// Field is a labelled input. Its template is {{template "field" .Login}}: label,
// help, error text beside the input and tied to it for screen readers.
type Field struct {
	Name     string
	Label    string
	Type     string // "text" when empty; "password", "date", "number", "file", "select", "textarea", "checkbox", "hidden"
	Value    string
	Help     string
	Error    string // shown beside the input; empty when the value is fine
	Required bool
	Auto     string // autocomplete token, for example "current-password"
	Mode     string // inputmode, for example "numeric"
	Accept   string // of a file input: ".xlsx,.csv"
	Max      int    // maxlength; 0 none
	Focus    bool   // gets the focus when the page opens
	Options  []Option
}

// Option is one choice of a select field or a filter.
type Option struct {
	Value, Label string
}

// Kind returns the type, "text" when none is set.
func (f Field) Kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// Described returns the ids that aria-describedby names, space separated.
func (f Field) Described() string {
	out := ""
	if f.Help != "" {
		out = f.Name + "-help"
	}
	if f.Error != "" {
		if out != "" {
			out += " "
		}
		out += f.Name + "-error"
	}
	return out
}
