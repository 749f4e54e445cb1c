package job

import "context"

// Abandon starts a due job and forgets it, as a process that is killed does. The
// handle is what its zombie would still hold.
func (j *Jobs) Abandon(ctx context.Context) (*Handle, error) {
	r, err := nextDue(ctx, j.d, want{now: j.now(), names: j.names})
	if err != nil {
		return nil, err
	}
	def, _ := j.def(r.Name)
	return j.claim(ctx, def, r)
}

var Backoff = backoff
