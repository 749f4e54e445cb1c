package sheet

import (
	"bytes"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
)

// Our colours. The last digit is odd on purpose: by it a colour of ours is
// known again when a corrected workbook comes back.
const (
	warningColor  = "FFFFEB9D"
	mistakenColor = "FFFFC7CF"
)

// styleSheet is the styles part cut open where we add to it.
type styleSheet struct {
	raw      []byte
	xfs      [][]byte // the cell formats as they stand
	fillsEnd int      // offset of </fills>
	fills    int
	ourFills map[int]bool
	xfsEnd   int // offset of </cellXfs>
	prefix   string
}

// ours reports whether a format carries one of our colours.
func (s *styleSheet) ours(style int) bool {
	return len(s.ourFills) > 0 && style >= 0 && style < len(s.xfs) && s.ourFills[xfFill(s.xfs[style])]
}

// marked reports whether the workbook was marked before.
func (s *styleSheet) marked() bool { return len(s.ourFills) > 0 }

func parseStyleSheet(raw []byte) (styleSheet, error) {
	st := styleSheet{raw: raw, ourFills: make(map[int]bool)}
	s := newXMLScanner(bytes.NewReader(raw), len(raw)+64<<10)
	section, xfStart, fill := "", 0, 0
	for {
		err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return st, err
		}
		name := string(s.name)
		start := s.offset() - len(s.raw)
		switch {
		case s.token == xmlStart && s.depth == 1:
			if i := bytes.IndexByte(s.raw, ':'); i > 0 && i < bytes.IndexAny(s.raw, " >") {
				st.prefix = string(s.raw[1 : i+1])
			}
		case s.token == xmlStart && s.depth == 2:
			section = name
		case s.token == xmlStart && s.depth == 3 && section == "fills":
			fill = st.fills
			st.fills++
		case s.token == xmlStart && section == "fills" && name == "fgColor":
			if c := strings.ToUpper(string(s.attr("rgb"))); c == warningColor || c == mistakenColor {
				st.ourFills[fill] = true
			}
		case s.token == xmlStart && s.depth == 3 && section == "cellXfs" && name == "xf":
			xfStart = start
		}
		if s.token == xmlEnd {
			switch {
			case s.depth == 2 && section == "cellXfs" && name == "xf":
				st.xfs = append(st.xfs, raw[xfStart:s.offset()])
			case s.depth == 1 && name == "fills" && len(s.raw) > 0:
				st.fillsEnd = start
			case s.depth == 1 && name == "cellXfs" && len(s.raw) > 0:
				st.xfsEnd = start
			}
		}
	}
	if st.fillsEnd == 0 || st.xfsEnd == 0 || len(st.xfs) == 0 {
		return st, errXMLSyntax
	}
	return st, nil
}

// xfFill returns the fill a format refers to.
func xfFill(xf []byte) int {
	tag := xf[:bytes.IndexByte(xf, '>')+1]
	i := bytes.Index(tag, []byte(`fillId="`))
	if i < 0 {
		return 0
	}
	rest := tag[i+len(`fillId="`):]
	n, err := strconv.Atoi(string(rest[:max(bytes.IndexByte(rest, '"'), 0)]))
	if err != nil {
		return 0
	}
	return n
}

// with returns the part with our two fills and the formats that use them.
func (s *styleSheet) with(clones map[cloneKey]int) ([]byte, error) {
	keys := make([]cloneKey, 0, len(clones))
	for k := range clones {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return clones[keys[i]] < clones[keys[j]] })
	var fills, xfs bytes.Buffer
	for _, color := range []string{warningColor, mistakenColor} {
		fmt.Fprintf(&fills, `<%[1]sfill><%[1]spatternFill patternType="solid"><%[1]sfgColor rgb="%[2]s"/><%[1]sbgColor indexed="64"/></%[1]spatternFill></%[1]sfill>`, s.prefix, color)
	}
	for _, k := range keys {
		fill := 0
		switch k.severity {
		case Warning:
			fill = s.fills
		case Mistaken:
			fill = s.fills + 1
		}
		xf := s.xfs[k.base]
		cut := bytes.IndexByte(xf, '>')
		if cut < 0 {
			return nil, errXMLSyntax
		}
		tag, rest := cutAttr(cutAttr(xf[:cut+1], "fillId"), "applyFill"), xf[cut+1:]
		end := ">"
		if bytes.HasSuffix(tag, []byte("/>")) {
			end = "/>"
		}
		xfs.Write(bytes.TrimSuffix(tag, []byte(end)))
		fmt.Fprintf(&xfs, ` fillId="%d" applyFill="1"%s`, fill, end)
		xfs.Write(rest)
	}
	out := make([]byte, 0, len(s.raw)+fills.Len()+xfs.Len())
	first, firstText, second, secondText := s.fillsEnd, fills.Bytes(), s.xfsEnd, xfs.Bytes()
	if first > second {
		return nil, errXMLSyntax // the order is fixed by the format
	}
	out = append(out, s.raw[:first]...)
	out = append(out, firstText...)
	out = append(out, s.raw[first:second]...)
	out = append(out, secondText...)
	out = append(out, s.raw[second:]...)
	out = recount(out, "fills", s.fills+2)
	return recount(out, "cellXfs", len(s.xfs)+len(clones)), nil
}

// recount corrects the count attribute of a list.
func recount(raw []byte, element string, n int) []byte {
	i := bytes.Index(raw, []byte(element+" "))
	if i < 0 {
		return raw // no attributes: nothing to correct
	}
	end := bytes.IndexByte(raw[i:], '>')
	if end < 0 {
		return raw
	}
	tag := raw[i : i+end+1]
	k := bytes.Index(tag, []byte(`count="`))
	if k < 0 {
		return raw
	}
	value := i + k + len(`count="`)
	close := bytes.IndexByte(raw[value:], '"')
	if close < 0 {
		return raw
	}
	out := append(bytes.Clone(raw[:value]), strconv.Itoa(n)...)
	return append(out, raw[value+close:]...)
}
