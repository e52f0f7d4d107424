package server

import "iter"

// actor is somebody in a world who runs code of the server: an event loop, a UDP worker, the engine's balancer. It is a
// coroutine that rests wherever others could come between, so that the world decides who goes on.
type actor struct {
	w    *world
	loop *loop // whose code it runs, or nil

	resume func() (did, alive bool)
	stop   func()
	pause  func(did bool) (goOn bool)
	over   bool // the world has ended: nothing happens any more
}

// begin makes an actor whose life is the function.
func (a *actor) begin(w *world, live func()) {
	a.w = w
	a.resume, a.stop = iter.Pull(func(pause func(bool) bool) {
		a.pause = pause
		live()
	})
}

// step lets the actor go on until it rests again, and reports whether it did anything.
func (a *actor) step() bool {
	a.w.running = a
	did, alive := a.resume()
	a.w.running = nil
	return did && alive
}

// finish ends the actor, wherever it rests.
func (a *actor) finish() {
	a.w.running, a.over = a, true
	a.stop()
	a.w.running = nil
}

// rest lets others go on.
func (a *actor) rest(did bool) {
	if !a.over && !a.pause(did) {
		a.over = true
	}
}
