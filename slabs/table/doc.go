// Package table makes the tables of slab classes of all versions of memcached: which sizes of chunks there are, and how many of
// them a page has.
//
// vintage.go says which version makes its table by which rules, classes.go makes it. Package slab makes gocached's own, which
// is 1.4.5's; a test compares the two.
package table
