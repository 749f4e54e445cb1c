package web_test

import (
	"reflect"
	"testing"

	"ballast/internal/web"

	"github.com/jba/templatecheck"
)

func TestTemplatesFitTheirPages(t *testing.T) {
	byType, err := web.Templates()
	if err != nil {
		t.Fatal(err)
	}
	for typ, tmpl := range byType {
		page := reflect.New(typ.Elem()).Interface()
		for _, block := range []string{"layout", "content"} {
			if err := templatecheck.CheckHTML(tmpl.Lookup(block), page); err != nil {
				t.Errorf("%s: %v", typ, err)
			}
		}
	}
}
