#!/usr/bin/env bash
# "ketama" of one library is not ketama of another, and libmemcached's own two differ although all weights are equal.
#
# Of 2,000 keys on three servers, libmemcached's behaviour `ketama` with md5 places more than half elsewhere than its
# `ketama_weighted` does with equal weights, and with its usual hash it agrees with nothing else here. `ketama_weighted` is
# what PHP's LIBKETAMA_COMPATIBLE, npm's memcached and twemproxy's ketama with md5 do; Dalli and Cache::Memcached::Fast with
# ketama_points have a ring of their own. twemproxy's hash named crc32 is not CRC-32 but the 15 bits of it that
# Cache::Memcached takes, as is pylibmc's crc; crc32a is CRC-32 itself, as in the Go client. A wrong guess, when a proxy or
# another client is put before a running fleet, empties half to two thirds of the cache, and two clients that disagree do not
# see each other's deletes.
#
# Seen on 2026-11-27 with three memcached 1.6.18, keys that two place on the same server:
#     100 %: pylibmc ketama_weighted and PHP LIBKETAMA_COMPATIBLE, npm memcached, twemproxy ketama+md5
#     100 %: pylibmc default and twemproxy modula+one_at_a_time
#     100 %: python-memcached and Cache::Memcached, pylibmc crc, twemproxy modula+crc32
#     100 %: gomemcache and twemproxy modula+crc32a
#      42 %: pylibmc ketama_weighted and pylibmc ketama with md5 (with other ports 48 %)
#      32 to 35 %: all other pairs, Dalli's and those of Cache::Memcached::Fast with ketama_points among them
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

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

debian memcached=1.6.18-1+deb12u1 nutcracker=0.5.0+dfsg-2 python3-memcache=1.59-5 python3-pylibmc=1.6.3-1+b1 \
    php8.2-memcached=3.2.0+2.2.0-4 php8.2-cli=8.2.36-1~deb12u1 ruby-dalli=3.0.6-1.1 ruby=1:3.1 \
    libcache-memcached-perl=1.30-1.1 libcache-memcached-fast-perl=0.28-2
(cd "$work" && npm install --silent --no-audit --no-fund memcached@2.2.2 >/dev/null) || exit 2
mkdir "$work/go"
cat >"$work/go/main.go" <<'EOF'
package main

import (
	"fmt"
	"os"

	"github.com/bradfitz/gomemcache/memcache"
)

func main() {
	c := memcache.New(os.Args[1:]...)
	for i := range 2000 {
		if err := c.Set(&memcache.Item{Key: fmt.Sprint("k", i), Value: []byte("v")}); err != nil {
			panic(err)
		}
	}
}
EOF
(cd "$work/go" && go mod init placement &&
    go get github.com/bradfitz/gomemcache@v0.0.0-20260422231931-4d751bb6e37c &&
    go build -o ../gomemcache .) >"$work/log" 2>&1 || { tail -3 "$work/log"; exit 2; }

# Each program stores k0 to k1999 on the servers that it is given.
cat >"$work/set.py" <<'EOF'
import ast, sys
behaviors, servers = sys.argv[1], sys.argv[2:]
if behaviors == "python-memcached":
    import memcache
    client = memcache.Client(servers)
else:
    import pylibmc
    client = pylibmc.Client(servers, behaviors=ast.literal_eval(behaviors))
for i in range(2000):
    client.set(f"k{i}", "v")
EOF
cat >"$work/set.rb" <<'EOF'
require "dalli"
client = Dalli::Client.new(ARGV)
2000.times { |i| client.set("k#{i}", "v") }
EOF
cat >"$work/set.php" <<'EOF'
<?php
$client = new Memcached();
$client->setOption(Memcached::OPT_LIBKETAMA_COMPATIBLE, true);
foreach (array_slice($argv, 1) as $server) { [$host, $port] = explode(":", $server); $client->addServer($host, (int)$port); }
for ($i = 0; $i < 2000; $i++) $client->set("k$i", "v");
EOF
cat >"$work/set.pl" <<'EOF'
use Cache::Memcached;
use Cache::Memcached::Fast;
my ($points, @servers) = @ARGV;
my $client = $points ? Cache::Memcached::Fast->new({servers => \@servers, ketama_points => $points})
                     : Cache::Memcached->new({servers => \@servers});
