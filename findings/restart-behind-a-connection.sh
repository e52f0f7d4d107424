#!/usr/bin/env bash
# After a restart of memcached that takes a third of a second, some clients believe for half a minute that it is down.
#
# A client that holds a connection finds it closed at its next request. One expects that it connects anew, at the cost of one
# error: so do pymemcache, pylibmc, php-memcached, Cache::Memcached and the Go client, and Dalli and npm's memcached do not
# show even that. python-memcached and PHP's memcache take the closed connection for a dead server, and do not ask it for 30
# and 15 seconds: every get is a miss and every set fails, without an exception, while the server is there. With several
# servers its keys go to the others meanwhile, and what is left there is read, old as it is, after the next restart. Who
# restarts or replaces servers one after the other waits longer than that between two, or sets dead_retry, or retry_interval.
# (Dalli behaves so if it asks while the server really is down: 30 s.)
#
# Seen on 2026-11-27 with memcached 1.6.18; four times set and get, half a second apart, after it came back:
#     python-memcached 1.59: fails fails fails fails
#     php-memcache 8.0: fails fails fails fails
#     pymemcache 3.5.2: fails ok ok ok
#     pylibmc 1.6.3: fails ok ok ok
#     php-memcached 3.2.0: fails ok ok ok
#     Cache::Memcached 1.30: fails ok ok ok
#     Dalli 3.0.6: ok ok ok ok
#     npm memcached 2.2.2: ok ok ok ok
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
    php8.2-memcached=3.2.0+2.2.0-4 php8.2-memcache=8.0+4.0.5.2+3.0.9~20170802.e702b5f9+-8 php8.2-cli=8.2.36-1~deb12u1 \
    ruby-dalli=3.0.6-1.1 ruby=1:3.1 libcache-memcached-perl=1.30-1.1
(cd "$work" && npm install --silent --no-audit --no-fund memcached@2.2.2 >/dev/null) || exit 2

# Each program stores and reads a new value for each line that it is sent.
cat >"$work/ask.py" <<'EOF'
import sys
port, name = int(sys.argv[1]), sys.argv[2]
if name == "python-memcached":
    import memcache
    client = memcache.Client([f"127.0.0.1:{port}"])
elif name == "pylibmc":
    import pylibmc
    client = pylibmc.Client([f"127.0.0.1:{port}"])
else:
    import pymemcache
    client = pymemcache.Client(("127.0.0.1", port), default_noreply=False)
for value in sys.stdin:
    try:
        client.set("k", value)
        print("ok" if client.get("k") in (value, value.encode()) else "fails", flush=True)
    except Exception:
        print("fails", flush=True)
EOF
cat >"$work/ask.php" <<'EOF'
<?php
error_reporting(0);
$client = new $argv[2]();
$client->addServer("127.0.0.1", (int)$argv[1]);
while (($value = fgets(STDIN)) !== false) {
    $client->set("k", $value);
    echo $client->get("k") === $value ? "ok\n" : "fails\n";
}
EOF
cat >"$work/ask.pl" <<'EOF'
use Cache::Memcached;
$| = 1;
my $client = Cache::Memcached->new({servers => ["127.0.0.1:$ARGV[0]"]});
while (my $value = <STDIN>) {
    $client->set("k", $value);
    my $v = $client->get("k");
    print defined $v && $v eq $value ? "ok\n" : "fails\n";
}
EOF
cat >"$work/ask.rb" <<'EOF'
require "dalli"
Dalli.logger.level = 4
$stdout.sync = true
client = Dalli::Client.new("127.0.0.1:#{ARGV[0]}")
while (value = $stdin.gets)
  begin
    client.set("k", value)
    puts client.get("k") == value ? "ok" : "fails"
  rescue StandardError
    puts "fails"
  end
end
EOF
cat >"$work/ask.js" <<'EOF'
const client = new (require("memcached"))("127.0.0.1:" + process.argv[2]);
require("readline").createInterface({ input: process.stdin }).on("line", (value) =>
  client.set("k", value, 0, () => client.get("k", (err, v) => console.log(v === value ? "ok" : "fails"))));
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

changed = 0

def expect(what, wanted, seen):
    global changed
    print(f"{what}: {seen}")
    if seen != wanted:
        print(f"CHANGED: it was {wanted}")
        changed = 1

os.chdir(sys.argv[1])
port = free_port()
server = memcached(port)
clients = []
for name, command, wanted in (
    ("python-memcached", "/usr/bin/python3 ask.py {} python-memcached", "fails fails fails fails"),
    ("php-memcache", "php ask.php {} Memcache", "fails fails fails fails"),
    ("pymemcache", "/usr/bin/python3 ask.py {} pymemcache", "fails ok ok ok"),
    ("pylibmc", "/usr/bin/python3 ask.py {} pylibmc", "fails ok ok ok"),
    ("php-memcached", "php ask.php {} Memcached", "fails ok ok ok"),
    ("Cache::Memcached", "perl ask.pl {}", "fails ok ok ok"),
    ("Dalli", "ruby ask.rb {}", "ok ok ok ok"),
    ("npm memcached", "node ask.js {}", "ok ok ok ok"),
):
    client = subprocess.Popen(command.format(port).split(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, bufsize=1)
    atexit.register(client.kill)
    clients.append((name, client, wanted, []))

def round_of_requests(value):
    answers = []
    for name, client, _, _ in clients:
        client.stdin.write(f"{value}\n")
        answers.append(client.stdout.readline().strip())
    return answers

if set(round_of_requests("first")) != {"ok"}:
    sys.exit("not all clients reach memcached")
server.terminate()
server.wait()
memcached(port)
time.sleep(0.3)
for i in range(4):
    for (_, _, _, seen), answer in zip(clients, round_of_requests(f"value {i}")):
        seen.append(answer)
    time.sleep(0.5)
for name, _, wanted, seen in clients:
    expect(name, wanted, " ".join(seen))
sys.exit(changed)
EOF
/usr/bin/python3 "$work/try.py" "$work"
