package access

import "slices"

// Permission is the right to one kind of act, written "noun.verb". Which rows
// the act may touch is the matter of [Person.Scope].
type Permission string

// The permissions.
const (
	EnterpriseRead  Permission = "enterprise.read"
	EnterpriseEdit  Permission = "enterprise.edit"
	EnterpriseMerge Permission = "enterprise.merge"
	ParcelEdit      Permission = "parcel.edit"
	LabelEdit       Permission = "label.edit"
	MatchDecide     Permission = "match.decide"

	ObserveRead    Permission = "observe.read"
	ObserveUpload  Permission = "observe.upload"
	ObserveApprove Permission = "observe.approve"
	ObserveConfirm Permission = "observe.confirm"
	ObserveObject  Permission = "observe.object"
	ObserveWindow  Permission = "observe.window"
	ObserveUndo    Permission = "observe.undo"

	RoundRead      Permission = "round.read"
	RoundScoreRead Permission = "round.score.read"
	RoundOpen      Permission = "round.open"
	RoundFreeze    Permission = "round.freeze"
	RoundCompute   Permission = "round.compute"
	RoundCompare   Permission = "round.compare"
	RoundPublish   Permission = "round.publish"
	RoundFinalise  Permission = "round.finalise"

	PackRead  Permission = "pack.read"
	Export    Permission = "export"
	Search    Permission = "search"
	JobRead   Permission = "job.read"
	JobCancel Permission = "job.cancel"

	UserRead      Permission = "user.read"
	UserManage    Permission = "user.manage"
	UserGrant     Permission = "user.grant"
	SessionManage Permission = "session.manage"
	SystemStatus  Permission = "system.status"
	JournalRead   Permission = "journal.read"
	JournalVerify Permission = "journal.verify"

	SelfPassword Permission = "self.password"
	SelfSessions Permission = "self.sessions"
	SelfTOTP     Permission = "self.totp"
)

// Rule is one row of the permission table.
type Rule struct {
	Permission Permission
	Label      string // Chinese, as pages show it
	Roles      []Role
	Reason     string // Chinese: why these roles and no others; shown by "why can I"
}

// everyone is every role: what concerns only one's own account.
var everyone = []Role{
	SystemAdmin, SecurityAdmin, AuditAdmin, BureauLead, BureauOfficer, DistrictOfficer, DepartmentOfficer,
	ChainOffice, Envoy, DigitalOfficer, EnterpriseUser, Bank, Vendor, Operator, Auditor,
}

