package item

// Copy makes a chunk the copy of a linked item, header and all. The item must not be lent. Where bucket and
// policy lead to it is the caller's to say. Needs both locks.
func (h *Header) Copy(from *Header) {
	n := from.Shape().Size(from.KeyLen())
	copy(h.bytes(0, n), from.bytes(0, n))
}
