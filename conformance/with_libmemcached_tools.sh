#!/usr/bin/env bash
# Cases for libmemcached's programs: with_libmemcached_tools.sh text|binary ADDRESS [NAME PASSWORD]
set -uo pipefail
flags=("--servers=$2")
[ "$1" = text ] || flags+=(--binary)
[ $# -lt 4 ] || flags+=("--username=$3" "--password=$4")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
echo "client libmemcached-tools $(dpkg-query -W -f '${Version}' libmemcached-tools 2>/dev/null | sed 's/-.*//')"

# try NAME COMMAND... runs one case; a function or program that fails has failed it.
try() {
    local name=$1 why
    shift
    if why=$("$@" 2>&1); then
        echo "ok $name"
    else
        echo "not ok $name: $(echo "$why" | tr -s '[:space:]' ' ' | cut -c 1-200)"
    fi
}

tool() { timeout 20 "$1" "${flags[@]}" "${@:2}"; }

# prints WANT COMMAND... fails unless the command's output has a line that matches.
prints() {
    local out
    out=$("${@:2}" 2>&1)
    local status=$?
    printf '%s\n' "$out" | tail -5
    [ $status = 0 ] && printf '%s\n' "$out" | grep -Eq -- "$1"
}

fails() { ! "$@"; }

# equal FILE fails unless the item of the file's name holds the file's bytes. memccat adds a line end.
equal() { tool memccat "$1" | head -c "$(stat -c %s "$1")" | cmp - "$1"; }

# all NUMBER stores so many files in one call, and reads them in one.
all() {
    seq -f 'f%g' "$1" | while read -r f; do echo "in $f" >"$f"; done
    # shellcheck disable=SC2046 # one word a file
    tool memccp $(seq -f 'f%g' "$1") && [ "$(tool memccat $(seq -f 'f%g' "$1") | grep -c '^in f')" = "$1" ]
}

# touched gives an item of one second more time.
touched() {
    tool memccp --expire=1 touch && tool memctouch --expire=100 touch
}

# expires waits until an item of one second is gone; the touched one must stay.
expires() {
    tool memccp --expire=1 short && sleep 3 && ! tool memccat short && tool memccat touch
}

# refused NAME PASSWORD fails if these let a client in.
refused() { fails timeout 20 memccat "${flags[0]}" --binary "--username=$1" "--password=$2" item; }

echo "a value of one line" >item
echo short >short
echo touch >touch
head -c 1000000 /dev/urandom >large
head -c 1048577 /dev/urandom >toolarge
try "memccp" tool memccp item
try "memccat" prints '^a value of one line$' tool memccat item
try "memccp, value of 1000000 bytes" tool memccp large
try "memccat, value of 1000000 bytes" equal large
try "memccp, value over the maximum" fails tool memccp toolarge
try "memccat of a missing key" fails tool memccat missing
try "memccp and memccat, 500 files" all 500
[ "$1" = binary ] || try "memcdump" prints '^item$' tool memcdump
try "memcexist" tool memcexist item
try "memcexist of a missing key" fails tool memcexist missing
try "memcstat" prints 'curr_items: [0-9]+$' tool memcstat
[ "$1" = binary ] || try "memcping" tool memcping
try "memctouch" touched
try "expiry" expires
try "memcrm" tool memcrm item
try "memcrm: it is gone" fails tool memccat item
try "memccp again" tool memccp item
if [ $# -ge 4 ]; then
    try "wrong password" refused "$3" wrong
    try "no such user" refused nobody-of-that-name "$4"
    try "no password" fails timeout 20 memccat "${flags[0]}" --binary item
else
    try "memcslap, sets" tool memcslap --concurrency=4 --execute-number=500 --test=set
    try "memcslap, gets" tool memcslap --concurrency=4 --execute-number=500 --test=get
    try "memcslap, gets of many keys" tool memcslap --concurrency=2 --execute-number=20 --initial-load=1000 --test=mget
fi
try "memcflush" tool memcflush
try "memcflush: it is gone" fails tool memccat item
echo done
