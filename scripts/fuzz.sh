#!/usr/bin/env bash
# Runs every fuzz target of the project, one after the other, for the time given: scripts/fuzz.sh 10s
set -euo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}
time=${1:-10s}

found=0
for package in $($go list ./...); do
    targets=$($go test "$package" -list '^Fuzz' | grep '^Fuzz' || true)
    for target in $targets; do
        echo "== $package $target, $time"
        $go test "$package" -run '^$' -fuzz "^$target\$" -fuzztime "$time"
        found=$((found + 1))
    done
done
echo "$found fuzz targets, nothing found"
