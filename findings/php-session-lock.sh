#!/usr/bin/env bash
# A PHP process that is killed while it holds a session in memcached leaves a lock that never expires, and its user is out for
# good.
#
# php-memcached locks a session by a key lock.ID, which it removes at the end. If sess_lock_expire is 0, its default, the lock
# gets max_execution_time as its expiry, and that is 0 in CLI workers, daemons and scripts that lift the limit: 0 is "for
# ever" for memcached. Who opens the same session later waits 0.8 s, gets a warning and an empty session, and this until the
# lock is evicted or memcached is restarted, so a cache that never restarts, keeps its items over a restart or evicts less
# makes it worse. One expects a lock of seconds. Set memcached.sess_lock_expire.
#
# Seen on 2026-11-27, php-memcached 3.2.0, memcached 1.6.18:
#     killed with the default: lock without expiry; next session: session_start false
#     killed with max_execution_time=30: lock for 30 s
#     killed with memcached.sess_lock_expire=5: lock for 5 s
#     ended: no lock; next session: session_start true
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

debian memcached=1.6.18-1+deb12u1 php8.2-memcached=3.2.0+2.2.0-4 php8.2-cli=8.2.36-1~deb12u1

cat >"$work/session.php" <<'EOF'
<?php
error_reporting(0);
ini_set("session.save_handler", "memcached");
ini_set("session.save_path", "127.0.0.1:$argv[1]");
session_id("someone");
$started = session_start();
echo "session_start ", var_export($started, true), "\n";
if ($argv[2] == "stay") sleep(30);
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
lock = "memc.sess.key.lock.someone"

def held(*settings):
    """How long the lock lasts that a killed process leaves."""
    ask(port, f"delete {lock}\r\n")
    options = [word for s in settings for word in ("-d", s)]
    process = subprocess.Popen(["php", *options, "session.php", str(port), "stay"], stdout=subprocess.PIPE, text=True)
    atexit.register(process.kill)
    assert process.stdout.readline() == "session_start true\n"
    process.kill()
    process.wait()
    answer = ask(port, f"mg {lock} t\r\n").strip()
    if answer == "HD t-1":
        return "lock without expiry"
    # A second may have passed.
    return "lock for about %d s" % (5 * round(int(answer[4:]) / 5 + 0.1)) if answer.startswith("HD t") else "no lock"

def another():
    run = subprocess.run(["php", "session.php", str(port), "end"], stdout=subprocess.PIPE, text=True, check=True)
    return run.stdout.strip()

expect("killed with max_execution_time=30", "lock for about 30 s", held("max_execution_time=30"))
expect("killed with memcached.sess_lock_expire=5", "lock for about 5 s", held("memcached.sess_lock_expire=5"))
expect("killed with the defaults", "lock without expiry", held())
expect("next session", "session_start false", another())
ask(port, f"delete {lock}\r\n")
expect("next session without the lock", "session_start true", another())
expect("lock after a session that ended", "EN", ask(port, f"mg {lock} t\r\n").strip())
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py" "$work"
