#!/usr/bin/env bash
# Runs memcached 1.4.5's own tests against gocached: scripts/suite.sh bin/gocached TREE
#
# TREE is the source of memcached 1.4.5 as its own "make" leaves it: its tests need timedrun and testapp. Nothing in it is
# changed. gocached stands there as memcached-debug. One file of tests, issue_67.t, expects UDP to be open wherever TCP
# is, as in 1.4.5; it is run with the option that gocached has for that, -o udp_follows_tcp. Two are left out: line-lengths.t
# measures the lines of memcached's own source, and udp.t is no Perl any more since version 5.22.
set -uo pipefail
binary=$(readlink -f "$1")
tree=$(readlink -f "${2:-}")
for needed in testapp timedrun t/lib/MemcachedTest.pm; do
    if [ ! -e "$tree/$needed" ]; then
        echo "TREE=${2:-} is no source of memcached 1.4.5 with its tests built: it has no $needed" >&2
        exit 1
    fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -a "$tree/t" "$tree/testapp" "$tree/timedrun" "$work"
[ ! -e "$tree/sizes" ] || cp "$tree/sizes" "$work"
chmod 755 "$work"
cd "$work" || exit 1

# stand_in [FLAG ...] puts gocached, with these flags first, in memcached's place.
stand_in() {
    printf '#!/bin/sh\nexec %q %s "$@"\n' "$binary" "$*" >memcached-debug
    chmod 755 memcached-debug
}

passed=0 all=0 failed=()
count() {
    all=$((all + 1))
    if [ "$1" = 0 ]; then passed=$((passed + 1)); else failed+=("$2"); fi
}
rm -f t/line-lengths.t t/udp.t
for file in t/*.t; do
    flags=
    [ "$file" != t/issue_67.t ] || flags="-o udp_follows_tcp -u $(id -un)" # it alone does not name the user
    stand_in $flags
    timeout 300 prove -q "$file" >log 2>&1
    status=$?
    [ $status = 0 ] || tail -20 log
    count $status "$file"
done
stand_in
timeout 300 ./testapp >log 2>&1
status=$?
good=$(grep -c '^ok' log)
want=$(sed -n 's/^1\.\.//p' log)
[ "$status" = 0 ] && [ "$good" = "$want" ] || { tail -5 log; failed+=(testapp); }
echo "files of tests: $passed of $all; testapp: $good of $want"
if [ ${#failed[@]} -gt 0 ]; then
    echo "failed: ${failed[*]}"
    exit 1
fi
