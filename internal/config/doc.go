// Package config is what an installation may choose, and where it may say so.
//
// # What is kept here
//
// [Config] is the manual: each field's comment says what it means. [Settings] is
// the literal table behind it: one row a setting, with its key, its Chinese help,
// its default and how its text is read.
//
// # The door
//
// [Load] takes, weakest first: the defaults, one YAML file, BALLAST_* environment
// variables, flags. A key K of the file is the variable BALLAST_K and the flag
// --k with "-" for "_". A key or variable that is in no row is an error, in the
// file with its line: a setting that is misspelt must not be silently ignored.
// Secrets may also come from a file named in K_file, BALLAST_K_FILE or --k-file,
// as container and systemd credentials do.
//
// # What it never does
//
// It reads no environment and opens no file by itself ([Source] hands both in),
// keeps no global, and prints no secret ([Config.Redacted]).
package config
