package curve

// index finds slots by tags: a hash table with open addressing. An entry is a slot and one more, or 0.
type index [indexSize]uint16

const indexSize = 1 << 15

const _ = uint16(slots) // an entry holds every slot

// remove takes out the entry in a place, and moves those behind it that would not be found any more. tagOf returns the tag
// in a slot.
func (x *index) remove(at int, tagOf func(slot int) uint32) {
	for next := (at + 1) % indexSize; x[next] != 0; next = (next + 1) % indexSize {
		home := int(tagOf(int(x[next])-1)) % indexSize
		if (next-home+indexSize)%indexSize >= (next-at+indexSize)%indexSize {
			x[at] = x[next]
			at = next
		}
	}
	x[at] = 0
}
