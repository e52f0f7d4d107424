#!/usr/bin/env bash
# libmemcached's memccapable, whose tests are the cases: with_memccapable.sh -a|-b ADDRESS
set -uo pipefail
echo "client memccapable $(dpkg-query -W -f '${Version}' libmemcached-tools 2>/dev/null | sed 's/-.*//')"
timeout 60 memccapable -h "${2%:*}" -p "${2##*:}" "$1" |
    sed -nE 's/^((ascii|binary) .*[^ ]) +\[pass\]$/ok \1/p; s/^((ascii|binary) .*[^ ]) +\[(.*)\]$/not ok \1: \3/p; s/^All tests passed$/done/p; s/^[0-9]+ of [0-9]+ tests failed.*/done/p'
