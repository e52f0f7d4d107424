package rim

import (
	"errors"
	"reflect"
	"sync/atomic"
	"unsafe"

	"github.com/panjf2000/gnet/v2"
	"github.com/panjf2000/gnet/v2/pkg/queue"

	"gocached/server/kernel"
)

// poller is what we know of gnet's poller.
type poller struct {
	epoll   int          // its epoll descriptor
	eventfd int          // by which it is woken for tasks
	tasks   *int32       // its flag: not zero while it has been woken for tasks
	queues  [2]taskQueue // where they wait
}

// taskQueue is a queue of gnet's.
type taskQueue interface{ IsEmpty() bool }

// errNoPoller says that gnet's poller was not found where it is expected.
var errNoPoller = errors.New("cannot find gnet's epoll descriptor")

// pollerOf finds the poller of the event loop that a connection belongs to. It only reads.
func pollerOf(gc gnet.Conn) (p *poller, err error) {
	defer func() {
		if recover() != nil {
			p, err = nil, errNoPoller
		}
	}()
	found := reflect.ValueOf(gc).Elem().FieldByName("loop").Elem().FieldByName("poller").Elem()
	p = &poller{
		epoll:   int(found.FieldByName("fd").Int()),
		eventfd: int(found.FieldByName("efd").Int()),
		tasks:   (*int32)(unsafe.Pointer(found.FieldByName("wakeupCall").UnsafeAddr())),
		queues:  [2]taskQueue{queueOf(found, "urgentAsyncTaskQueue"), queueOf(found, "asyncTaskQueue")},
	}
	// Changing the interest of a descriptor that is there succeeds only in the right epoll instance.
	if err := interest(kernel.System{}, p.epoll, gc.Fd(), ReadInterest); err != nil {
		return nil, errNoPoller
	}
	return p, nil
}

// queueOf returns a queue of gnet's poller, whose field must have gnet's type of a queue.
func queueOf(poller reflect.Value, field string) taskQueue {
	f := poller.FieldByName(field)
	if f.Type() != reflect.TypeFor[queue.AsyncTaskQueue]() {
		panic(errNoPoller)
	}
	return *(*queue.AsyncTaskQueue)(unsafe.Pointer(f.UnsafeAddr()))
}

// begin is called inside a task. From now on the flag tells of further tasks.
func (p *poller) begin() { atomic.StoreInt32(p.tasks, 0) }

// wanted says whether tasks wait for gnet.
func (p *poller) wanted() bool {
	return atomic.LoadInt32(p.tasks) != 0 || !p.queues[0].IsEmpty() || !p.queues[1].IsEmpty()
}
