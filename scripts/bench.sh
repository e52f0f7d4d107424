#!/usr/bin/env bash
# Measures the standard loads on a gocached binary and on other servers: scripts/bench.sh bin/gocached [NAME=PROGRAM ...]
#
# Debian's memcached is measured beside it, and redis-server and memcaslap where they can be had: what is missing is
# installed (INSTALL=no forbids it), and what cannot be had is said and left out. Each NAME=PROGRAM is a further column;
# NAME="PROGRAM FLAGS" gives it flags. All servers run on the first processor and the generator on the others.
#
# ROUNDS (5) and SECONDS_A_TURN (1) say how long each load takes; ONLY is a regular expression of the loads to measure, which
# leaves what is known of the others. Results go to bench/RESULTS.md and bench/results.json, or to OUT.md and OUT.json.
# SHORT=1 takes half a minute, and its results go to bin.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh
. scripts/peers.sh
go=${GO:-go}
binary=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export PATH=$PATH:/usr/sbin

install "$log" memcached libmemcached-tools redis-server redis-tools
find_peers "$@"

flags=() client_cpu=() out=bench/RESULTS.md json=bench/results.json
if [ -n "${SHORT:-}" ]; then
    flags+=(--short)
    out=bin/RESULTS.md json=bin/results.json
else
    flags+=(--rounds "${ROUNDS:-5}" --time "${SECONDS_A_TURN:-1}s")
fi
if [ -n "${OUT:-}" ]; then out=$OUT.md json=$OUT.json; fi
if [ -n "${ONLY:-}" ]; then flags+=(--only "$ONLY" --add); fi
last=$(($(nproc) - 1))
if [ "$last" -gt 0 ] && command -v taskset >/dev/null; then
    flags+=(--cpu 0)
    client_cpu=(taskset -c "1-$last")
else
    echo "*** servers and generator share the processors: the figures are not worth much"
fi

"$go" build -o bin/suite ./bench/suite
"${client_cpu[@]}" bin/suite "${flags[@]}" "${peers[@]}" --from "$(git describe --always --dirty 2>/dev/null || true)" \
    --out "$out" --json "$json" "$binary"
echo "the results are in $out"
