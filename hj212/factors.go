package hj212

import "strings"

// FactorInfo is one row of the factor dictionary.
type FactorInfo struct {
	Code string // code since 2017; x stands for any digit
	Old  string // code of HJ/T 212-2005, empty when there was none
	Name string // Chinese name of the table
	Unit string // default unit of the concentration or state
	Mass string // default unit of the amount, empty when there is none
	Type string // N5.2: five digits before and two after the point
}

// factorTables is the dictionary: one literal table a kind. A code that is not
// in it is legal, the tables call themselves extensible.
var factorTables = [...][]FactorInfo{airFactors, waterFactors, noiseFactors, infoFactors, plantFactors}

// FactorTables returns the dictionary, table by table: air, water, noise, field
// information, treatment plant.
func FactorTables() [][]FactorInfo {
	all := make([][]FactorInfo, len(factorTables))
	for i, t := range factorTables {
		all[i] = append([]FactorInfo(nil), t...)
	}
	return all
}

// LookupFactor finds a code of 2017 or 2025 in the dictionary.
func LookupFactor(code string) (FactorInfo, bool) {
	for _, t := range factorTables {
		for _, f := range t {
			if matchCode(f.Code, code) {
				return f, true
			}
		}
	}
	return FactorInfo{}, false
}

// matchCode compares a code with a pattern in which a trailing x or xx stands
// for digits.
func matchCode(pattern, code string) bool {
	if pattern == code {
		return true
	}
	stem := strings.TrimRight(pattern, "x")
	if stem == pattern || len(pattern) != len(code) || !strings.HasPrefix(code, stem) {
		return false
	}
	for _, c := range code[len(stem):] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// ModernCode returns the 2017 code of a 2005 code. Two-digit codes, S01–S08 and
// B02 belong to air, three-digit codes and B01 to water; no code belongs to
// both.
func ModernCode(old string) (string, bool) {
	code, ok := modernCodes[old]
	return code, ok
}

// OldCode returns the 2005 code of a 2017 code.
func OldCode(code string) (string, bool) {
	for _, t := range factorTables[:2] {
		for _, f := range t {
			if f.Code == code && f.Old != "" {
				return f.Old, true
			}
		}
	}
	return "", false
}

// modernCodes maps every 2005 code to its row of 2017.
var modernCodes = makeModernCodes()

func makeModernCodes() map[string]string {
	m := map[string]string{}
	for _, t := range factorTables[:2] {
		for _, f := range t {
			if f.Old != "" {
				m[f.Old] = f.Code
			}
		}
	}
	return m
}
