package bench

// queue holds the numbers of idle connections in the order in which they became idle. It never grows.
type queue struct {
	ring  []int32
	first int
	size  int
}

func newQueue(room int) queue { return queue{ring: make([]int32, room)} }

func (q *queue) push(n int32) {
	at := q.first + q.size
	if at >= len(q.ring) {
		at -= len(q.ring)
	}
	q.ring[at] = n
	q.size++
}

func (q *queue) pop() int32 {
	n := q.ring[q.first]
	if q.first++; q.first == len(q.ring) {
		q.first = 0
	}
	q.size--
	return n
}
