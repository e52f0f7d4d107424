// Package replay plays traces to cache servers, and compares what they find and what they hold. Two questions, two commands:
//
//	replay   which hit ratio does a recorded trace get, and what does a request cost?
//	hits     which hit ratios do loads made by rules get, and how much is held?
//
// A trace comes from a file (trace.go), or is made by a rule: load.go, the table of them in loads.go, what their items are like
// in items.go. It is dealt out to connections (deal.go), each of which has a player (player.go); in the end held.go asks what is
// left, and table.go prints.
package replay
