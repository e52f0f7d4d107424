#!/usr/bin/env bash
# memcached's -c counts file descriptors of the process, not clients: 8 and 4 a thread are gone before the first client comes.
#
# memcached 1.6.18 with -c 50 serves 26 clients at its usual four threads and 18 with six, while `stats` says max_connections
# 50. With -c 20 it does not start, and with -c 1 it says that the user does not exist. One expects that -c 50 serves 50, or
# all but the listening socket. It matters to who sizes a pool of clients by -c, tries the limit with a small number, or
# raises -t; and who goes on to a server that counts clients finds more room than before.
#
# Seen on 2026-11-27 (as root):
#     -c 50 -t 4: 26 clients served, max_connections 50
#     -c 50 -t 6: 18 clients served, max_connections 50
#     -c 50 -t 8: 10 clients served, max_connections 50
#     -c 20 -t 4: does not start: ...: Too many open files
#     -c 1 -t 4: does not start: can't find the user root to switch to
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
import getpass, os, socket, subprocess, sys, time

def listens(port):
    # Nobody connects to see whether it is up: each connection counts here.
    return "0100007F:%04X 00000000:0000 0A" % port in open("/proc/net/tcp").read()

def ask(port):
    client = socket.create_connection(("127.0.0.1", port), timeout=5)
    client.sendall(b"stats\r\n")
    answer = b""
    while not answer.endswith(b"END\r\n"):
        more = client.recv(65536)
        if not more or more.startswith(b"ERROR"):
            raise ConnectionError
        answer += more
    return client, answer.split(b"max_connections ")[1].split()[0].decode()

def attempt(connections, threads):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["memcached", "-u", getpass.getuser(), "-l", "127.0.0.1", "-p", port, "-c", connections, "-t", threads]
    # Popen passes on no descriptor but the three, so the count does not depend on who calls.
    server = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            if server.poll() is not None:
                return "does not start: " + server.stderr.readline().decode().strip()
            if listens(port):
                break
            time.sleep(0.05)
        time.sleep(0.2)
        clients = []
        try:
            while len(clients) < connections + 10:
                client, limit = ask(port)
                clients.append(client)
        except ConnectionError:
            pass
        return f"{len(clients)} clients served, max_connections {limit}"
    finally:
        server.kill()
        server.wait()

changed = 0
for connections, threads, wanted in (
    (50, 4, "26 clients served, max_connections 50"),
    (50, 6, "18 clients served, max_connections 50"),
    (50, 8, "10 clients served, max_connections 50"),
    (20, 4, "Too many open files"),
    (1, 4, "can't find the user" if os.getuid() == 0 else "Too many open files"),
):
    seen = attempt(connections, threads)
    print(f"-c {connections} -t {threads}: {seen}")
    if wanted not in seen:
        print("CHANGED: it was:", wanted)
        changed = 1
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py"
