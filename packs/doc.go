// Package packs carries the shipped city packs inside the binary, so that the
// demonstration and a first look need no files beside it. An installation keeps
// its own pack in a folder and names it with --pack.
package packs

import (
	"embed"
	"io/fs"
)

//go:embed pingxiang
var files embed.FS

// Pingxiang (萍乡) returns the pack of the first city.
func Pingxiang() fs.FS {
	sub, err := fs.Sub(files, "pingxiang")
	if err != nil {
		return files // cannot happen: the folder is embedded above
	}
	return sub
}
