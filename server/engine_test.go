package server

import (
	"flag"

	"gocached/engine"
	"gocached/engine/delay"
	"gocached/engine/memory"
	"gocached/server/settings"
)

// waits has every server of these tests serve an engine that waits, so that its requests go through workers.
var waits = flag.Bool("server.waits", false, "serve an engine that waits, as a disk or a network would")

// testEngine returns a fresh engine for a server with these settings.
func testEngine(st *settings.Settings) engine.Engine {
	if *waits {
		return waitingEngine(st)
	}
	return memory.New()
}

// waitingEngine returns one whose calls take up to a tenth of a millisecond.
func waitingEngine(st *settings.Settings) engine.Engine {
	st.EngineOptions = map[string]string{"delay": "0s", "delay_jitter": "100us"}
	return delay.New(memory.New())
}
