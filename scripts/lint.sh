#!/usr/bin/env bash
# Checks formatting, go vet, staticcheck, the layers of imports (the tests of internal/house), and whether the modules
# have known vulnerabilities: scripts/lint.sh STATICCHECK@VERSION GOVULNCHECK@VERSION
#
# What cannot be had, such as a tool without a network, is named and passed over.
set -uo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}
staticcheck=$1
govulncheck=$2
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

# Which package may import which, how long a file may be, what the documents name: see internal/house.
$go test ./internal/house || failed=1

# It needs a database from vuln.go.dev. Its own exit status, 3 for a vulnerability that the code can reach, shows only in
# the last line that go run prints.
for module in "${modules[@]}"; do
    if report=$(cd "$module" && $go run "$govulncheck" ./... 2>&1); then
        continue
    elif grep -q '^exit status 3$' <<<"$report"; then
        echo "$report"
        failed=1
    else
        echo "*** known vulnerabilities in $module: NOT checked. $govulncheck or its database cannot be had:"
        grep -v -e '^exit status' -e '^go: downloading' <<<"$report" | tail -n 1
    fi
done

[ $failed = 0 ] && echo "lint: nothing found"
exit $failed
