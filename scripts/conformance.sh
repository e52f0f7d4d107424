#!/usr/bin/env bash
# Checks a gocached binary with what others wrote for memcached, and prints one table: scripts/conformance.sh bin/gocached
#
# The recorded conversations need only Go. The rest are Debian's packages memcached (for memcached-tool) and
# libmemcached-tools, which are installed if they are missing and can be had; what cannot be had is shown as "not run".
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/server.sh
go=${GO:-go}
binary=$(readlink -f "$1")
tool=/usr/share/memcached/scripts/memcached-tool
work=$(mktemp -d)
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

install_packages() {
    command -v memccapable >/dev/null && [ -e $tool ] && return
    local sudo=
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    local try
    for try in 1 2 3; do
        if DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends \
            memcached libmemcached-tools >"$work/apt" 2>&1; then
            return
        fi
        DEBIAN_FRONTEND=noninteractive $sudo apt-get update -q >>"$work/apt" 2>&1
        sleep $((try * 2))
    done
    tail -5 "$work/apt"
    echo "*** memcached's tools cannot be installed: the checks that need them are NOT RUN"
}

failed=0
rows=()

# check NAME NEEDS COMMAND... runs a program, or shows or absent below, and adds its row to the table. NEEDS is a
# program that must be there, or - for none.
check() {
    local name=$1 needs=$2 verdict
    shift 2
    [ "$(type -t "$1")" = function ] || set -- timeout 300 "$@"
    if [ "$needs" != - ] && ! command -v "$needs" >/dev/null; then
        verdict="not run, no $needs"
    elif "$@" >"$work/out" 2>&1; then
        verdict=ok
    else
        verdict=FAILED
        failed=1
        echo "--- $name"
        tail -25 "$work/out"
    fi
    rows+=("$(printf '%-34s %s' "$name" "$verdict")")
}

# shows WANT COMMAND... runs a command and fails unless its output holds a line that matches WANT.
shows() {
    local want=$1
    shift
    timeout 20 "$@" >"$work/shown" 2>&1
    local status=$?
    cat "$work/shown"
    [ $status = 0 ] && grep -Eq -- "$want" "$work/shown"
}

# absent FILE fails if memccat still finds the file's item.
absent() { ! timeout 20 memccat "$servers" "$1"; }

install_packages
export PATH=$PATH:/usr/share/memcached/scripts
port=$(free_port)
# shellcheck disable=SC2046 # no flag or two words
"$binary" -l 127.0.0.1 -p "$port" -U 0 $(user_flag) >"$work/server" 2>&1 &
server=$!
wait_port "$port" || { cat "$work/server"; exit 1; }
servers=--servers=127.0.0.1:$port
address=127.0.0.1:$port

check "golden conversations" - env GOCACHED_BINARY="$binary" "$go" test ./cmd/gocached -run '^TestGolden$' -count=1

echo "a value of one line" >"$work/item.txt"
check "memccp" memccp memccp "$servers" "$work/item.txt"
check "memccat" memccat shows '^a value of one line$' memccat "$servers" item.txt
check "memcdump" memcdump shows '^item.txt$' memcdump "$servers"
check "memcexist" memcexist memcexist "$servers" item.txt
check "memcstat" memcstat shows 'curr_items: 1$' memcstat "$servers"
check "memcping" memcping memcping "$servers"
check "memcached-tool" memcached-tool shows '^ +1 +96B .* 1 +no' memcached-tool "$address"
check "memcached-tool stats" memcached-tool shows ' curr_items +1\b' memcached-tool "$address" stats
check "memcached-tool settings" memcached-tool shows ' maxbytes +67108864\b' memcached-tool "$address" settings
check "memcached-tool sizes" memcached-tool shows ' 96 +1\b' memcached-tool "$address" sizes
check "gocached tool" - shows ' 96 B .* 1 +no' "$binary" tool "$address"
check "gocached tool dump" - shows '^a value of one line' "$binary" tool "$address" dump
check "memcrm" memcrm memcrm "$servers" item.txt
check "memcrm: it is gone" memccat absent item.txt
check "memccp again" memccp memccp "$servers" "$work/item.txt"
check "memcflush" memcflush memcflush "$servers"
check "memcflush: it is gone" memccat absent item.txt
check "memccapable, text" memccapable memccapable -h 127.0.0.1 -p "$port" -a
for extra in ${CONFORMANCE_EXTRA:-}; do
    case $extra in
    binary) check "memccapable, binary" memccapable memccapable -h 127.0.0.1 -p "$port" -b ;;
    esac
done
check "the server is still there" - shows '^ +pid ' "$binary" tool "$address" stats

echo
printf '%s\n' "${rows[@]}"
if [ $failed = 0 ]; then echo "conformance: ok"; else echo "conformance: FAILED"; fi
exit $failed
