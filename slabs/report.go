package slabs

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"gocached/slabs/table"
)

// printTable prints a table of classes.
func printTable(out io.Writer, v table.Vintage, f table.Flags, t table.Table) {
	fmt.Fprintf(out, "memcached %v, %d bits%s: %d classes in pages of %s\n\n", v, f.Bits, chosen(v, f), len(t.Classes), size(float64(t.Page)))
	fmt.Fprintln(out, "class      chunk   per page   left at the end of a page")
	for _, c := range t.Classes {
		end := t.End(c)
		fmt.Fprintf(out, "%5d %10d %10d %10d %5.1f %%\n", c.ID, c.Size, c.PerPage, end, percent(float64(end), float64(t.Page)))
	}
}

// chosen returns the flags of which a table is made.
func chosen(v table.Vintage, f table.Flags) string {
	switch {
	case !v.HasFlags():
		return ""
	case len(f.Sizes) > 0:
		return ", " + list(f.Sizes)
	}
	return fmt.Sprintf(", -f %v -n %d", f.Factor, f.ChunkMin)
}

// list writes sizes as memcached takes them.
func list(sizes []int) string {
	words := make([]string, len(sizes))
	for i, size := range sizes {
		words[i] = strconv.Itoa(size)
	}
	return "-o slab_sizes=" + strings.Join(words, "-")
}

// print prints the classes, what they waste, and better ones.
func (h *holding) print(out io.Writer) {
	items := h.sum((*class).itemCount)
	flags := chosen(h.vintage, h.flags)
	if h.listed {
		flags = ", with sizes of its own"
	}
	fmt.Fprintf(out, "%s%s: %s items\n", h.title, flags, count(items))
	if items < 1 {
		return
	}
	if h.own != nil {
		h.printOwn(out)
	}
	h.printClasses(out)
	h.printSums(out)
	h.printProposal(out)
}

func (c *class) itemCount() float64 { return c.items }
func (c *class) wanted() float64    { return c.requested }

// sum adds a figure of all classes.
func (h *holding) sum(of func(*class) float64) (sum float64) {
	for i := range h.classes {
		sum += of(&h.classes[i])
	}
	return sum
}

func (h *holding) printClasses(out io.Writer) {
	fmt.Fprintln(out, "\nclass      chunk        items    in chunks    of items        waste           free   page ends")
	for i := range h.classes {
		c := &h.classes[i]
		fmt.Fprintf(out, "%5d %10d %12s %12s %11s %12s %3.0f %% %9s %11s\n", c.id, c.size, count(c.items), size(c.taken()),
			size(c.requested), size(c.waste()), percent(c.waste(), c.taken()), size(c.free()), size(h.ends(c)))
	}
}

// printSums says how much of the memory is wasted, and where.
func (h *holding) printSums(out io.Writer) {
	taken, ends := h.sum((*class).taken), h.sum(h.ends)
	waste := max(0, taken-h.sum((*class).wanted))
	about := ""
	if h.less > 0 {
		about = "about "
	}
	where := ""
	if h.own != nil {
		where = " in these classes"
	}
	fmt.Fprintf(out, "\nWasted%s: %s%s, %.0f %% of %s: %s behind items in their chunks, %s at the ends of pages.\n", where, about,
		size(waste+ends), percent(waste+ends, taken+ends), size(taken+ends), size(waste), size(ends))
	if free := h.sum((*class).free); free > 0 && h.own == nil {
		fmt.Fprintf(out, "Besides, %s in chunks wait to be used.\n", size(free))
	}
}

// printProposal says which classes would be better.
func (h *holding) printProposal(out io.Writer) {
	p, ok := h.propose()
	if !ok {
		fmt.Fprintln(out, "The classes fit: no others would save as much as a hundredth.")
		return
	}
	flags := fmt.Sprintf("-f %v -n %d", p.factor, p.chunkMin)
	if h.vintage.TakesSizes() {
		flags = list(p.sizes)
	}
	if h.own != nil {
		flags = "-o slab_table=" + classicTable + " " + flags
	}
	if h.own.fits(p.then) {
		fmt.Fprintf(out, "\nLeave it so: the best classes, %s, would take %s.\n", flags, size(p.then))
		return
	}
	fmt.Fprintf(out, "\nBetter for these items: %s\n", flags)
	saved := p.now - p.then
	fmt.Fprintf(out, "With the half page that each class has to spare in a full cache, they would take %s instead of %s,\n"+
		"%.0f %% less: the same -m would hold about %.0f %% more of them.\n", size(p.then), size(p.now), percent(saved, p.now), percent(saved, p.then))
	if !h.counted {
		fmt.Fprintln(out, "That goes by the mean size in each class, since the server counts no sizes: stats sizes_enable has it do so.")
	}
}

// size writes a number of bytes for people.
func size(bytes float64) string { return humanize.IBytes(uint64(math.Round(max(0, bytes)))) }

// count writes a number of items for people.
func count(n float64) string { return humanize.Comma(int64(math.Round(n))) }

// percent returns a part in hundredths of the whole, 0 of nothing.
func percent(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * part / whole
}
