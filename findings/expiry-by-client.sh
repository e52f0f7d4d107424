#!/usr/bin/env bash
# An expiry of -1 means "gone at once" or "kept until 2106", by whether the same library speaks text or binary.
#
# In text pylibmc sends an expiry of -1 as 4294967295 and PHP's Memcached as -1; memcached 1.6.18 takes both for -1, and the
# value is never seen. In binary the field has 32 bits without a sign, and 4294967295 is a date: the year 2106. Switch the
# same client to binary, as one does for SASL, and what was meant not to be cached stays. Dalli 3, which is binary by itself,
# does likewise. The other surprise is who knows that more than 30 days are a date: of these only Dalli converts, so 31 days
# with any other is success and a value that is gone. npm's memcached has an option maxExpiration of 2592000, but nothing
# reads it; PHP's session handler converts, PHP's Memcached::set of the same extension does not.
#
# Seen on 2026-11-27 with memcached 1.6.18:
#     client                 expiry -1   31 days
#     pylibmc 1.6.3, text    gone        gone
#     pylibmc, binary        until 2106  gone
#     php-memcached, text    gone        gone
#     php-memcached, binary  until 2106  gone
#     PHP session            -           kept
#     pymemcache 3.5.2       gone        gone
#     Dalli 3.0.6            until 2106  kept
#     npm memcached 2.2.2    gone        gone
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

debian memcached=1.6.18-1+deb12u1 python3-pylibmc=1.6.3-1+b1 python3-pymemcache=3.5.2-1 \
    php8.2-memcached=3.2.0+2.2.0-4 php8.2-cli=8.2.36-1~deb12u1 ruby-dalli=3.0.6-1.1 ruby=1:3.1
(cd "$work" && npm install --silent --no-audit --no-fund memcached@2.2.2 >/dev/null) || exit 2

cat >"$work/pylibmc_.py" <<'EOF'
import sys, pylibmc
client = pylibmc.Client(["127.0.0.1:" + sys.argv[1]], binary=sys.argv[2] == "binary")
for key, expiry in (("minus", -1), ("days", 31 * 86400)):
    assert client.set(key, "v", expiry)
EOF
cat >"$work/pymemcache_.py" <<'EOF'
import sys, pymemcache
client = pymemcache.Client(("127.0.0.1", int(sys.argv[1])))
for key, expiry in (("minus", -1), ("days", 31 * 86400)):
    assert client.set(key, "v", expiry, noreply=False)
EOF
cat >"$work/set.php" <<'EOF'
<?php
$client = new Memcached();
$client->setOption(Memcached::OPT_BINARY_PROTOCOL, $argv[2] == "binary");
$client->addServer("127.0.0.1", (int)$argv[1]);
foreach (["minus" => -1, "days" => 31 * 86400] as $key => $expiry)
    if (!$client->set($key, "v", $expiry)) exit(1);
EOF
cat >"$work/session.php" <<'EOF'
<?php
ini_set("session.save_handler", "memcached");
ini_set("session.save_path", "127.0.0.1:$argv[1]");
ini_set("memcached.sess_prefix", "da");
ini_set("session.gc_maxlifetime", 31 * 86400);
session_id("ys");
session_start();
$_SESSION["n"] = 1;
EOF
cat >"$work/dalli.rb" <<'EOF'
require "dalli"
client = Dalli::Client.new("127.0.0.1:#{ARGV[0]}")
{ "minus" => -1, "days" => 31 * 86400 }.each { |key, expiry| client.set(key, "v", expiry) or exit 1 }
EOF
cat >"$work/set.js" <<'EOF'
const client = new (require("memcached"))("127.0.0.1:" + process.argv[2]);
const set = (key, expiry, then) => client.set(key, "v", expiry, (err, ok) => err || !ok ? process.exit(1) : then());
set("minus", -1, () => set("days", 31 * 86400, () => process.exit(0)));
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

os.chdir(sys.argv[1])
port = free_port()
memcached(port)
changed = 0
for client, command, wanted in (
    ("pylibmc, text", "/usr/bin/python3 pylibmc_.py {} text", "gone gone"),
    ("pylibmc, binary", "/usr/bin/python3 pylibmc_.py {} binary", "until 2106 gone"),
    ("php-memcached, text", "php set.php {} text", "gone gone"),
    ("php-memcached, binary", "php set.php {} binary", "until 2106 gone"),
    ("PHP session", "php session.php {}", "gone kept"),
    ("pymemcache", "/usr/bin/python3 pymemcache_.py {}", "gone gone"),
    ("Dalli", "ruby dalli.rb {}", "until 2106 kept"),
    ("npm memcached", "node set.js {}", "gone gone"),
):
    ask(port, "delete minus\r\ndelete days\r\n")
    subprocess.run(command.format(port).split(), check=True, stderr=subprocess.DEVNULL)
    seen = []
    for key in ("minus", "days"):
        answer = ask(port, f"mg {key} t\r\n")
        left = int(answer[4:]) if answer.startswith("HD t") else 0
        year = time.gmtime(time.time() + left).tm_year
        seen.append("gone" if not left else f"until {year}" if year > 2100 else "kept")
    seen = " ".join(seen)
    print(f"{client}: -1 and 31 days: {seen}")
    if seen != wanted:
        print("CHANGED: it was", wanted)
        changed = 1
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py" "$work"
