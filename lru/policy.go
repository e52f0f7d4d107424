package lru

import (
	"slices"
	"sync/atomic"
	"unsafe"

	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

// The names of the policies.
const (
	LRU     = "lru"
	S3      = "s3fifo"
	ByValue = "value"
)

// Names lists them, in the order of kinds.
var Names = []string{LRU, S3, ByValue}

// Policy decides which items of a slab class stay, and remembers which went. Its methods are described at order, and those
// that are not there here. The zero value is LRU and remembers nothing. It is never copied.
type Policy struct {
	depth  int    // how many ghosts count as hits
	hits   uint64 // on those
	share  int    // ghosts there are to be for bytesToGhost items
	ghosts ghosts
	epochs EpochLRU
	queues S3FIFO
	values Value

	_    [64]byte // every hit reads this, as the epoch in EpochLRU
	kind kind
	_    [64]byte
}

// kind says which of the policies it is.
type kind uint8

const (
	isLRU kind = iota
	isS3
	isValue
)

// Init chooses the policy by its name before the first item comes, and gives it memory for ghosts of items that take at least
// so many bytes each. Without memory it remembers nothing.
func (p *Policy) Init(name string, memory *GhostMemory, itemSize int) {
	p.kind = kind(max(0, slices.Index(Names, name)))
	p.ghosts.memory = memory
	p.share = min(itemSize, bytesToGhost)
}

// SetGhostDepth says of how many evictions the last are told apart from those before: see GhostHits. 0 is none, as at first.
func (p *Policy) SetGhostDepth(items int) { p.depth = items }

// GhostHits returns how many items came back that were among the last to be evicted, as many as SetGhostDepth says: about
// so many misses would have been hits if the class had room for so many items more.
func (p *Policy) GhostHits() uint64 { return p.hits }

// TrimGhosts gives back memory for ghosts that is not needed any more, since there are fewer items.
func (p *Policy) TrimGhosts() { p.ghosts.trim(p.reach()) }

// reach returns how many ghosts there are to be: S3FIFO and Value need as many as there are items, or fewer of small ones.
func (p *Policy) reach() int {
	if p.kind == isLRU {
		return p.depth
	}
	return max(p.Len()*p.share/bytesToGhost, p.depth)
}

// Insert is given the hash of the key, too.
func (p *Policy) Insert(a *slab.Arena, r slab.Ref, h *item.Header, hash uint64, n Arrival) {
	if n.Old == slab.None && p.ghosts.size != 0 {
		n.Back = p.returns(hash)
	}
	switch p.kind {
	case isS3:
		p.queues.Insert(a, r, h, n)
		return
	case isValue:
		p.values.Insert(a, r, h, n)
		return
	}
	p.epochs.Insert(a, r, h, n)
}

// OverwritesFree says that Overwritten needs no class lock.
func (p *Policy) OverwritesFree() bool { return p.kind != isLRU }

// Overwritten notes that a new item was stored in the place of an old one.
func (p *Policy) Overwritten(a *slab.Arena, r slab.Ref, h *item.Header, now clock.Time) {
	switch p.kind {
	case isS3:
		p.queues.Overwritten(a, r, h, now)
		return
	case isValue:
		p.values.Overwritten(a, r, h, now)
		return
	}
	p.epochs.Overwritten(a, r, h, now)
}

// GhostHint returns the address at which a key with that hash is looked for among the ghosts, and noted as one, for a prefetch. It
// is 0 if there is none yet.
func (p *Policy) GhostHint(hash uint64) uintptr {
	if p.ghosts.size == 0 {
		return 0
	}
	return uintptr(unsafe.Pointer(p.ghosts.bucket(hash, false)))
}

// returns counts whether the key's item was evicted lately, and says whether that was too early.
func (p *Policy) returns(hash uint64) bool {
	age, wasEarly, found := p.ghosts.lay(hash, p.reach())
	if found && age < p.depth {
		p.hits++
	}
	return wasEarly
}

// Remove takes an item out of which nothing need be remembered.
func (p *Policy) Remove(a *slab.Arena, r slab.Ref, h *item.Header) {
	switch p.kind {
	case isS3:
		p.queues.Remove(a, r, h)
		return
	case isValue:
		p.values.Remove(a, r, h)
		return
	}
	p.epochs.Remove(a, r, h)
}

// Evict takes out an item that is alive, and whose chunk is wanted. hash is of its key.
func (p *Policy) Evict(a *slab.Arena, r slab.Ref, h *item.Header, hash uint64) {
	p.ghosts.note(hash, p.reach(), p.kind != isS3 || !p.queues.inMain(h))
	p.Remove(a, r, h)
}

// Moved puts to in the place of from.
func (p *Policy) Moved(a *slab.Arena, from, to slab.Ref) {
	switch p.kind {
	case isS3:
		p.queues.Moved(a, from, to)
		return
	case isValue:
		p.values.Moved(a, from, to)
		return
	}
	p.epochs.Moved(a, from, to)
}

// Hit notes a use. What EpochLRU does stands here too, since the compiler would not make one call of two.
func (p *Policy) Hit(h *item.Header, now clock.Time, last *atomic.Uint64) {
	switch p.kind {
	case isS3:
		p.queues.Hit(h, now, last)
		return
	case isValue:
		p.values.Hit(h, now, last)
		return
	}
	if p.epochs.moves(h, last) {
		h.Used(now, p.epochs.mark())
	} else {
		h.UsedAlone(now)
	}
}

// Victim returns who goes first.
func (p *Policy) Victim() slab.Ref {
	switch p.kind {
	case isS3:
		return p.queues.Victim()
	case isValue:
		return p.values.Victim()
	}
	return p.epochs.Victim()
}

// NextVictim returns who goes after an item.
func (p *Policy) NextVictim(a *slab.Arena, r slab.Ref, h *item.Header) slab.Ref {
	switch p.kind {
	case isS3:
		return p.queues.NextVictim(a, r, h)
	case isValue:
		return p.values.NextVictim(a, r, h)
	}
	return p.epochs.NextVictim(a, r, h)
}

// Spares says that a victim stays.
func (p *Policy) Spares(h *item.Header) bool {
	switch p.kind {
	case isS3:
		return p.queues.Spares(h)
	case isValue:
		return p.values.Spares(h)
	}
	return p.epochs.Spares(h)
}

// Renew puts a victim that stays in its place.
func (p *Policy) Renew(a *slab.Arena, r slab.Ref, h *item.Header) {
	switch p.kind {
	case isS3:
		p.queues.Renew(a, r, h)
		return
	case isValue:
		p.values.Renew(a, r, h)
		return
	}
	p.epochs.Renew(a, r, h)
}

// Newest returns what is listed first.
func (p *Policy) Newest() slab.Ref {
	switch p.kind {
	case isS3:
		return p.queues.Newest()
	case isValue:
		return p.values.Newest()
	}
	return p.epochs.Newest()
}

// Older returns what is listed behind an item.
func (p *Policy) Older(a *slab.Arena, r slab.Ref, h *item.Header) slab.Ref {
	switch p.kind {
	case isS3:
		return p.queues.Older(a, r, h)
	case isValue:
		return p.values.Older(a, r, h)
	}
	return p.epochs.Older(a, r, h)
}

// Len returns how many items there are.
func (p *Policy) Len() int {
	switch p.kind {
	case isS3:
		return p.queues.Len()
	case isValue:
		return p.values.Len()
	}
	return p.epochs.Len()
}

// Check looks whether everything fits together.
func (p *Policy) Check(a *slab.Arena, each func(slab.Ref)) error {
	switch p.kind {
	case isS3:
		return p.queues.Check(a, each)
	case isValue:
		return p.values.Check(a, each)
	}
	return p.epochs.Check(a, each)
}

var _, _, _ order = (*EpochLRU)(nil), (*S3FIFO)(nil), (*Value)(nil)
