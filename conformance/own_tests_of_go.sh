#!/usr/bin/env bash
# A Go client's own tests as cases: own_tests_of_go.sh GO PACKAGE [FLAG ...]
set -uo pipefail
cd "$(dirname "$0")" || exit 1
go=$1 package=$2
shift 2
echo "client $("$go" list -m -f '{{.Path}} {{.Version}}' "$package" | sed 's|.*/\(.*/v[0-9]*\) |\1 |')"
"$go" test -count=1 -v "$@" "$package" |
    sed -nE 's/^--- PASS: ([^ ]*).*/ok \1/p; s/^--- FAIL: ([^ ]*).*/not ok \1/p; s/^(ok|FAIL)[ \t]+[a-z].*/done/p'
