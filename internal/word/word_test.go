package word

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func sample() *Document {
	return &Document{
		Title: "关于2025年度工业企业综合评价结果的公示", Number: "萍工信字〔2026〕12号", Addressee: "各县区工信局",
		Body: []Block{
			Heading{1, "一、总体情况"}, Para("参评企业 <940> 家 & 若干。"), Note("测算"),
			Table{Caption: "表1", Columns: []Column{{"企业", 3, Left}, {"档次", 1, Centre}}, Rows: [][]string{{"𠮷祥电瓷\n有限公司", "A"}, {"短"}}},
		},
		Signer: "萍乡市工业和信息化局", Date: "2026年7月13日",
	}
}

func parts(t *testing.T, d *Document) map[string]string {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(text)
	}
	return out
}

func TestEveryPartIsWellFormed(t *testing.T) {
	for name, text := range parts(t, sample()) {
		dec := xml.NewDecoder(strings.NewReader(text))
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

func TestTextSurvives(t *testing.T) {
	doc := parts(t, sample())["word/document.xml"]
	for _, want := range []string{"参评企业 &lt;940&gt; 家 &amp; 若干。", "𠮷祥电瓷", "<w:br/>", "各县区工信局：", `w:eastAsia="方正小标宋简体"`, "2026年7月13日"} {
		if !strings.Contains(doc, want) {
			t.Errorf("document lacks %q", want)
		}
	}
	// A short row still has every cell, or Word refuses the file.
	if rows, cells := strings.Count(doc, "<w:tr>"), strings.Count(doc, "<w:tc>"); rows != 3 || cells != 6 {
		t.Errorf("%d rows, %d cells; want 3 and 6", rows, cells)
	}
}

// GB/T 9704-2012 §5.2: A4 with 37 mm head and 28 mm binding margin.
func TestMarginsAreOfficial(t *testing.T) {
	doc := parts(t, sample())["word/document.xml"]
	if !strings.Contains(doc, `w:top="2097"`) || !strings.Contains(doc, `w:left="1587"`) {
		t.Error("margins are not 37 mm and 28 mm (2097 and 1587 twips)")
	}
}

func TestSameContentSameBytes(t *testing.T) {
	var a, b bytes.Buffer
	if errors.Join(sample().Write(&a), sample().Write(&b)) != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two writes differ")
	}
}

func TestFailedWriteIsReported(t *testing.T) {
	if err := sample().Write(full{}); err == nil {
		t.Error("a full disk went unnoticed")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
