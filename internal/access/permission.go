package access

// Permission is one thing a person may do. The list below is closed: nothing
// outside this package can make another, so a route or a button that asks for
// a permission that does not exist does not compile.
type Permission struct{ name string }

// String is the permission as it is written in the route table, in audit lines
// and in the fixes of refusals.
func (p Permission) String() string { return p.name }

// Marks for routes that ask for no permission of the table.
var (
	Public     = Permission{"public"}      // anybody
	SecretLink = Permission{"secret-link"} // anybody who holds the secret in the path; the handler checks it
	SignedIn   = Permission{"signed-in"}   // any staff, also one who must still set up the second factor
)

// The permissions. What shows a thing and what changes it are pairs.
var (
	OrderRead     = Permission{"order:read"}
	OrderCreate   = Permission{"order:create"}
	OrderConfirm  = Permission{"order:confirm"}
	OrderCancel   = Permission{"order:cancel"}
	OrderHold     = Permission{"order:hold"}
	OrderRelease  = Permission{"order:release"}
	OrderNote     = Permission{"order:note"}
	OrderDiscount = Permission{"order:discount"}

	CustomerRead   = Permission{"customer:read"}
	CustomerManage = Permission{"customer:manage"}

	ProductRead   = Permission{"product:read"}
	ProductManage = Permission{"product:manage"}
	PriceRead     = Permission{"price:read"}
	PriceManage   = Permission{"price:manage"}
	CostRead      = Permission{"cost:read"}

	StockRead      = Permission{"stock:read"}
	StockAdjust    = Permission{"stock:adjust"}
	LocationManage = Permission{"location:manage"}

	FulfilmentRead = Permission{"fulfilment:read"}
	FulfilmentWork = Permission{"fulfilment:work"}

	RefundRead  = Permission{"refund:read"}
	RefundIssue = Permission{"refund:issue"}

	MailRead   = Permission{"mail:read"}
	MailResend = Permission{"mail:resend"}

	ReportRead     = Permission{"report:read"}
	CheckRun       = Permission{"check:run"}
	SettingsRead   = Permission{"settings:read"}
	SettingsManage = Permission{"settings:manage"}
	StaffManage    = Permission{"staff:manage"}
	AuditRead      = Permission{"audit:read"}
	JobManage      = Permission{"job:manage"}
	ShopManage     = Permission{"shop:manage"}
)

// Role is a named set of permissions; each person has one.
type Role string

// The roles.
const (
	Sales     Role = "sales"
	Warehouse Role = "warehouse"
	Manager   Role = "manager"
	Admin     Role = "admin"
)

// Roles in the order they are shown.
var Roles = []Role{Sales, Warehouse, Manager, Admin}

// ParseRole reads a role as stored or typed.
func ParseRole(s string) (Role, bool) {
	for _, r := range Roles {
		if string(r) == s {
			return r, true
		}
	}
	return "", false
}

// Rule is one row of the permission table: what the permission opens, in
// words, and who has it.
type Rule struct {
	Permission Permission
	Means      string
	Roles      []Role
}

var (
	everyone = []Role{Sales, Warehouse, Manager, Admin}
	office   = []Role{Sales, Manager, Admin}
	leads    = []Role{Manager, Admin}
	admins   = []Role{Admin}
	handling = []Role{Warehouse, Manager, Admin}
)

// Table is who may do what. It is the only place that says so; the page under
// /staff/roles and docs/permissions.md are printed from it.
var Table = []Rule{
	{OrderRead, "See orders and their timeline", everyone},
	{OrderCreate, "Enter orders and save drafts", office},
	{OrderConfirm, "Confirm orders, which reserves stock and promises a day", office},
	{OrderCancel, "Cancel orders", office},
	{OrderHold, "Put orders on hold", everyone},
	{OrderRelease, "Release holds", office},
	{OrderNote, "Write notes on orders", everyone},
	{OrderDiscount, "Give discounts and set prices by hand", office},

	{CustomerRead, "See customers, their addresses and standing", office},
	{CustomerManage, "Add and change customers", office},

	{ProductRead, "See products, without prices", everyone},
	{ProductManage, "Add and change products", leads},
	{PriceRead, "See selling prices and order totals", office},
	{PriceManage, "Change selling prices", leads},
	{CostRead, "See cost prices and margins", leads},

	{StockRead, "See stock and its movements", everyone},
	{StockAdjust, "Correct stock, with a reason", handling},
	{LocationManage, "Add and change locations and bins", leads},

	{FulfilmentRead, "See what is to be picked, packed and shipped", everyone},
	{FulfilmentWork, "Pick, pack and ship", handling},

	{RefundRead, "See refunds and what is still owed", office},
	{RefundIssue, "Pay money back", leads},

	{MailRead, "See mails sent to customers", office},
	{MailResend, "Send a mail again", office},

	{ReportRead, "See figures and export them", leads},
	{CheckRun, "Run the checks of the books and the stock", leads},
	{SettingsRead, "See the settings", leads},
	{SettingsManage, "Change the settings", admins},
	{StaffManage, "Invite staff, change roles, end sessions", admins},
	{AuditRead, "Read the audit trail", leads},
	{JobManage, "See and retry background jobs", admins},
	{ShopManage, "Change the public order form and the channels", leads},
}

// granted is Table turned round for the one question asked of it.
var granted = func() map[Role]map[Permission]bool {
	g := map[Role]map[Permission]bool{}
	for _, rule := range Table {
		for _, r := range rule.Roles {
			if g[r] == nil {
				g[r] = map[Permission]bool{}
			}
			g[r][rule.Permission] = true
		}
	}
	return g
}()

// Named finds a permission by its spelling, as a refusal's fix carries it.
func Named(s string) (Permission, bool) {
	for _, rule := range Table {
		if rule.Permission.name == s {
			return rule.Permission, true
		}
	}
	return Permission{}, false
}

// May reports whether the role has the permission.
func (r Role) May(p Permission) bool { return granted[r][p] }
