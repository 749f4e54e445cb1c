// Command ballast is the whole system in one binary: the server, the demo city
// and the tools of officers, rule authors and field engineers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"ballast/internal/fault"
)

// world is everything a command may touch outside its arguments. The clock and
// the environment enter the program here and nowhere else.
type world struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	environ  func() []string // NAME=value; nil where a command needs none
	now      func() time.Time
}

// command is one verb of the program.
type command struct {
	name  string
	usage string // arguments, after the name
	help  string // one line, Chinese
	run   func(ctx context.Context, w *world, args []string) error
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	w := &world{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, environ: os.Environ, now: time.Now}
	code := run(ctx, w, os.Args[1:])
	stop()
	os.Exit(code)
}

// errUsage asks run to answer 2: the call was wrong, not the data.
var errUsage = errors.New("usage")

// errQuiet asks run to answer 1 without a message: the command has printed its
// findings already.
var errQuiet = errors.New("findings printed")

// run executes one command line and returns the exit code: 0 done, 1 the
// command failed or found something wrong, 2 the call itself was wrong.
func run(ctx context.Context, w *world, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		printUsage(w.out)
		return 0
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, w, args[1:])
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			fmt.Fprintf(w.err, "用法：ballast %s %s\n", c.name, c.usage)
			return 2
		case errors.Is(err, errQuiet):
			return 1
		}
		printError(w.err, err)
		return 1
	}
	fmt.Fprintf(w.err, "没有“%s”这个命令。\n", args[0])
	printUsage(w.err)
	return 2
}

func printUsage(out io.Writer) {
	fmt.Fprintln(out, "压舱石 Ballast：工信局的工业运行与企业服务系统\n\n用法：ballast <命令> [参数]")
	for _, c := range commands {
		fmt.Fprintf(out, "  %-10s %s\n", c.name, c.help)
	}
	fmt.Fprintln(out, "\n每个命令加 -h 看它的参数。")
}

// printError shows the safe sentence first; the cause follows for the operator
// who runs the command.
func printError(out io.Writer, err error) {
	msg, hint := fault.Public(err)
	fmt.Fprintln(out, msg)
	if hint != "" {
		fmt.Fprintln(out, hint)
	}
	fmt.Fprintf(out, "（详情：%v）\n", err)
}

// newFlags returns a flag set that prints to the command's error stream and
// never exits the process.
func newFlags(w *world, name string) *flag.FlagSet {
	fs := flag.NewFlagSet("ballast "+name, flag.ContinueOnError)
	fs.SetOutput(w.err)
	return fs
}
