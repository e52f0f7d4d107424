package server

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"gocached/figure"
	"gocached/server/settings"
)

var update = flag.Bool("update", false, "write what pages in docs say of figures anew")

// block is a part of a page that is made from the rows of a group, between two comments.
var block = regexp.MustCompile(`(?ms)^(?:<!--|\.\\") figures: (\w+)(?: -->)?\n(.*?)^(?:<!--|\.\\") end of figures`)

// TestFiguresOnPages: docs/stats.md explains every figure, and the manual those of gocached's own, with what the rows say.
// Run with -update it writes the pages anew.
func TestFiguresOnPages(t *testing.T) {
	ts := start(t, nil)
	for _, page := range []struct {
		path   string
		render func(group string, row figure.Row) string
		groups int
	}{
		{"../docs/stats.md", markdownRow, len(figureGroups)},
		{"../docs/gocached.1", manualRow, 1},
	} {
		text, err := os.ReadFile(page.path)
		if err != nil {
			t.Fatal(err)
		}
		made, groups := withFigures(ts.Server, string(text), page.render)
		if groups != page.groups {
			t.Errorf("%s has figures of %d groups, want %d", page.path, groups, page.groups)
		}
		if *update {
			if err := os.WriteFile(page.path, []byte(made), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if made != string(text) {
			t.Errorf("%s does not say what the rows say: go test ./server -run TestFiguresOnPages -update mends it", page.path)
		}
	}
}

// withFigures makes the blocks of a page anew, and returns how many groups it has.
func withFigures(s *Server, text string, render func(group string, row figure.Row) string) (made string, groups int) {
	made, last := "", 0
	for _, at := range block.FindAllStringSubmatchIndex(text, -1) {
		group := text[at[2]:at[3]]
		if group == "general" {
			group = ""
		}
		made += text[last:at[4]]
		for i, row := range s.FigureRows(group) {
			if i == 0 {
				made += render(group, figure.Row{})
			}
			made += render(group, row)
		}
		last = at[5]
		groups++
	}
	return made + text[last:], groups
}

// markdownRow is a row of a table, or its head.
func markdownRow(group string, row figure.Row) string {
	switch {
	case group == "settings" && row.Name == "":
		return "| line | what it shows |\n|---|---|\n"
	case group == "settings":
		return fmt.Sprintf("| `%s` | %s |\n", row.Name, row.Text)
	case row.Name == "":
		return "| figure | kind | unit | what it says |\n|---|---|---|---|\n"
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s |\n", row.Name, row.Kind, row.Unit, row.Text)
}

// manualRow is a paragraph of the manual.
func manualRow(_ string, row figure.Row) string {
	if row.Name == "" {
		return ""
	}
	text := ""
	for word := range strings.FieldsSeq(strings.ReplaceAll(row.Text, " -", ` \-`)) {
		line := text[strings.LastIndex(text, "\n")+1:]
		switch {
		case text == "":
		case len(line)+len(word) < 120:
			text += " "
		default:
			text += "\n"
		}
		text += word
	}
	return fmt.Sprintf(".TP\n.B %s\n%s\n", row.Name, text)
}

// TestManualModernStats: what the manual says of -o modern_stats names each figure that this adds.
func TestManualModernStats(t *testing.T) {
	page, err := os.ReadFile("../docs/gocached.1")
	if err != nil {
		t.Fatal(err)
	}
	_, option, _ := strings.Cut(string(page), "\n.B modern_stats\n")
	option, _, _ = strings.Cut(option, "\n.TP\n")
	ts := start(t, func(s *settings.Settings) { s.ModernStats = true })
	for _, row := range ts.FigureRows("modern") {
		if !regexp.MustCompile(`\b` + row.Name + `\b`).MatchString(option) {
			t.Errorf("the manual does not name %s, which -o modern_stats adds", row.Name)
		}
	}
}
