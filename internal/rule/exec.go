package rule

import (
	"sync"
	"sync/atomic"
)

// chunkRows is the number of rows a kernel works on at a time. A vector of 1024
// numbers is 8 KB: a dozen of them stay in a 128 KB corner of the cache.
// Measured: 512 to 2048 are alike, 4096 and more lose on sets of rules.
const chunkRows = 1024

// scratch is the working memory of one worker. After its first evaluation it
// allocates nothing.
type scratch struct {
	plan   *plan
	nums   []numVec // by value; of length padded during a chunk
	flags  []flagVec
	texts  []textVec
	args   []args
	tables [][]uint8 // by value, shared by the workers of one evaluation
	counts []tally

	bufNum   []numVec // by slot
	bufFlag  []flagVec
	bufText  []textVec
	standing standing

	frame         *Frame
	lo, n, padded int
	outs          []*Column
	ragged        [][]float64 // by value: the last rows of a column, filled up
	noRow         []int32     // the codes of a text field that was never set
}

// standing is the memory of values that exist before the kernels run, by value.
type standing struct {
	nums  []numVec
	flags []flagVec
	texts []textVec
}

// newScratch makes the memory of a worker.
func newScratch(p *plan) *scratch {
	n := len(p.vals)
	s := &scratch{
		plan: p, nums: make([]numVec, n), flags: make([]flagVec, n), texts: make([]textVec, n),
		args: make([]args, n), counts: make([]tally, len(p.outs)),
		standing: standing{make([]numVec, n), make([]flagVec, n), make([]textVec, n)},
	}
	for o := range s.counts {
		s.counts[o] = newTally(p.schema, p.fields)
	}
	for range p.slots[Number] {
		s.bufNum = append(s.bufNum, newNumVec(0))
	}
	for range p.slots[Bool] {
		s.bufFlag = append(s.bufFlag, newFlagVec())
	}
	for range p.slots[String] {
		s.bufText = append(s.bufText, newTextVec())
	}
	s.noRow = make([]int32, chunkRows)
	for j := range s.noRow {
		s.noRow[j] = -1
	}
	for _, i := range p.live {
		s.prepare(i, &p.vals[i])
	}
	return s
}

// newNumVec returns a vector of one number, or of one reason.
func newNumVec(x float64) numVec {
	v := numVec{make([]float64, chunkRows), make([]uint64, chunkRows/64)}
	for j := range v.x {
		v.x[j] = x
	}
	if x != x {
		for w := range v.void {
			v.void[w] = ^uint64(0)
		}
	}
	return v
}

// first returns the vector's first rows.
func (v numVec) first(padded int) numVec { return numVec{v.x[:padded], v.void[:padded/64]} }

func newFlagVec() flagVec {
	return flagVec{make([]uint64, chunkRows/64), make([]uint64, chunkRows/64), make([]code, chunkRows)}
}

func newTextVec() textVec { return textVec{make([]string, chunkRows), make([]code, chunkRows)} }

// prepare fills what a value needs once: literals as vectors, the fixed
// arguments of calls, the reason of a missing field.
func (s *scratch) prepare(i int, v *value) {
	switch v.op {
	case opNumConst:
		s.standing.nums[i] = newNumVec(v.k)
	case opNumField:
		s.standing.nums[i] = newNumVec(box(newCode(MissingField, v.field)))
	case opFlagConst, opFlagField:
		f := newFlagVec()
		for w := range f.holds {
			if v.op == opFlagConst && v.flag {
				f.holds[w] = ^uint64(0)
			}
			if v.op == opFlagField {
				f.void[w] = ^uint64(0)
			}
		}
		for j := range f.why {
			f.why[j] = newCode(MissingField, v.field)
		}
		s.standing.flags[i] = f
	case opTextConst, opTextField:
		t := newTextVec()
		for j := range t.s {
			t.s[j] = v.text
		}
		s.standing.texts[i] = t
	case opCallNum, opCallFlag, opCallText:
		s.args[i] = args{lists: [][]float64{v.list, v.list2}, words: [][]string{v.words}, round: v.round}
	}
	if s.plan.outOf[i] >= 0 && v.typ == Bool {
		s.standing.flags[i].why = make([]code, chunkRows) // holds and void are the column's
	}
}

// run evaluates rows lo to lo+n of the frame into the columns.
func (s *scratch) run(lo, n int) {
	s.lo, s.n, s.padded = lo, n, words(n)*64
	for _, i := range s.plan.steps {
		v := &s.plan.vals[i]
		s.place(i, v)
		if kernel := kernels[v.op]; kernel != nil {
			kernel(s, v, i)
		}
	}
	for o, i := range s.plan.outs {
		s.deliver(o, i)
	}
}

