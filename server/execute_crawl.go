package server

import (
	"bytes"
	"slices"
	"strconv"

	"gocached/engine"
	"gocached/protocol"
)

// crawler answers lru_crawler. There is no crawler, as memcached has one: what has expired goes by itself. But there are its lists
// of items, and it can be said to be off.
type crawler struct{ answers }

// crawl answers lru_crawler with all its words.
func (cr *crawler) crawl(i int) {
	var space [3][]byte
	words := space[:protocol.Words(cr.round.run.Requests[i].Tokens, space[:])]
	status := protocol.UnknownCommand
	switch len(words) {
	case 1:
		status = cr.turn(words[0])
	case 2:
		switch {
		case protocol.Abbreviates(words[0], "crawl"):
			status = cr.crawlClasses(words[1])
		case protocol.Abbreviates(words[0], "metadump"):
			cr.dump(i, &metadump, words[1])
			return
		case protocol.Abbreviates(words[0], "mgdump"):
			cr.dump(i, &mgdump, words[1])
			return
		default:
			status = cr.tune(words[0], words[1])
		}
	}
	cr.reply(i, protocol.Reply{Status: status})
}

// turn answers lru_crawler enable and disable.
func (cr *crawler) turn(word []byte) engine.Status {
	switch {
	case protocol.Abbreviates(word, "enable"):
		if !cr.shared.crawlerOff.CompareAndSwap(true, false) {
			return protocol.CrawlerRuns
		}
		cr.shared.tuned.set("lru_crawler", "yes")
	case protocol.Abbreviates(word, "disable"):
		cr.shared.crawlerOff.Store(true)
		cr.shared.tuned.set("lru_crawler", "no")
	default:
		return protocol.UnknownCommand
	}
	return engine.OK
}

// crawlClasses answers lru_crawler crawl. There is nothing to do.
func (cr *crawler) crawlClasses(classes []byte) engine.Status {
	if cr.shared.crawlerOff.Load() {
		return protocol.CrawlerOff
	}
	_, status := crawled(classes)
	return status
}

// tune answers lru_crawler tocrawl and sleep, which change nothing but what stats settings shows.
func (cr *crawler) tune(word, number []byte) engine.Status {
	const second = 1_000_000
	toCrawl, sleep := protocol.Abbreviates(word, "tocrawl"), protocol.Abbreviates(word, "sleep")
	if !toCrawl && !sleep {
		return protocol.UnknownCommand
	}
	n, ok := protocol.Uint32(number)
	switch {
	case !ok:
		return protocol.BadFormat
	case toCrawl:
		cr.shared.tuned.set("lru_crawler_tocrawl", strconv.FormatUint(uint64(n), 10))
	case n > second:
		return protocol.LongSleep
	default:
		cr.shared.tuned.set("lru_crawler_sleep", strconv.FormatUint(uint64(n), 10))
	}
	return engine.OK
}

// crawled reads the slab classes behind crawl, metadump and mgdump: numbers with commas between them, or all. For all it returns
// nil, and so for hash, which is CrawlFailed since only the lists can do it.
func crawled(words []byte) (classes []int, status engine.Status) {
	const first, most = 1, 63
	switch string(words) {
	case "all":
		return nil, engine.OK
	case "hash":
		return nil, protocol.CrawlFailed
	}
	for word := range bytes.SplitSeq(words, []byte(",")) {
		if len(word) == 0 {
			continue
		}
		class, ok := protocol.Uint32(word)
		if !ok || class < first || class > most {
			return nil, protocol.BadCrawl
		}
		if !slices.Contains(classes, int(class)) {
			classes = append(classes, int(class))
		}
	}
	if classes == nil {
		return nil, protocol.NoCrawl
	}
	return classes, engine.OK
}
