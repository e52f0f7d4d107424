package memory

import (
	"gocached/clock"
	"gocached/engine"
)

// looked compares what a look tells of an item, and notes what it changes.
func (m *model) looked(key string, it *modelItem, seen engine.Seen, still bool) {
	if it == nil {
		return
	}
	want := engine.Seen{
		Exptime: it.exptime, Idle: uint32(m.Clock.Now() - it.used), Fetched: it.fetched, Base64: it.base64,
		Stale: it.stale, Sent: it.won, Won: it.stale && !it.won, Class: seen.Class, Size: seen.Size,
	}
	m.Expect("what a look tells of "+key, seen, want)
	it.won = it.won || it.stale
	if !still {
		it.fetched, it.used = true, m.Clock.Now()
	}
}

// modifiers chooses what is added to a way of storing.
func (m *model) modifiers(extra int) (mods engine.Op, chosen uint64) {
	for i, mod := range []engine.Op{engine.Base64, engine.Vivify, engine.Invalidate} {
		if extra>>i%5 == 0 {
			mods |= mod
		}
	}
	as := m.chosen(extra)
	if as.Given {
		mods |= engine.WithCAS
	}
	return mods, as.CAS
}

// chosen chooses a CAS, or none.
func (m *model) chosen(extra int) engine.Chosen {
	if extra%6 != 0 {
		return engine.Chosen{}
	}
	return engine.Chosen{Given: true, CAS: uint64(extra) << (extra % 40)}
}

// vivify looks at a key, and makes an item if there is none.
func (m *model) vivify(key string, it *modelItem, extra int) {
	now := m.Clock.Now()
	l := engine.Look{Vivify: true, Base64: extra%3 == 0, As: m.chosen(extra), Steps: engine.Steps{
		{Do: engine.SetExptimeOfNew, At: now + clock.Time(extra%5)}, {Do: engine.Recache, At: now + 3}, {Do: engine.NoteExptime},
	}}
	found, seen := m.Meta(key, l)
	switch {
	case !found.Hit && m.roomy:
		m.Errorf("no memory for %s", key)
	case !found.Hit:
		return
	case seen.New && it != nil && m.roomy:
		m.Errorf("%s is lost", key)
	case seen.New:
		it = &modelItem{base64: l.Base64, cas: found.CAS, exptime: l.Steps[0].At, used: now, won: true}
		m.items[key] = it
		if l.As.Given && !m.noCAS {
			m.Expect("chosen CAS", found.CAS, l.As.CAS)
		}
	default:
		m.Expect("an item that was there", it != nil, true)
		m.Expect("recache", seen.Won, !it.won && (it.stale || it.exptime != 0 && it.exptime < now+3))
		it.won = it.won || seen.Won
	}
	m.compare(key, it, found)
	m.Expect("expiry", seen.Exptime, it.exptime)
	it.fetched, it.used = true, now
}

// lessen makes an item stale, or empty, or both.
func (m *model) lessen(key string, it *modelItem, extra int) {
	r := engine.Removal{
		Stale: extra%3 != 0, Empty: extra%3 != 1, Touch: true, Flags: uint32(extra % 4), As: m.chosen(extra),
		Exptime: m.Clock.Now() + clock.Time(extra%5),
	}
	status := m.Remove([]byte(key), r)
	if it == nil {
		m.Expect("lessen nothing", status, engine.NotFound)
		return
	}
	if !m.roomy && status == engine.NoMemory {
		return
	}
	m.Expect("lessen", status, engine.OK)
	cas := m.Look(key)
	it.stale, it.won = r.Stale, false
	if r.Empty {
		*it = modelItem{flags: r.Flags, cas: it.cas, used: m.Clock.Now(), stale: r.Stale}
	}
	it.exptime = r.Exptime
	if it.exptime == clock.Never || it.exptime > m.Clock.Now() {
		if !r.As.Given && !m.noCAS {
			m.Expect("the old CAS", cas.CAS == it.cas, !r.Stale)
		}
		it.cas = cas.CAS
		it.fetched, it.used = true, m.Clock.Now()
	}
	if r.As.Given && !m.noCAS && cas.Hit {
		m.Expect("chosen CAS", it.cas, r.As.CAS)
	}
}