// place points a value at its memory for this chunk.
func (s *scratch) place(i int, v *value) {
	p := s.plan
	switch {
	case v.op.standing():
		s.load(i, v)
	case p.outOf[i] >= 0 && v.typ == Number:
		c := s.outs[p.outOf[i]]
		s.nums[i] = numVec{c.num[s.lo : s.lo+s.padded], c.void[s.lo/64 : (s.lo+s.padded)/64]}
	case p.outOf[i] >= 0:
		c, lo, hi := s.outs[p.outOf[i]], s.lo/64, (s.lo+s.padded)/64
		s.flags[i] = flagVec{c.holds[lo:hi], c.void[lo:hi], s.standing.flags[i].why}
	case v.typ == Number:
		s.nums[i] = s.bufNum[p.slot[i]].first(s.padded)
	case v.typ == Bool:
		f := &s.bufFlag[p.slot[i]]
		s.flags[i] = flagVec{f.holds[:s.padded/64], f.void[:s.padded/64], f.why}
	default:
		t := &s.bufText[p.slot[i]]
		s.texts[i] = textVec{t.s[:s.padded], t.why[:s.padded]}
	}
}

// load brings a field or literal into place. Numbers and truth values of the
// frame are used where they lie; only a ragged last chunk is copied, because
// kernels work on full blocks.
func (s *scratch) load(i int, v *value) {
	c := &s.frame.cols[v.field]
	switch v.op {
	case opNumField:
		if !c.set {
			s.nums[i] = s.standing.nums[i].first(s.padded)
			return
		}
		x := c.num[s.lo : s.lo+s.n]
		if s.n != s.padded {
			x = s.raggedNumbers(i, x)
		}
		s.nums[i] = numVec{x, c.void[s.lo/64 : (s.lo+s.padded)/64]}
	case opFlagField:
		f := s.standing.flags[i]
		if c.set {
			f.holds, f.void = c.holds[s.lo/64:], c.void[s.lo/64:]
		}
		s.flags[i] = flagVec{f.holds[:s.padded/64], f.void[:s.padded/64], f.why}
	case opTextField:
		s.loadText(i, v)
	case opNumConst:
		s.nums[i] = s.standing.nums[i].first(s.padded)
	case opFlagConst:
		f := s.standing.flags[i]
		s.flags[i] = flagVec{f.holds[:s.padded/64], f.void[:s.padded/64], f.why}
	case opTextConst:
		t := s.standing.texts[i]
		s.texts[i] = textVec{t.s[:s.padded], t.why[:s.padded]}
	}
}

// raggedNumbers copies the last rows of a column to full blocks. It happens
// once per column and evaluation.
func (s *scratch) raggedNumbers(i int, rows []float64) []float64 {
	if s.ragged == nil {
		s.ragged = make([][]float64, len(s.plan.vals))
	}
	if s.ragged[i] == nil {
		s.ragged[i] = make([]float64, chunkRows)
	}
	n := copy(s.ragged[i], rows)
	clear(s.ragged[i][n:])
	return s.ragged[i][:s.padded]
}

// codes returns the dictionary codes of a field in this chunk.
func (s *scratch) codes(field int) []int32 {
	if c := &s.frame.cols[field]; c.set {
		return c.codes[s.lo : s.lo+s.n]
	}
	return s.noRow[:s.n]
}

// loadText spells out a text field, for the few operations that need texts.
func (s *scratch) loadText(i int, v *value) {
	t, gone := s.standing.texts[i], newCode(MissingField, v.field)
	dict := s.frame.cols[v.field].dict
	for j, k := range s.codes(v.field) {
		if k < 0 {
			t.s[j], t.why[j] = "", gone
		} else {
			t.s[j], t.why[j] = dict[k], 0
		}
	}
	for j := s.n; j < s.padded; j++ {
		t.s[j], t.why[j] = "", 0
	}
	s.texts[i] = textVec{t.s[:s.padded], t.why[:s.padded]}
}

// deliver finishes result o, which is value i: copies what was not written in
// place, clears the bits behind the last row, counts the reasons.
func (s *scratch) deliver(o, i int) {
	c := s.outs[o]
	inPlace := s.plan.outOf[i] == o
	switch c.typ {
	case Number:
		if !inPlace {
			copy(c.num[s.lo:s.lo+s.n], s.nums[i].x)
			copy(c.void[s.lo/64:], s.nums[i].void)
		}
		s.finishVoid(c)
		s.countNumbers(o, c)
	case Bool:
		f := s.flags[i]
		lo := s.lo / 64
		if !inPlace {
			copy(c.holds[lo:], f.holds)
			copy(c.void[lo:], f.void)
		}
		s.finishVoid(c)
		s.finishHolds(c)
		s.countVoid(o, c, f.why)
	case String:
		s.deliverTexts(c, s.texts[i])
		s.countVoid(o, c, s.texts[i].why)
	}
}

