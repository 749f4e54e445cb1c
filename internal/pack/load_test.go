package pack

import (
	"os"
	"testing"
)

func TestPingxiangLoads(t *testing.T) {
	p, err := Load(os.DirFS("../../packs/pingxiang"))
	if err != nil {
		t.Fatal(err)
	}
	t.Log(p.Digest())
}
