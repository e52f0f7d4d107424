package bench

import (
	"bufio"
	"fmt"
	"strings"
	"time"
)

// preload stores every key.
func preload(t Target, cfg LoadConfig) error {
	conn, err := t.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	s := newShape(cfg)
	in := bufio.NewReaderSize(conn, 64<<10)
	var out []byte
	for from := 0; from < cfg.Keys; {
		to := min(from+max(1, 256<<10/(cfg.Value+64)), cfg.Keys)
		out = out[:0]
		for i := from; i < to; i++ {
			out = s.appendSet(out, i)
		}
		conn.SetDeadline(time.Now().Add(patience))
		if _, err := conn.Write(out); err != nil {
			return err
		}
		for ; from < to; from++ {
			line, err := in.ReadString('\n')
			if err != nil {
				return err
			}
			if line != "STORED\r\n" && !strings.HasPrefix(line, "SERVER_ERROR") {
				return fmt.Errorf("set answers %q", line)
			}
		}
	}
	return nil
}
