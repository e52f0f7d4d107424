package memory

import "gocached/engine"

// statsMemory reports what the engine takes from the system. What a page has had once the system does not get back.
func (e *Engine) statsMemory(_ engine.Query, emit emitter) {
	unused := int64(0)
	e.views(func(v view) { unused += int64(v.unused) * int64(v.size) })
	emit("memory_items", text(e.arena.Backed(unused)))
	emit("memory_hash_table", text(e.table.Bytes()))
}

// statsModern reports what memcached 1.6 has among its general figures, under its names.
func (e *Engine) statsModern(_ engine.Query, emit emitter) {
	emit("hash_power_level", text(e.table.Power()))
	emit("hash_bytes", text(e.table.Bytes()))
	emit("hash_is_expanding", text(yes(e.table.Growing())))
	emit("slabs_moved", text(e.donated.Load()+e.balancer.moved.Load()))
}
