package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed static/*.css static/*.js static/*.svg static/vendor/*.js
var ownStatic embed.FS

// static serves the embedded files under addresses that carry a hash of their
// content, so browsers may keep them for good and a new version is a new address.
type static struct {
	files map[string]*staticFile // by name: "app.css", "vendor/htmx.min.js"
}

type staticFile struct {
	name, hash, kind string
	body             []byte
	gzip             func() []byte // compressed at the first request; nil when not smaller
}

func newStatic() (*static, error) {
	s := &static{files: map[string]*staticFile{}}
	err := fs.WalkDir(ownStatic, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := ownStatic.ReadFile(p)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(p, "static/")
		sum := sha256.Sum256(body)
		kind := mime.TypeByExtension(path.Ext(name))
		switch path.Ext(name) { // the table of the operating system is not to be trusted with these
		case ".js":
			kind = "text/javascript; charset=utf-8"
		case ".css":
			kind = "text/css; charset=utf-8"
		case ".svg":
			kind = "image/svg+xml"
		}
		s.files[name] = &staticFile{name, hex.EncodeToString(sum[:6]), kind, body, sync.OnceValue(func() []byte { return squeeze(body) })}
		return nil
	})
	return s, err
}

func squeeze(body []byte) []byte {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := z.Write(body); err != nil || z.Close() != nil || buf.Len() >= len(body) {
		return nil
	}
	return buf.Bytes()
}

// path is the template function "asset".
func (s *static) path(name string) (string, error) {
	f, ok := s.files[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return "/static/" + f.hash + "/" + name, nil
}

// ServeHTTP answers /static/HASH/NAME.
func (s *static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rec, ok := w.(*record); ok {
		rec.pattern = "static"
	}
	hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/static/"), "/")
	f, ok := s.files[name]
	if !ok || f.hash != hash { // an old page after an upgrade reloads and asks for the new one
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "没有这个文件，请刷新页面。", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := f.body
	if z := f.gzip; strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if small := z(); small != nil {
			h.Set("Content-Encoding", "gzip")
			body = small
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	if _, err := w.Write(body); err != nil {
		if rec, ok := w.(*record); ok {
			rec.fail(err)
		}
	}
}
