package town

import (
	"fmt"
	"slices"
	"strings"

	"ballast/uscc"
)

func sortBy[T any](s []T, less func(a, b T) bool) {
	slices.SortStableFunc(s, func(a, b T) int {
		switch {
		case less(a, b):
			return -1
		case less(b, a):
			return 1
		}
		return 0
	})
}

// namer hands out names that are all different, also after folding brackets.
type namer struct{ used map[string]bool }

func newNamer() *namer { return &namer{map[string]bool{}} }

// next makes a name such as 萍乡市昭岚电瓷有限公司 or 江西恒衡智能装备股份有限公司 and a credit
// code whose subject part counts upwards.
func (n *namer) next(r *rng, d, t, id int) (name, code string, err error) {
	places := []string{"萍乡市", "江西", "萍乡" + shortPlace(districts[d].name), shortPlace(districts[d].name)}
	forms := []string{"有限公司", "有限公司", "有限公司", "股份有限公司", "有限责任公司"}
	for {
		brand := string(brandHeads[r.intn(len(brandHeads))]) + string(brandTails[r.intn(len(brandTails))])
		name = places[r.intn(len(places))] + brand + trades[t].word + forms[r.intn(len(forms))]
		if r.float() < 0.06 { // some official names carry brackets, which files write in two widths
			name = brand + trades[t].word + "（" + shortPlace(districts[d].name) + "）有限公司"
		}
		if !n.used[folded(name)] {
			break
		}
	}
	n.used[folded(name)] = true
	region := districts[d].code
	if region == "3603KF" { // the zone has no national code; registrations carry the city's
		region = "360300"
	}
	code, err = uscc.Make('9', '1', region, fmt.Sprintf("%08d", id))
	return name, code, err
}

// folded is what careless files leave of a name: no bracket width, no 市, no
// difference between the two words for limited liability.
func folded(name string) string {
	return strings.NewReplacer("（", "(", "）", ")", "有限责任公司", "有限公司", "市", "").Replace(name)
}

func shortPlace(s string) string {
	r := []rune(s)
	if s == "萍乡经开区" {
		return "经开"
	}
	return string(r[:len(r)-1])
}
