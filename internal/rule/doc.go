// Package rule is the language of formulas and conditions, and the only
// importer of CEL.
package rule
