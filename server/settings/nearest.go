package settings

import "strings"

// Nearest returns the first of the names that a word was probably meant for, or "": one that is not more than two letters
// put in, left out or changed away from it, where it shares half of its letters at least.
func Nearest(word string, names []string) string {
	best, least := "", 3
	for _, name := range names {
		if d := distance(strings.ToLower(word), name); d < least && 2*d <= len(name) && d < len(word) {
			best, least = name, d
		}
	}
	return best
}

// distance returns how many letters must be put in, left out or changed to make one word of the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // from the first letters of a to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
