package main

import (
	"context"
	"flag"

	"ballast/internal/access"
	"ballast/internal/audit"
	"ballast/internal/config"
	"ballast/internal/evaluate"
	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/pack"
	"ballast/internal/registry"
)

// clerk is somebody at work on the command line: the rooms of the house, and the
// account in whose name the work is done. An account may do here what it may do
// on the pages and no more.
type clerk struct {
	*world
	*house
	who      access.Person
	pack     *pack.Pack
	registry *registry.Registry
	observe  *observe.Observe
	rounds   *evaluate.Evaluate
}

// clerkFlags adds the flags that say which house and which account.
func clerkFlags(fs *flag.FlagSet) (login *string, finish func(config.Source) (config.Config, error)) {
	login = fs.String("as", "", "用哪个账号办理（登录名）；它的角色、部门和权限照常管用")
	return login, config.Flags(fs, "data", "dsn", "pack")
}

// openClerk opens the house and lets the account in. It ends with house.close.
func openClerk(ctx context.Context, w *world, cfg config.Config, login string) (*clerk, error) {
	h, err := openHouse(ctx, w, cfg)
	if err != nil {
		return nil, err
	}
	c := &clerk{world: w, house: h}
	if err := c.enter(ctx, login); err != nil {
		h.close()
		return nil, err
	}
	return c, nil
}

func (c *clerk) enter(ctx context.Context, login string) error {
	u, err := c.access.UserByLogin(ctx, operator(c.world), login)
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, err, "没有“%s”这个账号", login).WithHint("用 ballast user list 查看，或用 ballast user add 建立。")
	}
	if err != nil {
		return err
	}
	// The journal keeps the account, which four eyes compares, and names who sat
	// at the machine beside it.
	u.Name += "（命令行 " + shellUser(c.world) + "）"
	c.who = access.Person{User: u}
	if c.pack, err = c.loadPack(); err != nil {
		return err
	}
	c.registry = registry.New(registry.RulesOf(c.pack))
	c.observe, err = observe.New(observe.Config{Pack: c.pack, Registry: c.registry, DB: c.db, Pen: c.pen, UndoDays: undoDays, SealKey: c.sealKey()})
	c.rounds = evaluate.New(c.db, c.pen, c.pack)
	return err
}

// actor is how the journal names the clerk.
func (c *clerk) actor() audit.Actor { return c.who.Actor("cli") }

// may refuses the first of the permissions the account lacks.
func (c *clerk) may(permissions ...access.Permission) error {
	for _, p := range permissions {
		if !c.who.Can(p) {
			return fault.New(fault.Denied, "%s", c.who.WhyCan(p)).WithHint("请用有这项权限的账号：--as 登录名。")
		}
	}
	return nil
}

// shellUser is the operating system's name of who runs the program; behind sudo,
// of who called it.
func shellUser(w *world) string {
	for _, key := range []string{"SUDO_USER", "USER"} {
		if who := w.getenv(key); who != "" {
			return who
		}
	}
	return "unknown"
}

// operator is the person at the machine, who manages accounts and sees no
// business rows.
func operator(w *world) access.Person {
	who := shellUser(w)
	return access.OperatorPerson(audit.Actor{ID: "cli:" + who, Name: "命令行（" + who + "）", Via: "cli"})
}
