#!/usr/bin/env bash
# Compares a gocached binary with other servers under a few shapes of load: scripts/compare.sh bin/gocached [NAME=PROGRAM ...]
#
# Without programs the memcached in PATH is taken. Each server has one thread on the first processor; the generator has
# the others. SECONDS_A_TURN and ROUNDS change the length.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/server.sh
binary=$(readlink -f "$1")
shift
if [ $# = 0 ]; then
    memcached=$(command -v memcached) || { echo "there is no memcached to compare with (apt-get install memcached)"; exit 1; }
    set -- "memcached=$memcached"
fi

last=$(($(nproc) - 1))
server_cpu=() client_cpu=()
if [ "$last" -gt 0 ] && command -v taskset >/dev/null; then
    server_cpu=(taskset -c 0) client_cpu=(taskset -c "1-$last")
fi

pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
targets=()
for pair in "$@" "gocached=$binary"; do
    port=$(free_port)
    # shellcheck disable=SC2046 # no flag or two words
    "${server_cpu[@]}" "${pair#*=}" -l 127.0.0.1 -p "$port" -U 0 -t 1 -m 2048 $(user_flag) &
    pids+=($!)
    wait_port "$port"
    targets+=(--server "${pair%%=*}=127.0.0.1:$port")
done

load() {
    echo "== $*"
    "${client_cpu[@]}" "$binary" bench load --time "${SECONDS_A_TURN:-2}s" --rounds "${ROUNDS:-5}" "$@" "${targets[@]}"
}
load --keys 1000000 --conns 50 --gets 100
load --keys 1000000 --conns 50 --gets 90
load --keys 1000000 --conns 50 --gets 0
load --keys 1000000 --conns 4 --gets 100
load --keys 1000000 --conns 50 --depth 32 --gets 100
load --keys 1000000 --conns 50 --depth 32 --gets 90
load --keys 1000000 --conns 50 --depth 32 --gets 0
load --keys 1000000 --conns 50 --multiget 50 --gets 100
load --keys 500000 --conns 50 --depth 32 --gets 100 --value 1000
load --keys 5000 --conns 50 --gets 90 --value 100000
