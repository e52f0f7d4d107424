#!/usr/bin/env bash
# Cases for a program that shows a server's figures: with_memcached_tool.sh ADDRESS PROGRAM [WORD ...]
# It needs memccp to store an item.
set -uo pipefail
address=$1
shift
tool=(timeout 5 "$@")
echo "client $(basename "$1")"
item=$(mktemp)
trap 'rm -f "$item"' EXIT
echo "a value of one line" >"$item"
timeout 20 memccp "--servers=$address" "$item"

# shows NAME WANT COMMAND... is one case: the command's output must have a line that matches.
shows() {
    local out
    out=$("${@:3}" 2>&1)
    if [ $? = 0 ] && printf '%s\n' "$out" | grep -Eq -- "$2"; then
        echo "ok $1"
    else
        echo "not ok $1: $(printf '%s' "$out" | tr -s '[:space:]' ' ' | cut -c 1-200)"
    fi
}

shows "display" '^ +[12] +(96|120) ?B .* 1 +no' "${tool[@]}" "$address"
shows "stats" ' curr_items +1\b' "${tool[@]}" "$address" stats
shows "settings" ' maxbytes +(268435456|256 MiB)\b' "${tool[@]}" "$address" settings
shows "sizes" ' (96|128)( B)? +1\b' "${tool[@]}" "$address" sizes
shows "dump" '^a value of one line' "${tool[@]}" "$address" dump
if [ "$(basename "$1")" = memcached-tool ]; then
    shows "keys" "^key=$(basename "$item") exp=-1 .* size=[0-9]+" "${tool[@]}" "$address" keys
fi
timeout 20 memcflush "--servers=$address"
echo done
