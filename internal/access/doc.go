// Package access knows who is asking and what they may do.
//
// # What is kept here
//
// Accounts of people, their roles and places, their sessions, their second
// factor, and one literal table of permissions ([Permissions]). Tables:
// account_person (a natural person and their one duty), account,
// account_enterprise (an envoy's firms), account_password (hashes no longer in
// use), session, first_run.
//
// # Life cycle
//
// An empty database has no accounts and no default password. [Access.FirstRun]
// gives the operator a one-time word; with it the first-run page creates the
// three separated administrators (三员分立) and the first bureau officer in one
// act ([Access.CreateAdministrators]). From then on the system administrator
// creates accounts and proposes a role, and only the security administrator puts
// a role into force ([Accounts.GrantRole]), so that nobody alone can make
// themselves powerful. Accounts are disabled, never deleted: the journal refers
// to them.
//
// A natural person has one duty for good (system, security, audit or business),
// which the database itself holds: accounts refer to (person, duty) by foreign
// key, and a role outside the duty violates a check. The person is known by
// staff number (工号); two accounts opened under two staff numbers for one human
// are beyond what software can see.
//
// # The door
//
// [New] gives an [Access]. Sign-in: [Access.SignIn] returns an opaque token and
// a [Person]; [Access.Resolve] turns a token back into a Person on every
// request. A Person says what they may do ([Person.Can], [Person.WhyCan]) and
// which rows they may see ([Person.Scope]). Administration of accounts is the
// embedded [Accounts].
//
// # Promises
//
//   - Deny by default: an account without a role in force cannot sign in, a
//     permission that is not in the table is nobody's, and while a password must
//     be changed a Person can do nothing else.
//   - A killed, evicted or expired session never resolves again, in any process.
//     Disabling an account, changing or resetting its password, and granting
//     another role or place end all its sessions.
//   - A sign-in that fails says the same sentence and takes the same path (one
//     read, one hash, one journalled write) whether the login is unknown, the
//     password wrong, or the account locked, disabled or without a role.
//   - A one-time code is accepted once.
//   - Every authentication event is in the journal, failures included; neither
//     passwords nor logins that do not exist are written there. Attempts refused
//     by the limit per address are journalled once per address and quarter hour,
//     so that an attacker cannot flood the journal.
//
// # Time and idleness
//
// The clock and the source of randomness are given in [Config]. Last-seen times
// are gathered in memory and written by [Access.Run] once a minute, because a
// journalled write per request would bury the journal; a session may therefore
// end at most a minute early in another process, and never late by more than
// that.
//
// # What it never does
//
// It knows no HTTP, sets no cookie and sends no message. It does not decide
// rules about single things (four eyes on a batch, an owner's own case): rooms
// do, with [Person.Is]. It does not speak OIDC yet: an identity provider would
// enter beside SignIn and end in the same session table.
package access
