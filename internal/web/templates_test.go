package web_test

import (
	"testing"

	"ballast/internal/web/webtest"
)

func TestTemplatesFitTheirPages(t *testing.T) { webtest.Templates(t, samples()...) }
