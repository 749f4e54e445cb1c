package access

// Role is what a person is in the system. An account has exactly one.
type Role string

// The roles. The first three are the separated administrators of GB/T 22239-2019
// §8.1.5 (三员分立).
const (
	SystemAdmin       Role = "system_admin"
	SecurityAdmin     Role = "security_admin"
	AuditAdmin        Role = "audit_admin"
	BureauLead        Role = "bureau_lead"
	BureauOfficer     Role = "bureau_officer"
	DistrictOfficer   Role = "district_officer"
	DepartmentOfficer Role = "department_officer"
	ChainOffice       Role = "chain_office"
	Envoy             Role = "envoy"
	DigitalOfficer    Role = "digital_officer"
	EnterpriseUser    Role = "enterprise"
	Bank              Role = "bank"
	Vendor            Role = "vendor"
	Operator          Role = "operator"
	Auditor           Role = "auditor"
)

// Duty is what a natural person may be for good; the four exclude one another.
type Duty string

// The duties. The migrations name the same four.
const (
	DutySystem   Duty = "system"
	DutySecurity Duty = "security"
	DutyAudit    Duty = "audit"
	DutyBusiness Duty = "business"
)

// RoleInfo describes a role.
type RoleInfo struct {
	Role  Role
	Label string // Chinese
	Duty  Duty
	Place PlaceKind // which place an account of this role must have
}

// PlaceKind says which field of [Place] a role needs.
type PlaceKind uint8

// The kinds of place.
const (
	NoPlace         PlaceKind = iota
	DistrictPlace             // one district, by division code
	DepartmentPlace           // one department, by key
	ChainPlace                // one industry chain, by key
	EnterprisePlace           // one enterprise
	FirmsPlace                // any number of enterprises, none at first
)

// Roles is every role, in the order in which pages list them.
var Roles = []RoleInfo{
	{SystemAdmin, "系统管理员", DutySystem, NoPlace},
	{SecurityAdmin, "安全管理员", DutySecurity, NoPlace},
	{AuditAdmin, "审计管理员", DutyAudit, NoPlace},
	{BureauLead, "局领导", DutyBusiness, NoPlace},
	{BureauOfficer, "市局科员", DutyBusiness, NoPlace},
	{DistrictOfficer, "县区工信局", DutyBusiness, DistrictPlace},
	{DepartmentOfficer, "部门数据员", DutyBusiness, DepartmentPlace},
	{ChainOffice, "链长办", DutyBusiness, ChainPlace},
	{Envoy, "驻企特派员", DutyBusiness, FirmsPlace},
	{DigitalOfficer, "数字专员", DutyBusiness, FirmsPlace},
	{EnterpriseUser, "企业", DutyBusiness, EnterprisePlace},
	{Bank, "银行", DutyBusiness, NoPlace},
	{Vendor, "服务商", DutyBusiness, NoPlace},
	{Operator, "电厂运营方", DutyBusiness, EnterprisePlace},
	{Auditor, "审计", DutyBusiness, NoPlace},
}

// Info returns the description of r; false when there is no such role.
func (r Role) Info() (RoleInfo, bool) {
	for _, i := range Roles {
		if i.Role == r {
			return i, true
		}
	}
	return RoleInfo{}, false
}

// Label returns the role's Chinese name, or "未授权" for none.
func (r Role) Label() string {
	if i, ok := r.Info(); ok {
		return i.Label
	}
	return "未授权"
}
