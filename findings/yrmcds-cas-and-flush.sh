#!/usr/bin/env bash
# yrmcds, a memcached with replication: an old cas unique fits a new item, and for a second or two flush_all takes what is
# stored after it.
#
# memcached draws cas uniques from one counter for all items, so that a number never comes again. yrmcds 1.1.9 counts in each
# item, from 1: delete a key, store it again, and the cas of somebody who read the first value is accepted. And while
# memcached's flush_all ends what was stored before it, yrmcds answers OK and then forgets also what it answers STORED to
# until its next collection. Both are what clients of memcached lean on: compare-and-swap loops, and tests that flush and then
# store.
#
# Seen on 2026-11-27, beside memcached 1.6.18:
#     cas with the number of the deleted item: memcached EXISTS, yrmcds STORED
#     flush_all, then set, then get: memcached finds it, yrmcds STORED and a miss
#     two seconds later: both find what is stored
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

debian memcached=1.6.18-1+deb12u1 yrmcds=1.1.9-1+b2

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

def talk(port, *lines):
    """The last line but END of what is answered to each command."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as s, s.makefile("rb") as answers:
        got = []
        for line in lines:
            s.sendall(line.encode() + b"\r\n")
            answer = b""
            while not answer.endswith((b"END\r\n", b"STORED\r\n", b"DELETED\r\n", b"EXISTS\r\n", b"OK\r\n")):
                answer += answers.readline()
            got.append(answer.decode().strip())
        return got

os.chdir(sys.argv[1])
ports = {"memcached": free_port(), "yrmcds": free_port()}
memcached(ports["memcached"])
with open("yrmcds.conf", "w") as f:
    f.write(f"""user = {getpass.getuser()}
group = {getpass.getuser()}
virtual_ip = 127.0.0.1
port = {ports["yrmcds"]}
repl_port = {free_port()}
max_connections = 100
temp_dir = "{sys.argv[1]}"
log.threshold = warning
log.file = "{sys.argv[1]}/yrmcds.log"
buckets = 1000
memory_limit = 64M
workers = 2
gc_interval = 1
""")
start(ports["yrmcds"], "/usr/sbin/yrmcdsd", "-f", "yrmcds.conf")

def old_cas(port):
    seen = talk(port, "set a 0 0 1\r\n1", "gets a", "delete a", "set a 0 0 1\r\n2")
    return talk(port, f"cas a 0 0 1 {seen[1].split()[4]}\r\n3")[0]

def after_flush(port):
    _, stored, got = talk(port, "flush_all", "set b 0 0 1\r\nx", "get b")
    return stored, "found" if got.startswith("VALUE") else "missing"

def later(port):
    stored, got = talk(port, "set c 0 0 1\r\nx", "get c")
    return stored, "found" if got.startswith("VALUE") else "missing"

for name, cas, flush in (("memcached", "EXISTS", ("STORED", "found")), ("yrmcds", "STORED", ("STORED", "missing"))):
    port = ports[name]
    expect(f"{name}: cas with the number of the deleted item", cas, old_cas(port))
    time.sleep(1.5)
    expect(f"{name}: flush_all, set, get", flush, after_flush(port))
    time.sleep(3)
    expect(f"{name}: set and get three seconds later", ("STORED", "found"), later(port))
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py" "$work"
