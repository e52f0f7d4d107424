package sasl

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A Berkeley DB hash file is a row of pages of one size. The first page describes the file; it begins with
//
//	 0  8  log position
//	 8  4  page number, 0
//	12  4  magic number: 0x061561 for a hash. Its byte order is that of all numbers in the file
//	16  4  version
//	20  4  page size, a power of two
//	24  1  how the file is encrypted, 0 if not
//	25  1  page type, 8
//	26  1  flags: 1 means that pages carry checksums
//	32  4  number of the last page
//
// Every other page begins with
//
//	 0  8  log position
//	 8  4  page number
//	12  4  page before in a chain
//	16  4  page after in a chain, 0 if none
//	20  2  number of items
//	22  2  where the items begin; on an overflow page, how many bytes it holds
//	24  1  level, of no use here
//	25  1  page type
//
// On a hash page (type 2, or 13 if sorted) follows an array of two-byte offsets. The items lie at the page's end, the
// first last: each reaches from its offset to the offset before it, or to the end of the page. Even ones are keys, and
// the odd one after each is its value. An item's first byte says what it is: 1 bytes that follow; 3 a reference, with at
// 4 the number of the first overflow page and at 8 the length of all; 2 and 4 are duplicates, which a sasldb never has.
//
// An overflow page (type 7) holds its bytes after the header. A freed page has type 0.
const (
	bdbHashMagic  = 0x061561
	bdbHeader     = 26
	bdbMetaHeader = 72
	minPage       = 512
	maxPage       = 64 << 10

	pageHashUnsorted = 2
	pageOverflow     = 7
	pageHashMeta     = 8
	pageHash         = 13

	itemKeyData = 1
	itemOffPage = 3

	maxOverflow = 4 << 10 // the longest key or value, in bytes, that is put together from overflow pages
)

var (
	errNotHash   = errors.New("no Berkeley DB hash file")
	errCut       = errors.New("the Berkeley DB file is cut short")
	errProtected = errors.New("encrypted or checksummed Berkeley DB files are not read")
)

// bdbFile is a file being read. Nothing of it is believed before it was compared with the size of what is there.
type bdbFile struct {
	data     []byte
	order    binary.ByteOrder
	pageSize int
	pages    int
	budget   int // bytes that may still be copied from overflow pages
}

// readHash calls emit for every key and value of a Berkeley DB hash file of version 8 to 10, in either byte order. It
// only reads. key and value are lent until emit returns; an error of emit ends the reading and is returned.
//
// Each page is visited once, in the order of the file and whatever its buckets say: every live pair lies on some hash
// page, and freed pages bear another type. So the work is bounded by the file's size, and so is what overflow pages add,
// since together they cannot hold more than the file.
func readHash(data []byte, emit func(key, value []byte) error) error {
	f, err := openHash(data)
	if err != nil {
		return err
	}
	for number := 1; number < f.pages; number++ {
		if err := f.readPage(number, emit); err != nil {
			return err
		}
	}
	return nil
}

// openHash checks the first page.
func openHash(data []byte) (*bdbFile, error) {
	if len(data) < bdbMetaHeader {
		return nil, errNotHash
	}
	f := &bdbFile{data: data, order: binary.LittleEndian, budget: len(data)}
	if f.order.Uint32(data[12:]) != bdbHashMagic {
		f.order = binary.BigEndian
	}
	if f.order.Uint32(data[12:]) != bdbHashMagic || data[25] != pageHashMeta {
		return nil, errNotHash
	}
	if version := f.order.Uint32(data[16:]); version < 8 || version > 10 {
		return nil, fmt.Errorf("a Berkeley DB hash file of version %d; 8 to 10 are read", version)
	}
	if data[24] != 0 || data[26]&1 != 0 {
		return nil, errProtected
	}
	size := f.order.Uint32(data[20:])
	if size < minPage || size > maxPage || size&(size-1) != 0 {
		return nil, fmt.Errorf("impossible page size %d of a Berkeley DB file", size)
	}
	f.pageSize = int(size)
	last := uint64(f.order.Uint32(data[32:]))
	if (last+1)*uint64(size) > uint64(len(data)) {
		return nil, errCut
	}
	f.pages = int(last) + 1
	return f, nil
}

// page returns the page with the number, which the file may have made up.
func (f *bdbFile) page(number uint32) ([]byte, error) {
	if number == 0 || uint64(number) >= uint64(f.pages) {
		return nil, fmt.Errorf("there is no page %d", number)
	}
	start := int(number) * f.pageSize
	page := f.data[start : start+f.pageSize : start+f.pageSize]
	if is := f.order.Uint32(page[8:]); page[25] != 0 && is != number {
		return nil, fmt.Errorf("page %d says that it is page %d", number, is)
	}
	return page, nil
}

// readPage emits the pairs of one page, if it is a hash page.
func (f *bdbFile) readPage(number int, emit func(key, value []byte) error) error {
	page, err := f.page(uint32(number))
	if err != nil {
		return err
	}
	if page[25] != pageHash && page[25] != pageHashUnsorted {
		return nil
	}
	count := int(f.order.Uint16(page[20:]))
	lowest := bdbHeader + 2*count // where the offsets end
	if count%2 != 0 || lowest > f.pageSize {
		return fmt.Errorf("page %d has %d items", number, count)
	}
	end := f.pageSize
	var key []byte
	for i := range count {
		start := int(f.order.Uint16(page[bdbHeader+2*i:]))
		if start < lowest || start >= end {
			return fmt.Errorf("page %d: item %d lies at %d", number, i, start)
		}
		item, err := f.item(page[start:end])
		if err != nil {
			return fmt.Errorf("page %d: item %d: %w", number, i, err)
		}
		end = start
		if i%2 == 0 {
			key = item
		} else if key != nil && item != nil {
			if err := emit(key, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// item returns the bytes of an item, or nil if it is of a kind, or a length, that no user has.
func (f *bdbFile) item(raw []byte) ([]byte, error) {
	switch raw[0] {
	case itemKeyData:
		return raw[1:], nil
	case itemOffPage:
		if len(raw) < 12 {
			return nil, errors.New("reference of less than 12 bytes")
		}
		length := f.order.Uint32(raw[8:])
		if length > maxOverflow {
			return nil, nil
		}
		return f.overflow(f.order.Uint32(raw[4:]), int(length))
	}
	return nil, nil
}

// overflow puts together length bytes from a chain of overflow pages. Each page must bring at least one byte, so a chain
// that bites its tail ends too.
func (f *bdbFile) overflow(number uint32, length int) ([]byte, error) {
	f.budget -= length
	if f.budget < 0 {
		return nil, errors.New("overflow pages hold more than the file")
	}
	out := make([]byte, 0, length)
	for len(out) < length {
		page, err := f.page(number)
		if err != nil {
			return nil, err
		}
		n := int(f.order.Uint16(page[22:]))
		if page[25] != pageOverflow || n == 0 || n > f.pageSize-bdbHeader || n > length-len(out) {
			return nil, fmt.Errorf("page %d is no overflow page that fits", number)
		}
		out = append(out, page[bdbHeader:bdbHeader+n]...)
		number = f.order.Uint32(page[16:])
	}
	return out, nil
}
