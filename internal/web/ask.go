package web

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"ballast/internal/access"
	"ballast/internal/fault"
	"ballast/internal/scope"
)

// Ask is one request as a page function sees it, and the only way to answer it.
// It is used by one goroutine and ends with the request.
type Ask struct {
	*http.Request
	Person access.Person // the zero value on public routes when nobody is signed in

	shell *Shell
	w     http.ResponseWriter
	rec   *record
	token string // of the session; empty when nobody is signed in
	route Route
}

// Scope returns what the person may see; empty when nobody is signed in.
func (a *Ask) Scope() scope.Scope { return a.Person.Scope() }

// SignedIn reports whether a person is signed in.
func (a *Ask) SignedIn() bool { return a.token != "" }

// Writer returns the raw response writer for answers that are no page, such as a
// stream of events.
func (a *Ask) Writer() http.ResponseWriter { return a.w }

// Live reports whether htmx asked: the answer replaces a part of a page that is
// on the screen already.
func (a *Ask) Live() bool { return a.Header.Get("HX-Request") == "true" }

// ID returns the numeric path value of that name. Anything else than a positive
// number is NotFound: the address names nothing.
func (a *Ask) ID(name string) (int64, error) {
	id, err := strconv.ParseInt(a.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "没有这个页面").WithHint("请从列表里重新打开。")
	}
	return id, nil
}

// Parse reads the form of a POST within the route's limit. Page functions call
// it before FormValue, so that a body that is too large or broken is a fault and
// not an empty value.
func (a *Ask) Parse() error {
	err := a.Request.ParseForm()
	if err == nil {
		return nil
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.Wrap(fault.TooLarge, err, "提交的内容超过了 %s 的上限", Bytes(tooLarge.Limit)).
			WithHint("请减少内容，或分几次提交。")
	}
	return fault.Wrap(fault.Invalid, err, "提交的内容读不出来").WithHint("请返回上一页重新填写。")
}

// Show answers 200 with the page.
func (a *Ask) Show(p Page) error { return a.ShowStatus(http.StatusOK, p) }

// ShowStatus answers with the page under another status: a form that came back
// with errors is 422.
func (a *Ask) ShowStatus(status int, p Page) error { return a.render(status, p, "layout") }

// Part answers with one {{define}}d block of the page's template instead of the
// whole page, for polling.
func (a *Ask) Part(p Page, block string) error { return a.render(http.StatusOK, p, block) }

func (a *Ask) render(status int, p Page, block string) error {
	a.shell.fill(a, p.base())
	var buf bytes.Buffer
	if err := a.shell.views.render(&buf, p, block); err != nil {
		return err
	}
	h := a.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	a.w.WriteHeader(status)
	_, err := buf.WriteTo(a.w)
	a.rec.fail(err) // the client went away; there is nobody to tell but the log
	return nil
}

// Redirect answers 303 to a path of our own.
func (a *Ask) Redirect(to string) error {
	if !localPath(to) {
		return fault.New(fault.Invalid, "跳转地址不在本系统内")
	}
	if a.Live() {
		a.w.Header().Set("HX-Redirect", to)
		a.w.WriteHeader(http.StatusOK)
		return nil
	}
	a.w.Header().Set("Location", to)
	a.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// Done answers 303 to a path and shows text once on the page there.
func (a *Ask) Done(to, text string) error {
	a.shell.setFlash(a.w, Flash{Kind: "ok", Text: text})
	return a.Redirect(to)
}

// Download answers with a file that write produces; it streams, so write must
// have checked everything that can be refused before its first byte.
func (a *Ask) Download(name, contentType string, write func(io.Writer) error) error {
	h := a.w.Header()
	h.Set("Content-Type", contentType)
	// RFC 6266: the starred form carries the Chinese name.
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	if err := write(a.w); err != nil {
		a.rec.fail(err)
		if !a.rec.wrote {
			h.Del("Content-Disposition")
			return err
		}
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return nil
}

// XLSX is the media type of Excel workbooks, for Download.
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// DOCX is the media type of Word documents, for Download.
const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// localPath reports whether to is a path on this server and nothing a browser
// could read as another host.
func localPath(to string) bool {
	u, err := url.Parse(to)
	return err == nil && u.Scheme == "" && u.Host == "" && u.User == nil &&
		len(to) > 0 && to[0] == '/' && (len(to) == 1 || to[1] != '/' && to[1] != '\\')
}
