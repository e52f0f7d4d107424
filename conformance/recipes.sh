#!/usr/bin/env bash
# Runs the blocks of docs/recipes.md that need tools of others: conformance/recipes.sh GOCACHED MONITORS
# MONITORS is the folder of the programs in conformance/monitors. Each block is a case; what cannot be had is "not run".
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/server.sh
. scripts/packages.sh
binary=$1 monitors=$2
page=$PWD/docs/recipes.md
work=$(mktemp -d)
chmod 755 "$work"
PATH=$PATH:/usr/sbin:/usr/lib/nagios/plugins:/usr/lib/netdata/plugins.d
: >"$work/running"
trap 'xargs -r kill <"$work/running" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT

# keep notes the last command put into the background, which ends with this script. A case runs in a shell of its own.
keep() { echo $! >>"$work/running"; }

# serve PORT starts a server.
serve() { # shellcheck disable=SC2046 # no flag or two words
    "$binary" -l 127.0.0.1 -p "$1" -o modern_stats $(user_flag) >>"$work/servers" 2>&1 &
    keep
    wait_port "$1"
}

# block NAME prints a block of the page, with the ports of our servers and the path of our program.
block() {
    awk -v mark="<!-- $1 -->" '$0 == mark { on = 1; next } on && /^```/ { if (inside) exit; inside = 1; next } inside' "$page" |
        sed -e "s/\b11211\b/${ports[0]}/g; s/\b11212\b/${ports[1]}/g; s/\b11213\b/${ports[2]}/g; s/\b22121\b/${ports[3]}/g; s/\b12000\b/${ports[3]}/g" \
            -e "s|/usr/local/bin/gocached|$binary|g; s|exec setuidgid nobody gocached|exec setuidgid nobody $binary|"
}

# case_of NAME NEEDS COMMAND... runs a function for a block. NEEDS are Debian's packages.
case_of() {
    local name=$1 lacks out
    # shellcheck disable=SC2086 # one word a package
    lacks=$(missing $2)
    if [ -n "$lacks" ]; then
        echo "not run $name: no ${lacks//$'\n'/, }"
    elif out=$(cd "$work" && "${@:3}" 2>&1); then
        echo "ok $name"
    else
        echo "not ok $name: $(printf '%s' "$out" | tr -s '[:space:]' ' ' | tail -c 300)"
    fi
}

# prints WANT COMMAND... runs a command whose output must have a line that matches.
prints() {
    local out
    out=$(timeout 20 "${@:2}" 2>&1)
    printf '%s\n' "$out"
    printf '%s\n' "$out" | grep -Eq -- "$1"
}

# shell NAME runs a block of shell.
shell() { block "$1" | timeout 20 bash -e; }

# greets NAME PROGRAM hands a block to a program as a file: it must say what it has stored and read.
greets() {
    block "$1" >"$work/$1"
    prints '^hello$' "$2" "$work/$1"
}

# alive PORT asks for the version.
alive() { (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'version\r\nquit\r\n' >&3 && grep -q VERSION <&3) 2>/dev/null; }

# eventually COMMAND... tries until it works.
eventually() {
    local i
    for i in $(seq 100); do "$@" && return; sleep 0.1; done
    echo "never: $*"
    return 1
}

nagios() {
    prints 'TCP OK' bash -c "$(block nagios)" && prints 'TCP CRITICAL|[Rr]efused' bash -c "$(ports=("$nobody" 0 0 0); block nagios)"
}

rrd_update() {
    shell rrdtool-update && sleep 1.1 && shell rrdtool-update || return
    prints "^[0-9]+: .*[0-9]" rrdtool lastupdate gocached.rrd
}

munin() { # the link, in a folder of ours
    block munin | sed "s|/etc/munin/plugins|$work|" | bash -e || return
    # shellcheck disable=SC2046 # two words
    env $(block munin-conf | sed -n 's/^env\.\([a-z]*\) /\1=/p') bash -c "$(declare -f prints); prints 'memcache_cmd_get.value [0-9]+' $work/memcached_rates"
}

collect() {
    { printf 'Interval 1\nBaseDir "%s"\nPIDFile "%s/collectd.pid"\nLoadPlugin csv\n<Plugin csv>\n DataDir "%s/csv"\n</Plugin>\n' \
        "$work" "$work" "$work"; block collectd; } >collectd.conf
    timeout 20 collectd -f -C "$work/collectd.conf" >collectd.log 2>&1 &
    local pid=$!
    eventually bash -c "find '$work/csv' -name 'memcached_command-touch*' 2>/dev/null | grep -q ."
    local status=$?
    kill $pid 2>/dev/null
    wait $pid 2>/dev/null
    [ $status = 0 ] || cat collectd.log
    return $status
}

netdata() {
    mkdir -p "$work/netdata/python.d"
    block netdata >"$work/netdata/python.d/memcached.conf"
    echo "memcached: yes" >"$work/netdata/python.d.conf"
    prints "SET '?touch_hits'? = " env NETDATA_LOCK_DIR="$work" NETDATA_USER_CONFIG_DIR="$work/netdata" NETDATA_STOCK_CONFIG_DIR=/usr/lib/netdata/conf.d \
        timeout 8 python.d.plugin 1 debug memcached
}

supervised() {
    local pid
    mkdir -p service/log
    block daemontools >service/run
    block daemontools-log >service/log/run
    chmod 755 service/run service/log/run service service/log
    chown nobody service/log
    (cd service && exec supervise .) 2>supervise.log &
    keep
    eventually alive "${ports[0]}" || { cat supervise.log; return 1; }
    pid=$(svstat service | sed 's/.*pid \([0-9]*\).*/\1/')
    kill -9 "$pid"
    eventually alive "${ports[0]}" || return
    svstat service | grep -vq "pid $pid)" || return
    svc -dx service
}

