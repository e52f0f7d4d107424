#!/usr/bin/env bash
# Pebble: with the log off a clean Close loses everything, and with NoSync a killed process loses also what it wrote long ago.
#
# RocksDB, on which Pebble is modelled, flushes at a close what no log holds. Pebble v2.1.7 does not: 1,000 keys that were
# readable a moment before are gone after Close returned nil. And pebble.NoSync sounds like "safe from a killed process, not
# from a power cut", as a write(2) is. But the last part of the log, up to 32 KiB, waits in the process until more comes: of
# 100 acknowledged writes none is there after five idle seconds and kill -9. Who puts a cache or a metadata store on Pebble
# calls Flush before Close in the first case, and LogData(nil, Sync) at intervals in the second.
#
# Seen on 2026-11-27 with Go 1.26 (built without cgo):
#     DisableWAL: 1000 before Close, Close <nil>, 0 after it; with Flush before Close 1000
#     NoSync, 5 s idle, kill -9: 100 before, 0 after; with LogData 100
set -euo pipefail

work=$(mktemp -d)
trap 'wait; rm -rf "$work"' EXIT

mkdir "$work/go"
cat >"$work/go/main.go" <<'EOF'
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

type quiet struct{}

func (quiet) Infof(string, ...any)           {}
func (quiet) Errorf(format string, a ...any) { fmt.Printf(format+"\n", a...) }
func (quiet) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func open(dir string, disableWAL bool) *pebble.DB {
	db, err := pebble.Open(dir, &pebble.Options{DisableWAL: disableWAL, Logger: quiet{}})
	must(err)
	return db
}

func count(db *pebble.DB) (n int) {
	it, err := db.NewIter(nil)
	must(err)
	for it.First(); it.Valid(); it.Next() {
		n++
	}
	must(it.Close())
	return n
}

func write(db *pebble.DB, n int) {
	for i := range n {
		must(db.Set(fmt.Append(nil, "k", i), make([]byte, 100), pebble.NoSync))
	}
}

func main() {
	how, dir := os.Args[1], os.Args[2]
	switch how {
	case "close", "flush":
		db := open(dir, true)
		write(db, 1000)
		fmt.Print(count(db), " ")
		if how == "flush" {
			must(db.Flush())
		}
		must(db.Close())
	case "idle", "logdata":
		db := open(dir, false)
		time.Sleep(time.Second) // what a new log writes at its start is over
		write(db, 100)
		if how == "logdata" {
			must(db.LogData(nil, pebble.Sync))
		}
		fmt.Print(count(db), " ")
		time.Sleep(time.Minute)
	case "count":
		db := open(dir, false)
		fmt.Println(count(db))
		must(db.Close())
	}
}
EOF
(cd "$work/go" && go mod init lost && go get github.com/cockroachdb/pebble/v2@v2.1.7 &&
    CGO_ENABLED=0 go build -o ../lost .) >"$work/log" 2>&1 || { tail -3 "$work/log"; exit 2; }

changed=0
# see WHAT WANTED SEEN
see() {
    echo "$1: $3"
    [ "$2" = "$3" ] || { echo "CHANGED: it was $2"; changed=1; }
}
for how in close flush; do "$work/lost" "$how" "$work/$how" >"$work/$how.out"; done
for how in idle logdata; do (timeout -s KILL 7 "$work/lost" "$how" "$work/$how" >"$work/$how.out" || true) 2>/dev/null & done
wait
for how in close flush idle logdata; do "$work/lost" count "$work/$how" >>"$work/$how.out"; done
see "DisableWAL, before and after Close" "1000 0" "$(cat "$work/close.out")"
see "DisableWAL and Flush, before and after Close" "1000 1000" "$(cat "$work/flush.out")"
see "NoSync and 5 s idle, before and after kill -9" "100 0" "$(cat "$work/idle.out")"
see "NoSync and LogData, before and after kill -9" "100 100" "$(cat "$work/logdata.out")"
exit $changed
