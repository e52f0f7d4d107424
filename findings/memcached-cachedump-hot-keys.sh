#!/usr/bin/env bash
# memcdump, and all that lists keys by `stats cachedump`, leaves out the keys that are read most.
#
# In memcached 1.4 cachedump walked all items of a slab class. In 1.6.18 it walks the cold part of the list only, and what is
# read more than once is moved to the warm part, up to 40 % of the items: of 1,000 small keys that were all read memcdump
# shows 600, without a word and with status 0. Set them again and all are back. libmemcached's memcdump, PHP's getAllKeys and
# most web panels list in this way, so a copy or a purge by pattern made with them misses just the keys in use. `lru_crawler
# metadump all` lists everything.
#
# Seen on 2026-11-27 with memcached 1.6.18, memcdump of libmemcached 1.1.4:
#     stored, not read: 1000 of 1000 by memcdump
#     read three times: 601 of 1000 by memcdump, 1000 by metadump, 399 warm
#     stored again: 1000 of 1000 by memcdump
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

debian memcached=1.6.18-1+deb12u1 libmemcached-tools=1.1.4-1

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

keys = range(1000)
store = "".join(f"set key{k} 0 0 3\r\nabc\r\n" for k in keys)
read = "".join(f"get key{k}\r\n" for k in keys)

def listed(port):
    dump = subprocess.run(["memcdump", f"--servers=127.0.0.1:{port}"], capture_output=True, text=True, check=True)
    return len(set(dump.stdout.split()))

def settled(port):
    """Memcached sorts its lists in the background: what memcdump shows when that has come to rest."""
    seen = []
    for _ in range(30):
        seen.append(listed(port))
        if len(seen) > 5 and len(set(seen[-6:])) == 1:
            break
        time.sleep(0.3)
    return seen[-1]

port = free_port()
memcached(port)
ask(port, store)
first = settled(port)
print(f"stored, not read: {first} of 1000 by memcdump")
for _ in range(3):
    ask(port, read)
after = settled(port)
crawl = socket.create_connection(("127.0.0.1", port), timeout=10)
crawl.sendall(b"lru_crawler metadump all\r\n")
dump = b""
while not dump.endswith(b"END\r\n"):
    dump += crawl.recv(1 << 16)
everything = dump.count(b"key=")
warm = int(ask(port, "stats items\r\n").split("number_warm ")[1].split()[0])
print(f"read three times: {after} of 1000 by memcdump, {everything} by metadump, {warm} warm")
ask(port, store)
again = settled(port)
print(f"stored again: {again} of 1000 by memcdump")
same = first == again == everything == 1000 and 300 <= warm <= 500 and after == 1000 - warm
if not same:
    print("CHANGED")
sys.exit(not same)
EOF
/usr/bin/python3 "$work/try.py"
