package rule

func (n *node) describe(*Schema) string { return "" }
