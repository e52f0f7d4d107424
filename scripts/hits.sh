#!/usr/bin/env bash
# Compares hit ratios and memory of a gocached binary and of other servers: scripts/hits.sh bin/gocached [NAME=PROGRAM ...]
#
# Debian's memcached is measured beside it; if it is missing it is installed (INSTALL=no forbids it), and if it cannot be had
# that is said and it is left out. Each NAME=PROGRAM is a further server; NAME="PROGRAM FLAGS" gives it flags.
#
# TRACE is a recorded trace to play as well. ONLY is a regular expression of the rows to measure, as '^scan, -m 48', which
# leaves what is known of the others. SEED (1) makes the loads. Results go to docs/memory.md, below what is written by hand,
# and to bench/memory.json, or to OUT.md and OUT.json. SHORT=1 takes about a minute, and its results go to bin.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh
. scripts/peers.sh
go=${GO:-go}
binary=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT

install "$log" memcached
find_peers "$@"

flags=(--hits --seed "${SEED:-1}") out=docs/memory.md json=bench/memory.json
if [ -n "${SHORT:-}" ]; then
    flags+=(--short)
    out=bin/memory.md json=bin/memory.json
fi
if [ -n "${OUT:-}" ]; then out=$OUT.md json=$OUT.json; fi
if [ -n "${TRACE:-}" ]; then flags+=(--trace "$TRACE"); fi
if [ -n "${ONLY:-}" ]; then flags+=(--only "$ONLY" --add); fi

"$go" build -o bin/suite ./bench/suite
bin/suite "${flags[@]}" "${peers[@]}" --from "$(git describe --always --dirty 2>/dev/null || true)" \
    --out "$out" --json "$json" "$binary"
echo "the results are in $out"