$client->set("k$_", "v") for 0 .. 1999;
EOF
cat >"$work/set.js" <<'EOF'
const client = new (require("memcached"))(process.argv.slice(2));
let i = 0;
const next = (err) => err ? process.exit(1) : i == 2000 ? process.exit(0) : client.set("k" + i++, "v", 0, next);
next();
EOF
cat >"$work/try.py" <<'EOF'
import itertools, os
import atexit, getpass, signal, socket, subprocess, sys, time

signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]

def start(port, *command):
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(lambda: (server.kill(), server.wait()))
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return server
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{command[0]} does not listen")

def memcached(port, *flags):
    return start(port, "memcached", "-u", getpass.getuser(), "-l", "127.0.0.1", "-p", str(port), *flags)

def ask(port, text):
    """What is answered to text: all that comes before the answer to mn, which is sent behind it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
        s.sendall(text.encode() + b"mn\r\n")
        answer = b""
        while not answer.endswith(b"MN\r\n"):
            answer += s.recv(1 << 16)
        return answer[:-4].decode("latin-1")

os.chdir(sys.argv[1])
ports = sorted(free_port() for _ in range(3))
for port in ports:
    memcached(port)
servers = [f"127.0.0.1:{port}" for port in ports]

def proxy(distribution, hash):
    port, figures = free_port(), free_port()
    lines = [f"p:\n  listen: 127.0.0.1:{port}\n  hash: {hash}\n  distribution: {distribution}\n  servers:\n"]
    with open("proxy.yml", "w") as f:
        f.write("".join(lines + [f"   - {s}:1\n" for s in servers]))
    start(port, "nutcracker", "-c", "proxy.yml", "-s", str(figures))
    return ["/usr/bin/python3", "set.py", "python-memcached", f"127.0.0.1:{port}"]

def place(command):
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    places = []
    for port in ports:
        answer = ask(port, "".join(f"mg k{i} k\r\n" for i in range(2000)))
        places.append({line.split()[1] for line in answer.splitlines() if line.startswith("HD")})
        ask(port, "".join(f"md k{i} q\r\n" for i in range(2000)))
    assert sum(map(len, places)) == 2000, "not all keys were stored once"
    return places

def shared(a, b):
    return round(sum(len(x & y) for x, y in zip(a, b)) / 20)

python = ["/usr/bin/python3", "set.py"]
groups = (
    {
        "pylibmc ketama_weighted": python + ["{'ketama_weighted': True}"] + servers,
        "PHP LIBKETAMA_COMPATIBLE": ["php", "set.php"] + servers,
        "npm memcached": ["node", "set.js"] + servers,
        "twemproxy ketama+md5": proxy("ketama", "md5"),
    },
    {"pylibmc default": python + ["{}"] + servers, "twemproxy modula+one_at_a_time": proxy("modula", "one_at_a_time")},
    {
        "python-memcached": python + ["python-memcached"] + servers,
        "Cache::Memcached": ["perl", "set.pl", "0"] + servers,
        "pylibmc crc": python + ["{'hash': 'crc'}"] + servers,
        "twemproxy modula+crc32": proxy("modula", "crc32"),
    },
    {"gomemcache": ["./gomemcache"] + servers, "twemproxy modula+crc32a": proxy("modula", "crc32a")},
    {"pylibmc ketama": python + ["{'ketama': True}"] + servers},
    {"pylibmc ketama with md5": python + ["{'ketama': True, 'hash': 'md5'}"] + servers},
    {"Dalli": ["ruby", "set.rb"] + servers},
    {"Cache::Memcached::Fast with ketama_points": ["perl", "set.pl", "150"] + servers},
)
changed = 0
firsts = {}
for group in groups:
    places = {name: place(command) for name, command in group.items()}
    first, *rest = places
    for name in rest:
        same = shared(places[first], places[name])
        print(f"{same:3} %: {first} and {name}")
        changed |= same != 100
    firsts[first] = places[first]
others = {(a, b): shared(firsts[a], firsts[b]) for a, b in itertools.combinations(firsts, 2)}
half = "pylibmc ketama_weighted", "pylibmc ketama with md5"
print(f"{others.pop(half):3} %: {half[0]} and {half[1]}")
print(f"{min(others.values()):3} to {max(others.values())} %: all other pairs")
changed |= shared(*(firsts[h] for h in half)) > 70 or max(others.values()) > 50
if changed:
    print("CHANGED")
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py" "$work"
