#!/usr/bin/env bash
# dalli's own tests as cases: own_tests_of_dalli.sh SOURCE PROGRAM [FLAG ...]
# SOURCE is dalli's repository. The tests start "memcached" themselves, with flags of their own: that is the program with these flags.
set -uo pipefail
source=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#!/bin/sh\nexec %s "$@"\n' "$(printf '%q ' "$@")" >"$work/memcached"
chmod +x "$work/memcached"
cd "$source" || exit 1
echo "client dalli $(sed -n "s/.*VERSION = '\(5[^']*\)'.*/\1/p" lib/dalli/version.rb)"
PATH=$work:$PATH timeout -k 5 300 ruby -I"$here/dalli" -Ilib -Itest -rdalli -rcases \
    -e 'Dir["test/**/test_*.rb"].sort.each { |file| require "./#{file}" }' 3>&1 >"$work/log" 2>&1 ||
    grep -q runs, "$work/log" || tail -3 "$work/log" >&2
