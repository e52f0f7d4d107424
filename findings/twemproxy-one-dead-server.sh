#!/usr/bin/env bash
# Behind twemproxy one dead server fails every multi-get that has a key on it, and ends the client's connection.
#
# A client that knows the servers itself gets the values of those that live, and misses for the rest. twemproxy 0.5.0, as it
# is by default, answers a get of many keys with SERVER_ERROR alone, drops the values that it has from the living servers, and
# closes the connection, while a set to the dead server, or a get of its one key, leaves it open. With dozens of keys a get, a
# pool of ten loses not a tenth of its hits but nearly all. auto_eject_hosts turns it into misses after server_failure_limit
# failures, and then moves the keys. Also: gat, all meta commands and flush_all close the connection without an answer, but
# touch and version are passed on.
#
# Seen on 2026-11-27 with memcached 1.6.18:
#     get of 8 keys, one server of two dead: SERVER_ERROR Connection refused, closed
#     get of one key of the dead server: SERVER_ERROR Connection refused
#     set of one key of the dead server: SERVER_ERROR Connection refused
#     get of one key of the living server: VALUE
#     touch: TOUCHED   version: VERSION   gat, mg, flush_all: closed
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

debian memcached=1.6.18-1+deb12u1 nutcracker=0.5.0+dfsg-2

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

def first_word(port, text):
    """The first line of the answer, and whether the connection is closed then. A connection that stays answers one more get."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
        s.sendall(text.encode())
        answer = s.recv(1 << 16)
        if not answer:
            return "closed"
        line = answer.decode().splitlines()[0]
        if line.startswith("VALUE") or line.startswith("VERSION"):
            line = line.split()[0]
        s.settimeout(0.5)
        try:
            while True:
                if not s.recv(1 << 16):
                    return line + ", closed"
        except TimeoutError:
            return line

os.chdir(sys.argv[1])
first, second, port, figures = (free_port() for _ in range(4))
memcached(first)
dying = memcached(second)
with open("proxy.yml", "w") as f:
    f.write(f"p:\n  listen: 127.0.0.1:{port}\n  hash: crc32a\n  distribution: modula\n  servers:\n"
            f"   - 127.0.0.1:{first}:1\n   - 127.0.0.1:{second}:1\n")
start(port, "nutcracker", "-c", "proxy.yml", "-s", str(figures))
for key in "abcdefgh":
    assert first_word(port, f"set {key} 0 0 1\r\n{key}\r\n") == "STORED"
expect("touch", "TOUCHED", first_word(port, "touch a 100\r\n"))
expect("version", "VERSION", first_word(port, "version\r\n"))
expect("gat", "closed", first_word(port, "gat 100 a\r\n"))
expect("mg", "closed", first_word(port, "mg a v\r\n"))
expect("flush_all", "closed", first_word(port, "flush_all\r\n"))
expect("get of 8 keys", "VALUE", first_word(port, "get a b c d e f g h\r\n"))
dying.kill()
dying.wait()
refused = "SERVER_ERROR Connection refused"
alone = {key: first_word(port, f"get {key}\r\n") for key in "abcdefgh"}
dead = [key for key, answer in alone.items() if answer != "VALUE"]
living = [key for key, answer in alone.items() if answer == "VALUE"]
if not dead or not living:
    sys.exit("all keys are on one server")
expect("get of one key of the dead server", {refused}, {alone[key] for key in dead})
expect("set of one key of the dead server", refused, first_word(port, f"set {dead[0]} 0 0 1\r\nx\r\n"))
expect("get of the keys of the living server", "VALUE", first_word(port, f"get {' '.join(living)}\r\n"))
for _ in range(3):
    expect("get of all keys", refused + ", closed", first_word(port, "get a b c d e f g h\r\n"))
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py" "$work"
