#!/usr/bin/env bash
# Runs every fuzz target of the project, one after the other, for the time given: scripts/fuzz.sh 10s
set -euo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}
time=${1:-10s}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Go takes a minute to make each input that reached something new as short as it can. A server does not take the same way
# twice, so that would be most of the time: with 20 tries FuzzConversation found 190 such inputs in 10 s, and without 1.
minimize=20x

# fuzz PACKAGE TARGET. When the time is over Go at times calls the end of its own clock a failure ("context deadline
# exceeded", go.dev/issue/75804, mended in Go 1.27): that is none unless an input was found.
fuzz() {
    if "$go" test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "$time" -fuzzminimizetime $minimize >"$log" 2>&1; then
        tail -n 3 "$log"
        return
    fi
    cat "$log"
    grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input written' "$log"
}

found=0
packages=$("$go" list ./...)
for package in $packages; do
    targets=$("$go" test "$package" -list '^Fuzz')
    for target in $(grep '^Fuzz' <<<"$targets" || true); do
        echo "== $package $target, $time"
        fuzz "$package" "$target"
        found=$((found + 1))
    done
done
[ $found -gt 0 ] || { echo "there is no fuzz target"; exit 1; }
echo "$found fuzz targets, nothing found"
