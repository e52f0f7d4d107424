#!/usr/bin/env bash
# Redis tells a client with CLIENT TRACKING nothing of a key that it read by GETEX, also without an option; EXISTS is enough.
#
# GETEX is Redis's gat. It returns the value as GET does, but as it may change the expiry it counts as a write, and only the
# keys of commands that read are remembered: a client that caches what GETEX gave keeps the old value until that expires of
# itself. The same in a script. TTL, EXISTS, STRLEN and TOUCH are remembered, and a script that calls EXPIRE and then GET is.
# A client-side cache that takes the place of memcached, whose gat and touch sessions are read with, uses EXPIRE and GET.
# Also: the notice of a client's own write comes behind the reply to it, so between the two its cache is stale.
#
# Seen on 2026-11-27 with redis-server 7.0.15:
#     told: GET, MGET, EXISTS, TTL, STRLEN, TOUCH, EVAL get, EVAL expire and get
#     not told: GETEX, GETEX EX 100, EVAL getex
#     own SET, then GET: reply to SET, notice, reply to GET
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

debian redis-server=5:7.0.15-1~deb12u10

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

changed = 0

def expect(what, wanted, seen):
    global changed
    print(f"{what}: {seen}")
    if seen != wanted:
        print(f"CHANGED: it was {wanted}")
        changed = 1

class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.call("HELLO", "3")

    def send(self, *words):
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w.encode()) for w in words))

    def until(self, end):
        answer = b""
        while not answer.endswith(end):
            answer += self.socket.recv(1 << 16)
        return answer

    def call(self, *words):
        """What comes until the answer to an ECHO that is sent behind the command."""
        self.send(*words)
        self.send("ECHO", "that is all")
        return self.until(b"$11\r\nthat is all\r\n")[:-18]

os.chdir(sys.argv[1])
port = free_port()
start(port, "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
writer = Client(port)

def told(*command):
    writer.call("SET", "k", "1")
    reader = Client(port)
    reader.call("CLIENT", "TRACKING", "ON")
    assert b"invalidate" not in reader.call(*command)
    writer.call("SET", "k", "2")
    return b"invalidate" in reader.call("PING")

for wanted, command in (
    (True, ("GET", "k")),
    (True, ("MGET", "k")),
    (True, ("EXISTS", "k")),
    (True, ("TTL", "k")),
    (True, ("STRLEN", "k")),
    (True, ("TOUCH", "k")),
    (True, ("EVAL", "return redis.call('get', KEYS[1])", "1", "k")),
    (True, ("EVAL", "redis.call('expire', KEYS[1], 100) return redis.call('get', KEYS[1])", "1", "k")),
    (False, ("GETEX", "k")),
    (False, ("GETEX", "k", "EX", "100")),
    (False, ("EVAL", "return redis.call('getex', KEYS[1], 'EX', 100)", "1", "k")),
):
    expect(f"told of a change after {' '.join(command)}", wanted, told(*command))

client = Client(port)
client.call("CLIENT", "TRACKING", "ON")
client.call("GET", "k")
client.send("SET", "k", "3")
client.send("GET", "k")
expect("own SET, then GET", b"+OK\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n$1\r\n3\r\n", client.until(b"$1\r\n3\r\n"))
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py" "$work"