logged() { # what one line through the log becomes
    echo a line | timeout 20 bash -c "cd service/log && $(block daemontools-log | tail -1)" && grep -q 'a line' service/log/main/current
}

# debian does with a copy of the script what the blocks do with it, and has it start what is in memcached's place.
debian() {
    local script=/usr/share/memcached/scripts/systemd-memcached-wrapper
    cp $script wrapper || return
    block debian | grep '^sed ' | sed "s|$script|$work/wrapper|" | bash -e || return
    printf -- '-d\nlogfile /var/log/memcached.log\n-m 64\n-p %s\n-u memcache\n-l 127.0.0.1\n-P %s\n' "$nobody" "$work/debian.pid" >memcached.conf
    chmod 777 "$work"
    perl wrapper "$work/memcached.conf" >debian.log 2>&1 &
    keep
    eventually alive "$nobody" || { cat debian.log; return 1; }
    [ "$(readlink "/proc/$(cat debian.pid)/exe")" = "$binary" ] || return
    kill "$(cat debian.pid)" || return
    block debian-back | grep '^sed ' | sed "s|$script|$work/wrapper|" | bash -e && cmp $script wrapper
}

unit() {
    block systemd >gocached.service
    prints '^$' systemd-analyze verify "$work/gocached.service"
}

sessions() {
    local words
    mapfile -t words < <(block php-sessions | sed 's/ = /=/; s/"//g')
    # shellcheck disable=SC2016 # php's own
    prints '^kept$' php -d "${words[0]}" -d "${words[1]}" -r 'session_id("one"); session_start(); $_SESSION["x"] = "kept"; session_write_close();
        $_SESSION = []; session_start(); echo $_SESSION["x"], "\n";'
}

# perl_rehash also has one of the two servers be gone: more of its keys are stored elsewhere than with no_rehash.
perl_rehash() {
    local kept moved
    greets perl /usr/bin/perl || return
    ports[1]=$nobody
    # shellcheck disable=SC2016 # perl's own
    { block perl; echo 'print scalar(grep { $cache->set("key$_", 1) } 1 .. 100);'; } >kept.pl
    sed 's/no_rehash => 1/no_rehash => 0/' kept.pl >moved.pl
    kept=$(timeout 20 perl kept.pl | tail -1) moved=$(timeout 20 perl moved.pl | tail -1)
    echo "$kept of 100 are stored, with rehash $moved"
    [ "$kept" -gt 0 ] && [ "$kept" -lt "$moved" ]
}

# through PORT stores an item and reads it, by telnet as it were.
through() {
    local answer
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return
    printf 'set greeting 0 60 5\r\nhello\r\n' >&3
    answer=$(timeout 5 sed -u '/STORED/q' <&3)
    printf 'get greeting\r\n' >&3
    answer+=$(timeout 5 sed -u '/END/q' <&3)
    exec 3>&-
    [ "$(tr -d '\r\n' <<<"$answer")" = "STOREDVALUE greeting 0 5helloEND" ] || { echo "$answer"; return 1; }
}

twemproxy() {
    block twemproxy >nutcracker.yml
    nutcracker -c "$work/nutcracker.yml" -s "$(free_port)" >nutcracker.log 2>&1 &
    keep
    wait_port "${ports[3]}" && through "${ports[3]}"
}

magent_proxy() {
    bash -c "exec $(block magent)" >magent.log 2>&1 &
    keep
    wait_port "${ports[3]}" && through "${ports[3]}"
}

ports=("$(free_port)" "$(free_port)" "$(free_port)" "$(free_port)")
nobody=$(free_port)
echo "client docs/recipes.md"
serve "${ports[0]}" && serve "${ports[1]}" && serve "${ports[2]}" || exit
if [ "$(id -u)" = 0 ]; then case_of "debian, debian-back" memcached debian; else echo "not run debian: only root starts it"; fi
case_of nagios monitoring-plugins-basic nagios
case_of nagios-contrib nagios-plugins-contrib prints '^OK' bash -c "$(block nagios-contrib)"
case_of rrdtool-create rrdtool shell rrdtool-create
case_of rrdtool-update rrdtool rrd_update
case_of rrdtool-graph rrdtool shell rrdtool-graph
case_of "munin, munin-conf" "munin-plugins-extra libcache-memcached-perl" munin
case_of collectd collectd-core collect
case_of netdata netdata-plugins-python netdata
for name in telegraf prometheus; do
    if [ -x "$monitors/with_$name" ]; then
        case_of $name "" prints '^enough' bash -c "'$monitors/with_$name' <<<'$(block $name)'"
    else
        echo "not run $name: its reader is not built"
    fi
done
case_of php-memcached "php-cli php-memcached" greets php-memcached php
case_of php-memcache "php-cli php-memcache" greets php-memcache php
case_of php-sessions "php-cli php-memcached" sessions
case_of python python3-pymemcache greets python /usr/bin/python3
case_of python-pylibmc python3-pylibmc greets python-pylibmc /usr/bin/python3
case_of ruby "ruby ruby-dalli" greets ruby ruby
case_of perl libcache-memcached-perl perl_rehash
case_of twemproxy nutcracker twemproxy
ports[3]=$(free_port)
if command -v magent >/dev/null; then
    case_of magent "" magent_proxy
else
    echo "not run magent: there is no magent, and no package of it"
fi
ports=("$(free_port)" 0 0 0)
case_of systemd systemd unit
if [ "$(id -u)" = 0 ]; then
    case_of daemontools daemontools supervised
    case_of daemontools-log daemontools logged
else
    echo "not run daemontools, daemontools-log: only root can take the rights of nobody"
fi
echo "done"
