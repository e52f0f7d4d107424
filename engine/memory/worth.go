package memory

import (
	"math"

	"gocached/slab"
)

// market knows what a page is worth to each class: how many hits in a while it would cost the class to lose it. That is as many
// as there are evictions for each page, times how probable it is that what was evicted comes back soon:
//
//	worth = items that came / pages * returns / items that came
//
// Returns are counted by ghosts, the keys of what was evicted last (package lru). With few items the probability is taken to be
// that of all classes. Since all pages are as large, there is no size in it: it is about hits for each byte. If bytes are to be found
// instead (-o objective=bytes), a hit counts as many times as a chunk has bytes.
//
// Pages move in two ways. When by what came just now one class makes much more of a page than another, the sizes have changed,
// and pages move as fast as items are evicted, or many times faster if it makes very much more of it: then the taker evicts hardly
// anything, as on a fresh server. Else one page may move for every few that are evicted, by what came in a longer while. The numbers were found by simulation; what they come to is measured by make hits.
type market struct {
	memory  int64 // bytes
	ofBytes bool  // a hit counts by its bytes
	stalls  []stall
	looks   int
	came    int64   // bytes of items that came since the averages last forgot: soon ones, and late ones
	recent  int64   //
	returns float64 // how probable it is that an item comes back

	calmLooks int // as the constants, unless an operator wants otherwise (steer.go)
	calm      float64
}

const (
	// What came is forgotten by so many parts when so large a part of memory was stored.
	lateKept, lateShare = 0.84, 0.175
	soonKept, soonShare = 0.7, 0.015

	// prior is the weight of what all classes together say, in items.
	prior = 200

	// leastReturns is how probable it is at least, for all classes together, that an item comes back: if none does pages still
	// follow the sizes.
	leastReturns = 0.01

	// Pages move slowly at every calmLooks-th look, if the taker makes so many times more of one.
	calmLooks = 4
	calm      = 1.1

	// hurry is how many times more the taker surely makes of a page when pages move at each look.
	hurry = 3

	// rush is how many times more it makes of a page for each run that moves at a look, of most runs at most.
	rush, mostRuns = 30, 16

	// stillNew is how many items may have come lately to a class that gives its only run: they would go with it.
	stillNew = 0.5

	// lastWorth is how many times more the only run of a class is worth to it.
	lastWorth = 4
)

// stall is a class as the market sees it.
type stall struct {
	runs, perRun, span, spare int
	size                      int
	fresh                     bool   // an item was stored in a chunk of the class since the look before
	seen                      int64  // items that had come at the last look
	ghosts                    uint64 // and ghosts that had come back
	came, back                float64
	short                     float64 // as came, but forgotten soon
}

func (m *market) init(classes int, memory int64) {
	*m = market{memory: memory, stalls: make([]stall, classes), returns: 0.1, calmLooks: calmLooks, calm: calm}
}

// observe notes what a class has, and how many items and ghosts of it have come since the process began.
func (m *market) observe(id int, c *slab.Class, came int64, ghosts uint64) {
	s := &m.stalls[id]
	s.runs, s.perRun, s.span, s.spare, s.size = c.Pages(), c.PerPage, c.Span, c.Spare(), c.Size
	n := came - s.seen
	s.seen = came
	if n < 0 { // more has been deleted, or is over, than came: some of that counts against what comes next
		s.seen -= n - n/8
		n = 0
	}
	s.came += float64(n)
	s.short += float64(n)
	s.back += float64(ghosts - s.ghosts)
	s.ghosts = ghosts
	m.came += n * int64(s.size)
	m.recent += n * int64(s.size)
}

// turn ends a look at all classes: the averages forget.
func (m *market) turn() {
	m.looks++
	if float64(m.recent) >= soonShare*float64(m.memory) {
		m.recent = 0
		for i := range m.stalls {
			m.stalls[i].short *= soonKept
		}
	}
	came, back := 0.0, 0.0
	for i := range m.stalls {
		came += m.stalls[i].came
		back += m.stalls[i].back
	}
	if came > prior {
		m.returns = max(back/came, leastReturns)
	}
	if float64(m.came) >= lateShare*float64(m.memory) {
		m.came = 0
		for i := range m.stalls {
			m.stalls[i].came *= lateKept
			m.stalls[i].back *= lateKept
		}
	}
}

// pages returns how many pages a class has, or would have with its first run.
func (s *stall) pages() float64 { return float64(max(1, s.runs) * s.span) }

// probability says how probable it is that an item of the class comes back.
func (m *market) probability(s *stall) float64 {
	return (s.back + prior*m.returns) / (s.came + prior)
}

// worth is what a page is worth to a class.
func (m *market) worth(s *stall) float64 { return s.came * m.each(s) }

// each is what one item that came says of the worth of a page.
func (m *market) each(s *stall) float64 {
	each := m.probability(s) / s.pages()
	if m.ofBytes {
		each *= float64(s.size)
	}
	return each
}

// bounds are what a page is worth to a class by what came just now, at least and at most.
func (m *market) bounds(s *stall) (least, most float64) {
	off := 2 * math.Sqrt(s.short)
	each := m.each(s)
	return each * (s.short - off), each * (s.short + off + 1)
}

// wants says whether a class has use for another run: it has hardly a free chunk, and if it has no run, as many items as fill one
// have come.
func (s *stall) wants() bool {
	if s.runs == 0 {
		return s.came >= float64(s.perRun)
	}
	return s.spare*4 < s.perRun
}

// settled says whether hardly an item has come to a class lately: those that are in its only run would go with it.
func (s *stall) settled() bool { return !s.fresh && s.short <= stillNew }

// neediest returns the class to which a page is worth most, of those that want a run of a length of which can says that it can be put
// together, or 0.
func (m *market) neediest(can func(span int) bool) (to int) {
	most := 0.0
	for i := 1; i < len(m.stalls); i++ {
		s := &m.stalls[i]
		if w := m.worth(s); w > most && s.wants() && can(s.span) {
			to, most = i, w
		}
	}
	return to
}

// deal says which class should get pages, which one should give them, and how many runs. If nothing should move the classes are 0.
type deal struct{ to, from, runs int }

// choose returns what should move now.
func (m *market) choose() deal {
	d, times := m.pick(hurry, func(s *stall) float64 {
		least, _ := m.bounds(s)
		return least
	}, func(s *stall) float64 {
		_, most := m.bounds(s)
		return most
	})
	if d.to == 0 && m.looks%m.calmLooks == 0 {
		d, _ = m.pick(m.calm, m.worth, m.worth)
	} else if times > rush {
		d.runs = max(1, min(int(times/rush), mostRuns, m.stalls[d.from].runs/2))
	}
	return d
}

// pick returns one run from the class that loses least to the one that gains most, and how many times more that is. It returns
// nothing if that is less than enough.
func (m *market) pick(enough float64, gain, loss func(*stall) float64) (d deal, times float64) {
	to, from, most, least := 0, 0, 0.0, math.Inf(1)
	for i := 1; i < len(m.stalls); i++ {
		s := &m.stalls[i]
		if g := gain(s); s.wants() && g > most {
			to, most = i, g
		}
	}
	for i := 1; i < len(m.stalls) && to != 0; i++ {
		s := &m.stalls[i]
		if s.runs == 0 || i == to || s.runs == 1 && !s.settled() {
			continue
		}
		l := loss(s)
		if s.runs == 1 {
			l *= lastWorth
		}
		if l < least {
			from, least = i, l
		}
	}
	if from == 0 || most < enough*least {
		return deal{}, 0
	}
	return deal{to, from, 1}, most / least
}
