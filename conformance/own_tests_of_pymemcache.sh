#!/usr/bin/env bash
# pymemcache's own tests that talk to a server, as cases: own_tests_of_pymemcache.sh ADDRESS
set -uo pipefail
cd / || exit 1
echo "client pymemcache $(dpkg-query -W -f '${Version}' python3-pymemcache | sed 's/-.*//')"
file=$(/usr/bin/python3 -c 'import pymemcache.test as t; print(t.__path__[0])')/test_integration.py
timeout 100 /usr/bin/python3 -m pytest -rA -q -p no:cacheprovider -k 'not tls' "$file" --server "${1%:*}" --port "${1##*:}" |
    sed -nE 's/^PASSED [^:]*::(.*)/ok \1/p; s/^(FAILED|ERROR) [^:]*::([^ ]*).*/not ok \2/p; s/^[0-9]+ (passed|failed).*/done/p'
