#!/usr/bin/env bash
# Cases for a program that shows a server's figures: with_memcached_tool.sh ADDRESS PROGRAM [WORD ...]
# It needs memccp to store an item.
set -uo pipefail
address=$1
shift
echo "client $(basename "$1")"
item=$(mktemp)
trap 'rm -f "$item"' EXIT
echo "a value of one line" >"$item"
timeout 20 memccp "--servers=$address" "$item"

# shows NAME WANT COMMAND... is one case: the command's output must have a line that matches.
shows() {
    local out
    out=$(timeout 5 "${@:3}" 2>&1)
    if [ $? = 0 ] && printf '%s\n' "$out" | grep -Eq -- "$2"; then
        echo "ok $1"
    else
        echo "not ok $1: $(printf '%s' "$out" | tr -s '[:space:]' ' ' | cut -c 1-200)"
    fi
}

shows "display" '^ +[12] +(96|120) ?B .* 1 +no' "$@" "$address"
shows "stats" ' curr_items +1\b' "$@" "$address" stats
shows "settings" ' maxbytes +(268435456|256 MiB)\b' "$@" "$address" settings
shows "sizes" ' (96|128)( B)? +1\b' "$@" "$address" sizes
shows "dump" '^a value of one line' "$@" "$address" dump
timeout 20 memcflush "--servers=$address"
echo done
