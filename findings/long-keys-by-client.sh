#!/usr/bin/env bash
# A key of 251 bytes is not always an error: three clients store it under another name, each under its own.
#
# memcached takes 250 bytes. Most clients refuse more. npm's memcached stores under the MD5 of the key, Dalli under the first
# part, ":md5:" and the MD5, and PHP's older memcache extension under the first 250 bytes, so that two keys of which only the
# end differs are one. The application sees success and, with the same client, finds its value again; a client in another
# language, an operator who deletes the key by hand, and memcdump do not. Who counts on an error must check the length before.
#
# Seen on 2026-11-27 with memcached 1.6.18 and the key "k" x 250 + "1":
#     npm memcached 2.2.2: stored as 68c655b1…85746357, 32 bytes
#     Dalli 3.0.6: stored as kkkkkkkk…85746357, 249 bytes
#     php-memcache 8.0: stored as kkkkkkkk…kkkkkkkk, 250 bytes; the key ending in 2 reads it
#     python-memcached, pymemcache, pylibmc, php-memcached, Cache::Memcached, Cache::Memcached::Fast: nothing stored
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

debian memcached=1.6.18-1+deb12u1 python3-memcache=1.59-5 python3-pylibmc=1.6.3-1+b1 python3-pymemcache=3.5.2-1 \
    php8.2-memcached=3.2.0+2.2.0-4 php8.2-memcache=8.0+4.0.5.2+3.0.9~20170802.e702b5f9+-8 php8.2-cli=8.2.36-1~deb12u1 \
    ruby-dalli=3.0.6-1.1 ruby=1:3.1 libcache-memcached-perl=1.30-1.1 libcache-memcached-fast-perl=0.28-2
(cd "$work" && npm install --silent --no-audit --no-fund memcached@2.2.2 >/dev/null) || exit 2

# Each program stores the key that ends in 1, and prints what it finds for the one that ends in 2.
cat >"$work/set.py" <<'EOF'
import sys
port, name = int(sys.argv[1]), sys.argv[2]
if name == "python-memcached":
    import memcache
    client = memcache.Client([f"127.0.0.1:{port}"])
elif name == "pylibmc":
    import pylibmc
    client = pylibmc.Client([f"127.0.0.1:{port}"])
else:
    import pymemcache
    client = pymemcache.Client(("127.0.0.1", port))
client.set("k" * 250 + "1", "v")
EOF
cat >"$work/set.rb" <<'EOF'
require "dalli"
client = Dalli::Client.new("127.0.0.1:#{ARGV[0]}")
client.set("k" * 250 + "1", "v")
puts client.get("k" * 250 + "2")
EOF
cat >"$work/set.pl" <<'EOF'
use Cache::Memcached;
use Cache::Memcached::Fast;
my $client = $ARGV[1]->new({servers => ["127.0.0.1:$ARGV[0]"]});
$client->set("k" x 250 . "1", "v");
EOF
cat >"$work/set.php" <<'EOF'
<?php
$client = new $argv[2]();
$client->addServer("127.0.0.1", (int)$argv[1]);
$client->set(str_repeat("k", 250) . "1", "v");
echo $client->get(str_repeat("k", 250) . "2");
EOF
cat >"$work/set.js" <<'EOF'
const client = new (require("memcached"))("127.0.0.1:" + process.argv[2]);
client.set("k".repeat(250) + "1", "v", 0, () => client.get("k".repeat(250) + "2", (err, v) => {
  console.log(v === undefined ? "" : v);
  process.exit(0);
}));
EOF
cat >"$work/try.py" <<'EOF'
import os
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

changed = 0

def expect(what, wanted, seen):
    global changed
    print(f"{what}: {seen}")
    if seen != wanted:
        print(f"CHANGED: it was {wanted}")
        changed = 1

os.chdir(sys.argv[1])
port = free_port()
memcached(port)
for client, command, wanted in (
    ("npm memcached", "node set.js {}", "32 bytes"),
    ("Dalli", "ruby set.rb {}", "249 bytes"),
    ("php-memcache", "php set.php {} Memcache", "250 bytes; the key ending in 2 reads it"),
    ("python-memcached", "/usr/bin/python3 set.py {} python-memcached", "nothing stored"),
    ("pymemcache", "/usr/bin/python3 set.py {} pymemcache", "nothing stored"),
    ("pylibmc", "/usr/bin/python3 set.py {} pylibmc", "nothing stored"),
    ("php-memcached", "php set.php {} Memcached", "nothing stored"),
    ("Cache::Memcached", "perl set.pl {} Cache::Memcached", "nothing stored"),
    ("Cache::Memcached::Fast", "perl set.pl {} Cache::Memcached::Fast", "nothing stored"),
):
    run = subprocess.run(command.format(port).split(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
        s.sendall(b"lru_crawler metadump all\r\n")
        dump = b""
        while not dump.endswith(b"END\r\n"):
            dump += s.recv(1 << 16)
    keys = [line.split()[0][4:].decode() for line in dump.splitlines() if line.startswith(b"key=")]
    seen = "nothing stored"
    for key in keys:
        print(f"    {key[:8]}…{key[-8:]}")
        # metadump writes some characters as three.
        seen = f"{len(key.replace('%3A', ':'))} bytes"
        ask(port, f"delete {key.replace('%3A', ':')}\r\n")
    if run.stdout.strip() == "v":
        seen += "; the key ending in 2 reads it"
    expect(client, wanted, seen)
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py" "$work"
