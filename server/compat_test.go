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
