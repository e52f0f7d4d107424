package engine

import "gocached/figure"

// General describes what every engine reports in the group "", in its order. Nobody may change it.
var General = [...]figure.Row{
	figure.New("bytes", figure.Gauge, figure.Bytes, "Bytes of all items, each as large as it would be in memcached 1.4.5."),
	figure.New("curr_items", figure.Gauge, figure.Items, "Items that are stored."),
	figure.New("total_items", figure.Counter, figure.Items, "Items that were ever stored."),
	figure.New("evictions", figure.Counter, figure.Items, "Items thrown out alive, to make room for others."),
	figure.New("reclaimed", figure.Counter, figure.Items, "Items whose memory was taken back since their time was over."),
}

// SlabTotals describes the lines of the group "slabs" that are of no class, in their order. Nobody may change it.
var SlabTotals = [...]figure.Row{
	figure.New("active_slabs", figure.Gauge, figure.Classes, "Slab classes that own pages."),
	figure.New("total_malloced", figure.Gauge, figure.Bytes, "Bytes of all chunks there are, used or not."),
}

// NameRow describes the line of the group "gocached" in which an engine says its name.
var NameRow = figure.New("engine", figure.Info, figure.None,
	"What stores the items, see -E. What follows are figures of its own.")
