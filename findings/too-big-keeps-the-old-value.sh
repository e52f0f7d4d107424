#!/usr/bin/env bash
# A value that is too large takes the old one away, or leaves it: that depends on whether the client looks at the size itself.
#
# memcached refuses a set above the item size and removes what the key held, so that nobody reads what was meant to be
# replaced. Clients with a limit of their own never ask it: after a failed set python-memcached, Dalli, Cache::Memcached::Fast
# and npm's memcached go on reading the old value for as long as it lives. The limit is theirs (1 MiB) also where the server
# was given a larger -I. pymemcache, which by itself wants no answer, says that the set went well, and the key is gone.
#
# Seen on 2026-11-27 with memcached 1.6.18, the key holding "old", then set to 1,200,000 random bytes:
#     python-memcached 1.59          returns 0                        old value stays
#     Dalli 3.0.6                    raises                           old value stays
#     Cache::Memcached::Fast 0.28    returns undef                    old value stays
#     npm memcached 2.2.2            error                            old value stays
#     Cache::Memcached 1.30          returns ''                       gone
#     pylibmc 1.6.3                  raises                           gone
#     php-memcached 3.2.0            returns false                    gone
#     pymemcache 3.5.2               returns True                     gone
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
    php8.2-memcached=3.2.0+2.2.0-4 php8.2-cli=8.2.36-1~deb12u1 ruby-dalli=3.0.6-1.1 ruby=1:3.1 \
    libcache-memcached-perl=1.30-1.1 libcache-memcached-fast-perl=0.28-2
(cd "$work" && npm install --silent --no-audit --no-fund memcached@2.2.2 >/dev/null) || exit 2

cat >"$work/set.py" <<'EOF'
import os, sys
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
client.set("k", b"old")
try:
    print("returns", client.set("k", os.urandom(1200000)))
except Exception:
    print("raises")
client.get("another")
EOF
cat >"$work/set.rb" <<'EOF'
require "dalli"
client = Dalli::Client.new("127.0.0.1:#{ARGV[0]}")
client.set("k", "old")
begin
  puts "returns #{client.set("k", Random.bytes(1200000)).inspect}"
rescue StandardError
  puts "raises"
end
EOF
cat >"$work/set.pl" <<'EOF'
use Cache::Memcached;
use Cache::Memcached::Fast;
my $client = $ARGV[1]->new({servers => ["127.0.0.1:$ARGV[0]"]});
$client->set("k", "old");
my $r = $client->set("k", join("", map { chr(int rand 256) } 1 .. 1200000));
print "returns ", (defined $r ? "'$r'" : "undef"), "\n";
EOF
cat >"$work/set.php" <<'EOF'
<?php
$client = new Memcached();
$client->addServer("127.0.0.1", (int)$argv[1]);
$client->set("k", "old");
echo "returns ", var_export($client->set("k", random_bytes(1200000)), true), "\n";
EOF
cat >"$work/set.js" <<'EOF'
const client = new (require("memcached"))("127.0.0.1:" + process.argv[2]);
client.set("k", "old", 0, () => client.set("k", require("crypto").randomBytes(1200000), 0, (err, ok) => {
  console.log(err ? "error" : "returns " + ok);
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
    ("python-memcached", "/usr/bin/python3 set.py {} python-memcached", "returns 0, old value stays"),
    ("Dalli", "ruby set.rb {}", "raises, old value stays"),
    ("Cache::Memcached::Fast", "perl set.pl {} Cache::Memcached::Fast", "returns undef, old value stays"),
    ("npm memcached", "node set.js {}", "error, old value stays"),
    ("Cache::Memcached", "perl set.pl {} Cache::Memcached", "returns '', gone"),
    ("pylibmc", "/usr/bin/python3 set.py {} pylibmc", "raises, gone"),
    ("php-memcached", "php set.php {}", "returns false, gone"),
    ("pymemcache", "/usr/bin/python3 set.py {} pymemcache", "returns True, gone"),
):
    ask(port, "delete k\r\n")
    run = subprocess.run(command.format(port).split(), check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    left = ask(port, "mg k v\r\n")
    expect(client, wanted, f"{run.stdout.strip()}, {'gone' if left.startswith('EN') else 'old value stays'}")
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py" "$work"
