package main

import "time"

// idleProcessor looks at what a server costs with clients that do nothing, in hundredths of one processor.
func idleProcessor(t *trial) ([]float64, error) {
	srv, err := t.start("-c", "1100")
	if err != nil {
		return nil, err
	}
	all, err := srv.fill(guests)
	defer closeAll(all)
	if err != nil {
		return nil, err
	}
	if err := srv.quiet(); err != nil {
		return nil, err
	}
	turn := time.Duration(t.scale(10, 3)) * time.Second
	before, start := srv.processor(), time.Now()
	time.Sleep(turn)
	used := srv.processor() - before
	return []float64{100 * used.Seconds() / time.Since(start).Seconds()}, nil
}
