// Package lru orders the items of a slab class by age. It links items and never frees one.
package lru
