package registry

// The verbs of acts that change the registry, for audit.Act.Verb.
const (
	VerbRegister = "registry.register" // 登记企业
	VerbChange   = "registry.change"   // 变更登记
	VerbYear     = "registry.year"     // 年度规模
	VerbLink     = "registry.link"     // 链、园区、标签
	VerbLand     = "registry.land"     // 宗地、用地、租赁
	VerbMeter    = "registry.meter"    // 户号
	VerbGroup    = "registry.group"    // 集团
	VerbMerge    = "registry.merge"    // 合并重复企业
	VerbUnmerge  = "registry.unmerge"  // 撤销合并
	VerbDecide   = "registry.decide"   // 裁定匹配
)
