package server

// simWorker is a worker of a loop's pool, in worlds whose engine waits. It rests before it begins, where the engine lets
// others come between, and before it tells its loop.
type simWorker struct {
	actor
	worker *worker
	sent   bool // it has connections to answer
}

// employ takes the place of shared.runWorker.
func (w *world) employ(hand *worker) {
	for _, a := range w.hands {
		if a.worker == hand {
			a.sent = true
			return
		}
	}
	a := &simWorker{worker: hand, sent: true}
	a.begin(w, a.live)
	a.loop = hand.loop
	w.hands, w.actors = append(w.hands, a), append(w.actors, a)
	w.saw(sawWorker)
}

func (a *simWorker) live() {
	for !a.over {
		did := a.sent
		if did {
			a.sent = false
			a.w.trace.add("a worker answers %d connections", uint64(len(a.worker.trips)), 0, 0)
			for _, t := range a.worker.trips {
				a.w.whose[t.copy] = a.w.whose[t.c]
			}
			a.worker.serve()
			a.judge()
		}
		a.rest(did)
	}
}

// judge looks at what the worker brings back.
func (a *simWorker) judge() {
	for i := range a.worker.trips {
		switch t := &a.worker.trips[i]; {
		case !t.c.is(stateOpen):
			a.w.saw(sawWorkerGone)
		case len(t.c.in) > 0:
			a.w.saw(sawWorkerInput)
		}
	}
}

func (a *simWorker) step() bool {
	did := a.actor.step()
	a.w.watchPanics(a.loop)
	return did
}
