package slabs

// proposal is a set of classes that fits better than the present one.
type proposal struct {
	sizes     []int   // -o slab_sizes, or none
	pair              // -f and -n, without sizes
	now, then float64 // bytes that the items take, with what each class has to spare in a full cache
}

// worthwhile is the least part of the memory that a proposal must save.
const worthwhile = 0.01

// propose returns the best set of classes for the items. ok is false if the present one is as good.
func (h *holding) propose() (p proposal, ok bool) {
	now := h.items.cost(h.table.Sizes(), h.table.Page)
	charge := h.charge(now.bytes)
	f := h.flags
	if h.vintage.TakesSizes() {
		p.sizes = optimal(h.items, h.bounds(), charge)
		f.Sizes, ok = p.sizes, len(p.sizes) > 0
	} else {
		p.pair, ok = bestPair(h.items, h.vintage, f, charge)
		f.Factor, f.ChunkMin = p.factor, p.chunkMin
	}
	t, err := h.vintage.Table(f)
	if err != nil || !ok {
		return p, false
	}
	p.now, p.then = now.weighed(charge), h.items.cost(t.Sizes(), t.Page).weighed(charge)
	return p, p.then < (1-worthwhile)*p.now
}

// charge returns what a class costs besides its chunks: half a page, since its newest page is half empty on average, in a cache
// that is full of such items. This one may not be full yet, so a class is charged a part of that.
func (h *holding) charge(taken float64) float64 {
	return float64(h.table.Page) / 2 * taken / max(h.limit, taken)
}

// bounds returns what -o slab_sizes must keep to.
func (h *holding) bounds() bounds {
	align := h.vintage.Align(h.flags.Bits)
	return bounds{page: h.table.Page, least: h.flags.ChunkMin, largest: h.flags.ChunkMax, most: h.vintage.MostSizes(), apart: align, align: align}
}
