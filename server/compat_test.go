package server

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"gocached/compat"
	"gocached/internal/golden"
	"gocached/server/settings"
)

// TestCompat plays what the table of package compat says of each point, in both modes.
func TestCompat(t *testing.T) {
	t.Parallel()
	for _, row := range compat.Rows() {
		for i, talk := range row.Talks {
			for mode, answer := range map[string]string{"1.4.5": talk.Old, "1.6": talk.New} {
				t.Run(fmt.Sprintf("%s/%d/%s", row.Title, i, mode), func(t *testing.T) {
					if err := golden.Play(caseOf(t, talk.Send, answer, mode), startGolden); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
}

// TestCompatCachedump: an item that never expires has the time of the server's start, or 0.
func TestCompatCachedump(t *testing.T) {
	for mode, shown := range map[string]string{"1.4.5": "{{num}}", "1.6": "0"} {
		send := "set a 0 0 1\r\n1\r\nset b 0 100 1\r\n1\r\nstats cachedump 1 0\r\n"
		answer := "STORED\r\nSTORED\r\nITEM b [1 b; {{num}} s]\r\nITEM a [1 b; " + shown + " s]\r\nEND\r\n"
		if err := golden.Play(caseOf(t, send, answer, mode), startGolden); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

// caseOf makes a golden case of a conversation.
func caseOf(t *testing.T, send, answer, mode string) *golden.Case {
	t.Helper()
	answer, closes := strings.CutSuffix(answer, compat.HangUp)
	text, err := json.Marshal(map[string]any{
		"transport": "tcp", "flags": []string{"-o", "compat=" + mode},
		"steps": []any{map[string]any{"send": send, "expect": answer, "close": closes}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := new(golden.Case)
	if err := json.Unmarshal(text, c); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCompatPage: docs/compat.md is what the table says. Run with -update it writes the page anew.
func TestCompatPage(t *testing.T) {
	const path = "../docs/compat.md"
	made := compat.Page(settings.Newer())
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(path, []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != made {
		t.Errorf("%s does not say what the table says (%v): go test ./server -run TestCompatPage -update mends it", path, err)
	}
}