// finishVoid and finishHolds clear the bits behind the last row.
func (s *scratch) finishVoid(c *Column) {
	if rest := s.n & 63; rest != 0 {
		c.void[(s.lo+s.n)/64] &= 1<<rest - 1
	}
}

func (s *scratch) finishHolds(c *Column) {
	if rest := s.n & 63; rest != 0 {
		c.holds[(s.lo+s.n)/64] &= 1<<rest - 1
	}
}

// countNumbers counts the reasons of the missing rows.
func (s *scratch) countNumbers(o int, c *Column) {
	for w := s.lo / 64; w < (s.lo+s.padded)/64; w++ {
		for void := c.void[w]; void != 0; void &= void - 1 {
			s.counts[o].add(unbox(c.num[w*64+lowest(void)]))
		}
	}
}

func (s *scratch) deliverTexts(c *Column, t textVec) {
	copy(c.text[s.lo:s.lo+s.n], t.s)
	clear(c.void[s.lo/64 : (s.lo+s.padded)/64])
	for j, why := range t.why[:s.n] {
		if why != 0 {
			r := s.lo + j
			c.void[r>>6] |= 1 << (r & 63)
		}
	}
}

// countVoid counts the reasons of the missing rows and keeps them on demand.
func (s *scratch) countVoid(o int, c *Column, why []code) {
	for w := s.lo / 64; w < (s.lo+s.padded)/64; w++ {
		for void := c.void[w]; void != 0; void &= void - 1 {
			r := w*64 + lowest(void)
			s.counts[o].add(why[r-s.lo])
			if len(c.why) > 0 {
				c.why[r] = why[r-s.lo]
			}
		}
	}
}

// scratchPool keeps workers' memory between evaluations. It holds strong
// references on purpose: steady state must not depend on the collector's mood.
type scratchPool struct {
	mu   sync.Mutex
	free []*scratch
}

// maxIdleScratch bounds what a program keeps.
const maxIdleScratch = 4

func (p *scratchPool) get(pl *plan) *scratch {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		s := p.free[n-1]
		p.free = p.free[:n-1]
		return s
	}
	return newScratch(pl)
}

func (p *scratchPool) put(s *scratch) {
	s.frame, s.outs = nil, nil
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) < maxIdleScratch {
		p.free = append(p.free, s)
	}
}

// evaluate runs the plan over the frame with so many workers. Every row is
// computed by the same kernels whatever the worker, and counts are sums: the
// result does not depend on their number.
func (p *plan) evaluate(in *Frame, outs []*Column, workers int, pool *scratchPool) {
	for o, c := range outs {
		c.reset(p, p.vals[p.outs[o]].typ, in.rows)
	}
	chunks := (in.rows + chunkRows - 1) / chunkRows
	workers = max(1, min(workers, chunks))
	first := pool.get(p)
	first.bindTables(in)
	var next atomic.Int64
	work := func(s *scratch) {
		s.frame, s.outs = in, outs
		for o := range s.counts {
			clear(s.counts[o].rows)
		}
		for k := int(next.Add(1)) - 1; k < chunks; k = int(next.Add(1)) - 1 {
			s.run(k*chunkRows, min(chunkRows, in.rows-k*chunkRows))
		}
	}
	if workers == 1 {
		work(first)
		first.collect(outs)
		pool.put(first)
		return
	}
	team := []*scratch{first}
	for len(team) < workers {
		s := pool.get(p)
		s.tables = first.tables
		team = append(team, s)
	}
	var wg sync.WaitGroup
	for _, s := range team {
		wg.Go(func() { work(s) })
	}
	wg.Wait()
	for k, s := range team {
		s.collect(outs)
		if k > 0 {
			s.tables = nil
		}
		pool.put(s)
	}
}

// collect adds the worker's counts to the columns.
func (s *scratch) collect(outs []*Column) {
	for o, c := range outs {
		for slot, rows := range s.counts[o].rows {
			c.counts.rows[slot] += rows
		}
	}
}

// bindTables makes the dictionary tables for a frame, in the memory of the last
// ones.
func (s *scratch) bindTables(in *Frame) {
	if s.tables == nil {
		s.tables = make([][]uint8, len(s.plan.vals))
	}
	for _, i := range s.plan.live {
		if v := &s.plan.vals[i]; v.op == opDict {
			s.tables[i] = dictTable(s.tables[i], v, in.cols[v.field].dict)
		}
	}
}
