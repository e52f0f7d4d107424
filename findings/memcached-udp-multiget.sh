#!/usr/bin/env bash
# By UDP memcached answers `get a b` with several datagrams each of which says that it is the whole answer.
#
# The eight bytes before each datagram hold a request id, the number of this datagram and how many the answer has. memcached
# 1.6.18 sends one for each key that it finds and numbers all of them "0 of 1"; END is in the last, and if no key is found the
# first is empty and numbered "0 of 0". One value of several datagrams is numbered as one expects. A client that trusts the
# numbers takes the first hit for the answer, never sees END, and takes the rest for answers to something else. So: one key a
# request by UDP, or a server that numbers them.
#
# Seen on 2026-11-27 with memcached 1.6.18:
#     get a b: [(0, 1, 'VALUE a 0 1 1 '), (0, 1, 'VALUE b 0 1 2 END ')]
#     get none nor_this: [(0, 0, ''), (0, 1, 'END ')]
#     get big (5,000 bytes): [(0, 4), (1, 4), (2, 4), (3, 4)]
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

debian memcached=1.6.18-1+deb12u1

cat >"$work/try.py" <<'EOF'
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

def by_udp(port, line):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", port))
        s.settimeout(1)
        s.send(bytes([0, 7, 0, 0, 0, 1, 0, 0]) + line.encode() + b"\r\n")
        answer = []
        try:
            while True:
                d = s.recv(2000)
                assert d[:2] == b"\0\7", "another's answer"
                answer.append((d[3], d[5], d[8:].decode().replace("\r\n", " ")))
        except TimeoutError:
            return answer

port = free_port()
memcached(port, "-U", str(port))
ask(port, "set a 0 0 1\r\n1\r\nset b 0 0 1\r\n2\r\nset big 0 0 5000\r\n" + "x" * 5000 + "\r\n")
expect("get a b", [(0, 1, "VALUE a 0 1 1 "), (0, 1, "VALUE b 0 1 2 END ")], by_udp(port, "get a b"))
expect("get none nor_this", [(0, 0, ""), (0, 1, "END ")], by_udp(port, "get none nor_this"))
expect("get big (5,000 bytes)", [(i, 4) for i in range(4)], [d[:2] for d in by_udp(port, "get big")])
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py"
