package server

import (
	"fmt"
	"net"
	"os"
	"strings"
)

// writePortFile tells whoever started the server which ports it got, one line each, as memcached does:
// "TCP INET: 11211" or "TCP INET6: 11211". The file appears complete, by a rename from path + ".lck".
func writePortFile(path string, listeners []Listener) error {
	var text strings.Builder
	for _, l := range listeners {
		text.WriteString(portLine(l))
	}
	temporary := path + ".lck"
	if err := writeNew(temporary, text.String()); err != nil {
		return fmt.Errorf("failed to write the port file: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		os.Remove(temporary)
		return fmt.Errorf("failed to write the port file: %w", err)
	}
	return nil
}

// portLine returns the line of one listener.
func portLine(l Listener) string {
	family := "INET6"
	if a, ok := l.Addr().(*net.TCPAddr); ok && a.IP.To4() != nil {
		family = "INET"
	}
	return fmt.Sprintf("TCP %s: %d\n", family, l.Port())
}

// writeNew writes a file that did not exist. A stale one of that name is removed first, and never written through, so
// that a link somebody has laid there leads nowhere.
func writeNew(path, text string) error {
	os.Remove(path)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}
