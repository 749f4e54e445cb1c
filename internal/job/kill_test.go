package job_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ballast/internal/audit"
	"ballast/internal/db"
	"ballast/internal/job"
)

// childVariable makes this test binary be the process that will be killed.
const childVariable = "BALLAST_TEST_JOB_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		os.Exit(child(path))
	}
	os.Exit(m.Run())
}

// child runs the job, writes its effect and waits before the commit, to be killed
// there.
func child(path string) int {
	ctx := context.Background()
	d, w, err := db.Open(ctx, path)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	j, err := job.New(d, audit.NewPen(w, time.Now), time.Now, []job.Def{{Name: "a.b", Label: "甲", Func: func(ctx context.Context, h *job.Handle) error {
		return h.Do(ctx, audit.Act{Actor: h.Actor(), Verb: "test.effect", Subject: "test:1"}, func(tx *audit.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO effect (job, said) VALUES ($1, 'killed')`, h.ID); err != nil {
				return err
			}
			fmt.Println("begun")
			time.Sleep(time.Hour)
			return h.Finish(ctx, tx, "")
		})
	}}})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	_, err = j.RunDue(ctx)
	fmt.Println("survived", err)
	return 1
}

// A real process, killed with SIGKILL in the middle of its write: the effect is
// undone, and after the lease another process has it once.
func TestKilledProcess(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "ballast.db")
	d, w, err := db.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	defer w.Close()
	s := newSite(t, d, w)
	s.clock.add(time.Since(s.clock.now())) // the child has the real clock
	id := s.enqueue(job.Request{Name: "a.b"})

	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if killed := cmd.Process.Kill(); strings.TrimSpace(line) != "begun" || err != nil || killed != nil {
		t.Fatalf("child said %q, %v, %v", line, err, killed)
	}
	_ = cmd.Wait() // "signal: killed"

	s.clock.add(time.Since(s.clock.now()) + 2*time.Minute)
	next := s.process(job.Def{Name: "a.b", Label: "甲", Func: func(ctx context.Context, h *job.Handle) error {
		return effect(ctx, h, "next")
	}})
	s.runDue(next)
	if got := s.effects(); len(got[id]) != 1 || got[id][0] != "next" {
		t.Errorf("effects %v", got)
	}
	if p := s.progress(next, id); p.State != job.Done || p.Attempt != 2 {
		t.Errorf("%+v", p)
	}
	if r, err := audit.Verify(ctx, d); err != nil || !r.Intact {
		t.Errorf("%+v, %v", r, err)
	}
}
