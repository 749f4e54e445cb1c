package pack

func (p *Pack) lint(raws map[string][]byte) Problems { return nil }
