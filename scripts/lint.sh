#!/usr/bin/env bash
# Checks formatting, go vet and staticcheck: scripts/lint.sh MODULE@VERSION
set -uo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}
staticcheck=$1
failed=0

unformatted=$(git ls-files '*.go' | xargs gofmt -l)
if [ -n "$unformatted" ]; then
    echo "not formatted (make fmt does it):"
    echo "$unformatted"
    failed=1
fi

$go vet ./... || failed=1

# The conformance clients are a module of their own, whose dependencies must be fetched.
modules=(.)
if (cd conformance && $go mod download) >/dev/null 2>&1; then
    modules+=(conformance)
    (cd conformance && $go vet ./...) || failed=1
else
    echo "*** what conformance/ needs cannot be had: NOT checked"
fi

if $go run "$staticcheck" -version >/dev/null 2>&1; then
    for module in "${modules[@]}"; do
        (cd "$module" && $go run "$staticcheck" ./...) || failed=1
    done
else
    echo "*** staticcheck cannot be had ($staticcheck): NOT checked"
fi

[ $failed = 0 ] && echo "lint: nothing found"
exit $failed
