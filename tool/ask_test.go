package tool

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestAsk: one connection serves several groups, also behind one that the server does not know; in binary too, where work begins
// anew.
func TestAsk(t *testing.T) {
	text := fake(t, "tcp", "127.0.0.1:0", old)
	binary := fakeBinary(t, func() answer {
		return func(opcode byte, key, _ string) []byte {
			if opcode != opStat {
				return response(opcode, 0x81, "", "Unknown command")
			}
			if key == "gocached" {
				return response(opcode, 1, "", "Not found")
			}
			return slices.Concat(response(opcode, codeOK, "version", "1.4.5"), response(opcode, codeOK, "", ""))
		}
	})
	for name, address := range map[string]string{"text": text, "binary": binary} {
		var figures []string
		err := Ask(address, Options{Timeout: 2 * time.Second}, func(ask Asker) error {
			figures = nil
			keep := func(name, value string) { figures = append(figures, name+" "+value) }
			if err := ask("", keep); err != nil {
				return err
			}
			if err := ask("gocached", keep); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), address) {
				t.Errorf("%s: an unknown group: %v", name, err)
			}
			return ask("", keep)
		})
		n := len(figures)
		if err != nil || n < 2 || !slices.Equal(figures[:n/2], figures[n/2:]) || !slices.Contains(figures, "version 1.4.5") {
			t.Errorf("%s: %q, %v", name, figures, err)
		}
	}
	if err := Ask("127.0.0.1:1", Options{}, nil); err == nil || !strings.Contains(err.Error(), "nothing listens there") {
		t.Errorf("nobody: %v", err)
	}
}
