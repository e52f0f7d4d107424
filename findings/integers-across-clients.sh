#!/usr/bin/env bash
# The number 42, stored by one client and read by another, becomes a miss, a float or a string, and seldom an error.
#
# All of them write the same two digits; what they are is told by the item's flags, and each library numbers types in its own
# way: 1 is a pickle in Python, an integer in PHP's memcached and something serialized in Perl; 2 an integer in Python, a
# double in PHP's memcached, compressed data in Perl and in PHP's older memcache. One expects an exception from a reader that
# does not understand. Mostly it reports a miss, so the value is computed and stored again, and two applications take turns
# for ever. PHP's memcached turns Python's integer into a float, and Python's float, a pickle, into the integer 0. No server
# can help: flags must come through as they were sent. Who shares a cache between languages stores strings.
#
# Seen on 2026-11-27, by memcached 1.6.18 (a dash is a miss):
#     written by             flags  python-memcached  php-memcached  php-memcache  Cache::Memcached  npm memcached
#     python-memcached 1.59  2      42                42.0           -             -                 42
#     the same, 1.5          1      1.5               0              -             -                 "F1.5\n."
#     php-memcached 3.2.0    1      -                 42             -             -                 "42"
#     php-memcache 8.0       768    raises            '42'           42            '42'              "42"
#     Cache::Memcached 1.30  0      b'42'             '42'           '42'          '42'              "42"
#     npm memcached 2.2.2    8      raises            -              '42'          '42'              42
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

debian memcached=1.6.18-1+deb12u1 python3-memcache=1.59-5 php8.2-memcached=3.2.0+2.2.0-4 \
    php8.2-memcache=8.0+4.0.5.2+3.0.9~20170802.e702b5f9+-8 php8.2-cli=8.2.36-1~deb12u1 libcache-memcached-perl=1.30-1.1
(cd "$work" && npm install --silent --no-audit --no-fund memcached@2.2.2 >/dev/null) || exit 2

# Each program takes a port and either "set" or keys to read.
cat >"$work/python.py" <<'EOF'
import sys, memcache
client = memcache.Client(["127.0.0.1:" + sys.argv[1]])
if sys.argv[2] == "set":
    client.set("python", 42)
    client.set("float", 1.5)
for key in sys.argv[3:]:
    try:
        v = client.get(key)
        print("-" if v is None else repr(v))
    except Exception:
        print("raises")
EOF
cat >"$work/php.php" <<'EOF'
<?php
error_reporting(0);
$client = new $argv[2]();
$client->addServer("127.0.0.1", (int)$argv[1]);
if ($argv[3] == "set") $client->set($argv[2], 42);
foreach (array_slice($argv, 4) as $key) {
    $v = $client->get($key);
    echo $v === false ? "-" : var_export($v, true), "\n";
}
EOF
cat >"$work/perl.pl" <<'EOF'
use Cache::Memcached;
my ($port, $op, @keys) = @ARGV;
my $client = Cache::Memcached->new({servers => ["127.0.0.1:$port"]});
$client->set("perl", 42) if $op eq "set";
for (@keys) { my $v = $client->get($_); print defined $v ? "'$v'" : "-", "\n" }
EOF
cat >"$work/node.js" <<'EOF'
const [port, op, ...keys] = process.argv.slice(2);
const client = new (require("memcached"))("127.0.0.1:" + port);
const read = () => {
  if (!keys.length) process.exit(0);
  client.get(keys.shift(), (err, v) => { console.log(err || v === undefined ? "-" : JSON.stringify(v)); read(); });
};
op === "set" ? client.set("npm", 42, 0, read) : read();
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

def run(command, *more):
    return subprocess.run(command.split() + list(more), check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()

os.chdir(sys.argv[1])
port = free_port()
memcached(port)
readers = (f"/usr/bin/python3 python.py {port}", f"php php.php {port} Memcached", f"php php.php {port} Memcache",
           f"perl perl.pl {port}", f"node node.js {port}")
for reader in readers:
    run(reader, "set")
wanted = {
    "python": ("2", "42", "42.0", "-", "-", "42"),
    "float": ("1", "1.5", "0", "-", "-", '"F1.5\\n."'),
    "Memcached": ("1", "-", "42", "-", "-", '"42"'),
    "Memcache": ("768", "raises", "'42'", "42", "'42'", '"42"'),
    "perl": ("0", "b'42'", "'42'", "'42'", "'42'", '"42"'),
    "npm": ("8", "raises", "-", "'42'", "'42'", "42"),
}
columns = [run(reader, "get", *wanted) for reader in readers]
changed = 0
for key, *seen in zip(wanted, *columns):
    seen = (ask(port, f"get {key}\r\n").split()[2], *seen)
    print(f"{key:9}", *(f"{v:10}" for v in seen))
    if seen != wanted[key]:
        print("CHANGED: it was", *wanted[key])
        changed = 1
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py" "$work"
