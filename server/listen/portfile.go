package listen

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
)

// writePortFile tells whoever started the server which ports it got, one line each, as memcached does:
// "TCP INET: 11211", "TCP INET6: 11211", and likewise for UDP. The file appears complete, by a rename from path + ".lck".
func writePortFile(path string, sockets Sockets) error {
	var text strings.Builder
	for _, l := range sockets.Listeners {
		text.WriteString(portLine("TCP", l.Addr()))
	}
	for _, c := range sockets.UDP {
		text.WriteString(portLine("UDP", c.LocalAddr()))
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

// portLine returns the line of one socket.
func portLine(transport string, a net.Addr) string {
	at := netip.MustParseAddrPort(a.String())
	family := "INET6"
	if at.Addr().Is4() {
		family = "INET"
	}
	return fmt.Sprintf("%s %s: %d\n", transport, family, at.Port())
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
