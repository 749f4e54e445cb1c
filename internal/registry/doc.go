// Package registry knows who exists: enterprises, the land they stand on, the
// meters that measure them and the groups they belong to, each as of a date.
//
// # What is kept here
//
// Enterprises (table enterprise: identity and credit code; enterprise_version:
// name, division, GB/T 4754 class, status, by validity; enterprise_name: every
// name a firm ever had; enterprise_year: 规上 or 规下, people, revenue and size
// class of a year), their memberships of chains, growth engines and parks, their
// labels with evidence, groups, parcels (宗地) with tenures and leases, and the
// meters of power, water and gas. Search tokens. The aliases and the match queue
// by which a bad code in a department's file finds its firm.
//
// # Life cycle
//
// A version row is never changed: a change as of a day marks the row that held
// on that day as replaced and writes what held before and what holds after, so
// both "what was true on D" and "what did we believe then" can be asked. Links
// (memberships, labels, tenures, leases, meters) carry a half-open [Span] and
// are ended, not deleted. Two records of one firm are merged by a record that
// names loser and survivor; nothing is moved, reading follows the record, and
// undoing the record restores exactly what was.
//
// # The door
//
// [New] gives a [Registry], from which the nouns hang: [Registry.Enterprises],
// [Registry.Links], [Registry.Land], [Registry.Meters], [Registry.Groups] and
// [Registry.Matches]. Writing methods take the *audit.Tx of the act they are
// part of, so that an import can register a firm, label it and take its values
// in one act; the verbs to put into the act are in verbs.go. Reading methods
// take a scope. [Registry.Frame] gives all firms as columns for the evaluation.
//
// # Who sees what
//
// A department must be able to match its file to any firm, so a department's
// scope sees the identity of every firm in the city (code, name, division,
// class, status: [Enterprises.List] and [Enterprises.Find]) but none of the
// facts behind it (years, labels, land, groups: [Enterprises.File], [Registry.Frame]),
// which follow city, district, chain and enterprise scopes only.
//
// # What it never does
//
// It holds no values of indicators (observe does), knows no threshold of law:
// divisions, labels, chains and size limits come as [Rules] from the pack. It
// never accepts a firm by guessing: what is not certain waits for a person.
package registry
