package compat

import (
	"fmt"
	"strings"
)

// pageHead is what docs/compat.md says before the table.
const pageHead = `# The 1.6 mode

gocached answers as memcached 1.4.5 does. What later versions added is there as well, where 1.4.5 has nothing but ` + "`ERROR`" + `:
meta commands, ` + "`touch`, `gat`, `shutdown`" + ` and more. In the points below the two contradict each other, and a server follows one of
them in all of these: ` + "`-o compat=1.4.5`, the default, or `-o compat=1.6`" + `, which means memcached 1.6.45. Clients that look at the version
before they use meta commands, such as dalli 5, want the latter.

This page is made from the table in package compat, whose conversations TestCompat plays in both modes. An arrow stands between what
is sent and what is answered; the ends of lines are left out.

| point | 1.4.5 | compat=1.6 | Test |
|---|---|---|---|
`

// pageWords is what it says before the words of the command line.
const pageWords = `
## The command line

Both modes take every flag and every word of ` + "`-o`" + ` that memcached 1.6.45 has. What works here as there stands in the manual. Of the
rest a start says, once, what it means:

`

// Page returns docs/compat.md. words are the sentences about flags and words of 1.6.45, which package settings has.
func Page(words []string) string {
	var page strings.Builder
	page.WriteString(pageHead)
	for _, row := range rows {
		old, new := row.Old, row.New
		for _, talk := range row.Talks {
			if len(talk.Send) < 100 {
				old += arrow(talk.Send, talk.Old)
				new += arrow(talk.Send, talk.New)
			}
		}
		fmt.Fprintf(&page, "| %s | %s | %s | %s |\n", row.Title, old, new, row.tests())
	}
	page.WriteString(pageWords)
	for _, sentence := range words {
		page.WriteString("- " + sentence + "\n")
	}
	return page.String()
}

// tests returns the names of a row's tests.
func (r *Row) tests() string {
	switch {
	case len(r.Talks) == 0:
		return r.Tests
	case r.Tests == "":
		return "TestCompat"
	}
	return "TestCompat, " + r.Tests
}

// arrow writes a conversation within a cell.
func arrow(send, answer string) string {
	return "<br>" + inCode(send) + " → " + inCode(answer)
}

// inCode writes lines as code.
func inCode(lines string) string {
	var parts []string
	for part := range strings.SplitSeq(strings.TrimSuffix(strings.ReplaceAll(lines, "\r\n", "\n"), "\n"), "\n") {
		if part = strings.ReplaceAll(part, "|", `\|`); part == "" {
			parts = append(parts, "(an empty line)")
		} else {
			parts = append(parts, "`"+part+"`")
		}
	}
	if lines == "" {
		return "(nothing)"
	}
	return strings.Join(parts, ", ")
}
