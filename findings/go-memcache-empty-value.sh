#!/usr/bin/env bash
# After go-memcache stores an empty value, its connection gives the value of one key for another.
#
# The Go client writes the length of a value into its ms line, but for a length of 0 it writes no digit at all. memcached reads
# the line as one without a length, and answers with an error; then it reads the empty data block as another line, and answers
# that too. The client counts one answer for one command. So from then on each answer that it reads is the one to the command
# before: a get finds what was asked for with the get before it, without an error. An empty string is an ordinary value, for
# example what a template made of nothing.
#
# Seen on 2026-11-28 with github.com/QuangTung97/go-memcache 0.3.5 and memcached 1.6.18, one connection:
#     set a=1, b=2, c=3, then empty="": the set is refused with "bad command line format"
#     get a: an error; get b: "1"; get c: "2"
set -euo pipefail

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT

# debian NAME=VERSION... installs exactly these, or says that they cannot be had and ends with status 2.
debian() {
    local package missing=()
    for package; do
        [ "$(dpkg-query -W -f '${Version}' "${package%%=*}" 2>/dev/null)" = "${package#*=}" ] || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] || {
        apt-get update -q &&
            DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
    } >"$work/apt" 2>&1 || { tail -3 "$work/apt"; echo "cannot be had here: ${missing[*]}"; exit 2; }
}

debian memcached=1.6.18-1+deb12u1

cat >"$work/main.go" <<'EOF'
package main

import (
	"fmt"
	"os"

	"github.com/QuangTung97/go-memcache/memcache"
)

func main() {
	client, err := memcache.New(os.Args[1], 1)
	if err != nil {
		panic(err)
	}
	p := client.Pipeline()
	defer p.Finish()
	for _, pair := range [][2]string{{"a", "1"}, {"b", "2"}, {"c", "3"}} {
		if _, err := p.MSet(pair[0], []byte(pair[1]), memcache.MSetOptions{})(); err != nil {
			panic(err)
		}
	}
	_, err = p.MSet("empty", nil, memcache.MSetOptions{})()
	fmt.Println("set empty:", err)
	for _, key := range []string{"a", "b", "c"} {
		got, err := p.MGet(key, memcache.MGetOptions{})()
		fmt.Printf("get %s: %q %v\n", key, got.Data, err)
	}
}
EOF
cd "$work"
{ go mod init finding && go get github.com/QuangTung97/go-memcache@v0.3.5 && go build -o finding .; } >build 2>&1 || {
    tail -3 build
    echo "cannot be built here"
    exit 2
}

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
memcached -l 127.0.0.1 -p "$port" -U 0 -u nobody &
server=$!
for _ in $(seq 50); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    sleep 0.1
done
got=$(timeout 20 ./finding "127.0.0.1:$port")
echo "$got"
grep -q '^get b: "1" <nil>$' <<<"$got" && grep -q '^get c: "2" <nil>$' <<<"$got" || { echo "this has changed"; exit 1; }