// Permissions is the one table. A permission that is not here is nobody's.
var Permissions = []Rule{
	{EnterpriseRead, "查看企业档案", []Role{BureauLead, BureauOfficer, DistrictOfficer, ChainOffice, Envoy, DigitalOfficer, EnterpriseUser, Auditor},
		"管理和服务企业的人看自己范围内的企业，企业看自己；部门只交数据，银行凭授权另看"},
	{EnterpriseEdit, "修改企业档案", []Role{BureauOfficer, DistrictOfficer},
		"档案由工信部门维护，县区只改本县区的；企业用“纠错”提出"},
	{EnterpriseMerge, "合并重复企业", []Role{BureauOfficer},
		"合并影响历年结果，只由市局一处办理"},
	{ParcelEdit, "维护地块和租赁", []Role{BureauOfficer, DistrictOfficer},
		"用地面积决定亩均，由工信部门核定，县区只改本县区的"},
	{LabelEdit, "维护企业标签", []Role{BureauOfficer},
		"标签决定参评范围和一票否决，只由市局一处办理"},
	{MatchDecide, "裁定代码匹配", []Role{BureauOfficer, DistrictOfficer},
		"坏代码归到哪家企业由档案的维护者裁定，交数据的部门不裁定"},

	{ObserveRead, "查看数据归集", []Role{BureauLead, BureauOfficer, DistrictOfficer, DepartmentOfficer, Auditor},
		"归集进度由组织者和交数据的部门看，部门只看本部门的"},
	{ObserveUpload, "上传数据", []Role{BureauOfficer, DistrictOfficer, DepartmentOfficer},
		"一数一源：数据由来源部门上传，市县工信局上传自己的"},
	{ObserveApprove, "审核数据", []Role{BureauOfficer, DistrictOfficer, DepartmentOfficer},
		"第二人审核；上传的人不能审核自己上传的一批"},
	{ObserveConfirm, "确认本企业数据", []Role{EnterpriseUser},
		"只有企业自己能确认自己的数据"},
	{ObserveObject, "对本企业数据提出异议", []Role{EnterpriseUser},
		"只有企业自己能对自己的数据提出异议"},
	{ObserveWindow, "开关上传窗口", []Role{BureauOfficer},
		"报送时间由评价的组织者定"},
	{ObserveUndo, "撤销一批数据", []Role{BureauOfficer, DistrictOfficer, DepartmentOfficer},
		"谁上传谁能撤回，市局可撤销任一批"},

	{RoundRead, "查看评价轮次", []Role{BureauLead, BureauOfficer, DistrictOfficer, ChainOffice, Auditor},
		"评价的组织者、县区和链长办看自己范围内的结果"},
	{RoundScoreRead, "查看企业得分单", []Role{BureauLead, BureauOfficer, DistrictOfficer, ChainOffice, Envoy, EnterpriseUser, Auditor},
		"企业看自己的得分和算法，服务企业的人看自己范围内的"},
	{RoundOpen, "新建评价轮次", []Role{BureauOfficer}, "评价由市局组织"},
	{RoundFreeze, "冻结评价数据", []Role{BureauOfficer}, "评价由市局组织"},
	{RoundCompute, "计算评价结果", []Role{BureauOfficer}, "评价由市局组织"},
	{RoundCompare, "比较两次计算", []Role{BureauLead, BureauOfficer, Auditor},
		"改动影响谁，由组织者、决定者和审计看"},
	{RoundPublish, "公示评价结果", []Role{BureauLead}, "算的人不能自己公示，公示由局领导决定"},
	{RoundFinalise, "评价结果定稿", []Role{BureauLead}, "算的人不能自己定稿，定稿由局领导决定"},

	{PackRead, "查看规则", []Role{SystemAdmin, BureauLead, BureauOfficer, DistrictOfficer, DepartmentOfficer, ChainOffice, Auditor},
		"用规则办事的人看规则，系统管理员安装规则"},
	{Export, "导出", []Role{AuditAdmin, BureauLead, BureauOfficer, DistrictOfficer, DepartmentOfficer, ChainOffice, EnterpriseUser, Auditor},
		"能看的才能导出，并留痕；审计管理员导出日志"},
	{Search, "搜索企业", []Role{BureauLead, BureauOfficer, DistrictOfficer, ChainOffice, Envoy, DigitalOfficer, Auditor},
		"管理和服务多家企业的人才需要搜索，只搜到自己范围内的"},
	{JobRead, "查看任务进度", []Role{SystemAdmin, BureauLead, BureauOfficer, DistrictOfficer, DepartmentOfficer, Auditor},
		"会启动长任务的人看自己的任务，系统管理员看运行情况"},
	{JobCancel, "取消任务", []Role{SystemAdmin, BureauOfficer, DistrictOfficer, DepartmentOfficer},
		"谁启动谁能取消，系统管理员可停下失控的任务"},

	{UserRead, "查看账号", []Role{SystemAdmin, SecurityAdmin, AuditAdmin},
		"三员分立：三类管理员都要看账号，业务角色不看"},
	{UserManage, "建立和停用账号", []Role{SystemAdmin},
		"三员分立：系统管理员建账号，但不能授权"},
	{UserGrant, "授权、解锁、重置口令", []Role{SecurityAdmin},
		"三员分立：安全管理员授权，但不能建账号"},
	{SessionManage, "查看和终止会话", []Role{SecurityAdmin},
		"三员分立：会话属于安全管理"},
	{SystemStatus, "查看运行状态", []Role{SystemAdmin},
		"三员分立：运行维护属于系统管理"},
	{JournalRead, "查看操作日志", []Role{AuditAdmin, Auditor},
		"三员分立：日志由审计管理员和审计看，被记录的人不看"},
	{JournalVerify, "校验操作日志", []Role{AuditAdmin, Auditor},
		"三员分立：日志是否完整由审计管理员和审计校验"},

	{SelfPassword, "修改自己的口令", everyone, "人人可管自己的账号"},
	{SelfSessions, "查看和终止自己的会话", everyone, "人人可管自己的账号"},
	{SelfTOTP, "管理自己的动态验证码", everyone, "人人可管自己的账号"},
}

// Find returns the table's row for a permission; false when there is none. The
// route gate asks it about every route.
func Find(p Permission) (Rule, bool) {
	for _, r := range Permissions {
		if r.Permission == p {
			return r, true
		}
	}
	return Rule{}, false
}

// holds reports whether the table gives p to r.
func (r Role) holds(p Permission) bool {
	row, ok := Find(p)
	return ok && slices.Contains(row.Roles, r)
}
