#!/usr/bin/env bash
# Checks a gocached binary with the clients of others, and prints one table: scripts/conformance.sh bin/gocached
#
# Each row runs one client's cases (see conformance/README.md) against gocached and against the memcached of this machine.
# The run fails if a case fails that memcached passes, unless conformance/differences.txt names it. Debian's packages
# are installed if they are missing; what cannot be had is shown as "not run", and does not fail the run.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/server.sh
. scripts/packages.sh
. scripts/registries.sh
. scripts/table.sh
go=${GO:-go}
binary=$(readlink -f "$1")
programs=$PWD/conformance
name=alice
password='se cret:1'
work=$(mktemp -d)
export PYTHONDONTWRITEBYTECODE=1 PATH=$PATH:/usr/sbin:/usr/share/memcached/scripts
mc=
trap 'stop_all; [ -z "$mc" ] || kill "$mc" 2>/dev/null; rm -rf "$work"' EXIT

install "$work/apt" memcached libmemcached-tools libcache-memcached-perl libcache-memcached-fast-perl python3-pymemcache \
    python3-pytest python3-six python3-pylibmc ruby-dalli ruby nutcracker sasl2-bin libsasl2-modules libsasl2-modules-db \
    monitoring-plugins-basic nagios-plugins-contrib rrdtool munin-plugins-extra collectd-core netdata-plugins-python php-cli \
    php-memcached php-memcache daemontools systemd nginx-core libnginx-mod-http-memc curl ${DALLI:+ruby-minitest ruby-connection-pool ruby-rack}
memcached=$(command -v memcached)
[ -n "$memcached" ] || echo "*** there is no memcached to compare with"

# What gocached is told where a client wants the memcached of today.
of_today=(-o compat=1.6)

servers=()
# start ADDRESS PROGRAM [FLAG ...] starts a server there and waits for it. An address with a slash is a unix socket.
start() {
    local address=$1 where
    shift
    where=(-l 127.0.0.1 -p "${address#*:}" -U 0)
    [[ $address != /* ]] || where=(-s "$address")
    # shellcheck disable=SC2046 # no flag or two words
    "$@" "${where[@]}" -m 256 $(user_flag) >>"$work/servers" 2>&1 &
    servers+=($!)
    if [[ $address = /* ]]; then wait_socket "$address"; else wait_port "${address#*:}"; fi
}

# wait_socket PATH waits until something listens there: the file alone is not enough.
wait_socket() {
    local i
    for i in $(seq 100); do
        perl -MIO::Socket::UNIX -e 'exit !IO::Socket::UNIX->new(shift)' "$1" && return
        sleep 0.05
    done
    return 1
}

# free_address unix|... OWNER prints where a server may listen.
free_address() {
    if [ "$1" = unix ]; then echo "$work/$2.socket"; else echo "127.0.0.1:$(free_port)"; fi
}

stop_all() {
    [ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null
    wait "${servers[@]}" 2>/dev/null
    servers=()
}

# users makes the files of users: one of passwords for gocached, and a sasldb for memcached, which gocached reads too.
users() {
    mkdir "$work/sasl"
    echo "$name:$password" >"$work/sasl/passwords"
    printf '%s\n' "mech_list: plain" "pwcheck_method: auxprop" "auxprop_plugin: sasldb" \
        "sasldb_path: $work/sasl/sasldb2" >"$work/sasl/memcached.conf"
    if command -v saslpasswd2 >/dev/null; then
        printf %s "$password" | saslpasswd2 -p -c -a memcached -f "$work/sasl/sasldb2" -u "$(hostname)" $name
    else
        echo "*** there is no saslpasswd2: memcached has no users, and logins are tried with gocached alone"
    fi
}

# start_both plain|unix|login|sasldb|modern starts a server of each kind and sets ours and theirs to what a program is called with.
# theirs stays empty if there is no memcached that could serve.
start_both() {
    local address one=() two=() flags=() login=() modern=()
    [ "$1" != modern ] || modern=("${of_today[@]}")
    if [ "$1" = login ] || [ "$1" = sasldb ]; then
        one=(env "MEMCACHED_SASL_PWDB=$work/sasl/passwords")
        two=(env "SASL_CONF_PATH=$work/sasl")
        [ "$1" = login ] || one=("${two[@]}")
        flags=(-S)
        login=("$name" "$password")
    fi
    address=$(free_address "$1" ours)
    start "$address" "${one[@]}" "$binary" "${flags[@]}" "${modern[@]}" || return 1
    ours=("$address" "${login[@]}") theirs=()
    [ -n "$memcached" ] || return 0
    [ ${#login[@]} = 0 ] || [ -s "$work/sasl/sasldb2" ] || return 0
    address=$(free_address "$1" theirs)
    if start "$address" "${two[@]}" "$memcached" "${flags[@]}"; then theirs=("$address" "${login[@]}"); fi
}

# both ROW NEEDS KIND PROGRAM [WORD ...] adds a row: the program is called with an @ among its words replaced by address,
# name and password, or with these at the end. NEEDS are Debian's packages or - for none.
both() {
    local row=$1 needs=$2 kind=$3 at word
    shift 3
    # shellcheck disable=SC2086 # one word a package
    [ "$needs" = - ] || needs=$(missing $needs)
    if [ -n "${needs#-}" ]; then
        not_run "$row" "no ${needs//$'\n'/, }"
        return
    fi
    case "$* " in *' @ '*) ;; *) set -- "$@" @ ;; esac
    if ! start_both "$kind"; then
        tail -5 "$work/servers"
        broken "$row" "gocached does not start"
        stop_all
        return
    fi
    local first=() second=()
    for word in "$@"; do
        if [ "$word" = @ ]; then
            first+=("${ours[@]}")
            second+=("${theirs[@]}")
        else
            first+=("$word")
            second+=("$word")
        fi
    done
    : >"$work/theirs"
    timeout -k 5 120 "${first[@]}" >"$work/ours" 2>"$work/ours.err" &
    at=$!
    [ ${#theirs[@]} = 0 ] || timeout -k 5 120 "${second[@]}" >"$work/theirs" 2>"$work/theirs.err"
    wait "$at"
    kill -0 "${servers[0]}" 2>/dev/null || echo "not ok the server is still there: it ended" >>"$work/ours"
    stop_all
    judge "$row" "$work/ours" "$work/theirs"
}

# suites_of_mc runs the own tests of a client that insists on one port: first with gocached, then with memcached.
suites_of_mc() {
    local who pid=
    trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; exit 1' TERM
    for who in ours theirs; do
        local program=$binary
        [ $who = ours ] || program=$memcached
        : >"$work/mc.$who"
        [ -n "$program" ] || continue
        # shellcheck disable=SC2046 # no flag or two words
        "$program" -l 127.0.0.1 -p 11289 -U 0 $(user_flag) >/dev/null 2>&1 &
        pid=$!
        wait_port 11289 && timeout -k 5 120 "$programs/own_tests_of_go.sh" "$go" github.com/memcachier/mc/v3 \
            -short -skip '^(TestRetry|TestFailover)' >"$work/mc.$who" 2>&1
        kill $pid
        wait $pid
    done
}

# go_programs builds the Go clients, if the module proxy has them.
go_programs() {
    (cd conformance && timeout 200 "$go" build -o "$work/go/" ./with_gomemcache ./with_go_memcache ./with_mc ./proxy) >"$work/build" 2>&1 && return
    tail -5 "$work/build"
    echo "*** the Go clients cannot be built: what needs them is NOT RUN"
    return 1
}

golden() {
    if env GOCACHED_BINARY="$binary" timeout 300 "$go" test ./cmd/gocached -run '^TestGolden$' -count=1 -v >"$work/out" 2>&1; then
        echo "done" >>"$work/out"
    fi
    sed -nE 's/^ +--- PASS: TestGolden\/([^ ]*) .*/ok \1/p; s/^ +--- FAIL: TestGolden\/([^ ]*) .*/not ok \1/p; s/^done$/done/p' \
        "$work/out" >"$work/ours"
    grep -q '^done' "$work/ours" || tail -25 "$work/out"
    judge "recorded conversations" "$work/ours" /dev/null
}

# node_rows has the clients of npm.
node_rows() {
    if ! npm_packages "$work/npm" memjs@1.3.2 memcache@1.10.0; then
        not_run "memjs, memcache" "not installed"
        return
    fi
    export NODE_PATH=$work/npm/node_modules
    both "memjs" - plain node "$programs/with_memjs.js"
    both "memjs, SASL" - login node "$programs/with_memjs.js"
    both "memcache of npm" - plain node "$programs/with_memcache.js"
}

# dalli_rows has the newest dalli, which knows nothing but meta commands, and wants memcached 1.6.27 or a later one.
dalli_rows() {
    local source version=5.0.6 who
    if ! source=$(dalli_source "$work/gems" $version); then
        echo "*** there is no dalli $version, which needs Ruby 3.3: it is NOT RUN. DALLI=<its source> is taken, with any Ruby"
        not_run "dalli 5" "no dalli $version"
        return
    fi
    both "dalli 5" "ruby" modern ruby "-I$programs/dalli" "-I$source/lib" -rbundler/setup "$programs/with_dalli.rb"
    if [ ! -d "$source/test" ] || [ -n "$(missing ruby-minitest ruby-connection-pool ruby-rack)" ]; then
        not_run "dalli 5, its own tests" "no DALLI with tests, or no ruby-minitest, ruby-connection-pool, ruby-rack"
        return
    fi
    for who in ours theirs; do
        local program=("$binary" "${of_today[@]}")
        [ $who = ours ] || program=("$memcached")
        # shellcheck disable=SC2046 # no flag or two words
        "$programs/own_tests_of_dalli.sh" "$source" "${program[@]}" $(user_flag) >"$work/$who" 2>"$work/$who.err"
    done
    judge "dalli 5, its own tests" "$work/ours" "$work/theirs"
}

# proxied SERVER prints the cases of three such servers behind twemproxy.
proxied() { # shellcheck disable=SC2046 # no flag or two words
    timeout -k 5 100 "$work/go/proxy" nutcracker "$1" -m 256 $(user_flag)
}

proxy_row() {
    if [ -n "$(missing nutcracker)" ]; then
        not_run "twemproxy before three servers" "no nutcracker"
        return
    fi
    proxied "$binary" >"$work/ours" 2>"$work/ours.err"
    : >"$work/theirs"
    [ -z "$memcached" ] || proxied "$memcached" >"$work/theirs" 2>&1
    judge "twemproxy before three servers" "$work/ours" "$work/theirs"
    proxy_times "$work/ours" "$work/theirs" >"$work/times"
}

# recipes runs what docs/recipes.md tells people to do.
recipes() {
    local line
    (cd conformance/monitors && timeout 200 "$go" build -o "$work/monitors/" ./...) >"$work/build" 2>&1 || tail -5 "$work/build"
    timeout -k 5 200 conformance/recipes.sh "$binary" "$work/monitors" >"$work/ours" 2>"$work/ours.err"
    while read -r line; do
        echo "*** a recipe is NOT RUN: $line"
        notes+=("recipes: not run: $line")
    done < <(sed -n 's/^not run //p' "$work/ours")
    judge "recipes" "$work/ours" /dev/null
}

users
have_go=
go_programs && have_go=1
if [ -n "$have_go" ] && ! (exec 3<>/dev/tcp/127.0.0.1/11289) 2>/dev/null; then
    suites_of_mc &
    mc=$!
fi

golden
recipes
for protocol in a b; do
    both "memccapable -$protocol" libmemcached-tools plain "$programs/with_memccapable.sh" -$protocol
done
both "libmemcached tools, text" libmemcached-tools plain "$programs/with_libmemcached_tools.sh" text
both "libmemcached tools, binary" libmemcached-tools plain "$programs/with_libmemcached_tools.sh" binary
both "libmemcached tools, SASL" libmemcached-tools login "$programs/with_libmemcached_tools.sh" binary
both "memcached-tool" "memcached libmemcached-tools" plain "$programs/with_memcached_tool.sh" @ memcached-tool
both "gocached tool" libmemcached-tools plain "$programs/with_memcached_tool.sh" @ "$binary" tool
both "Perl Cache::Memcached" libcache-memcached-perl plain /usr/bin/perl "$programs/with_perl.pl" Cache::Memcached
both "Perl Cache::Memcached::Fast" libcache-memcached-fast-perl plain /usr/bin/perl "$programs/with_perl.pl" Cache::Memcached::Fast
both "the same, by a unix socket" libcache-memcached-fast-perl unix /usr/bin/perl "$programs/with_perl.pl" Cache::Memcached::Fast
both "pymemcache" python3-pymemcache plain "$programs/with_pymemcache.py"
both "pymemcache, its own tests" "python3-pymemcache python3-pytest python3-six" plain "$programs/own_tests_of_pymemcache.sh"
both "pylibmc, text" python3-pylibmc plain "$programs/with_pylibmc.py" text
both "pylibmc, binary" python3-pylibmc plain "$programs/with_pylibmc.py" binary
both "pylibmc, SASL" python3-pylibmc login "$programs/with_pylibmc.py" binary
both "dalli" "ruby ruby-dalli" plain ruby "$programs/with_dalli.rb"
both "dalli, SASL" "ruby ruby-dalli" login ruby "$programs/with_dalli.rb"
both "php-memcached, text" "php-cli php-memcached" plain php "$programs/with_php.php" memcached text
both "php-memcached, binary" "php-cli php-memcached" plain php "$programs/with_php.php" memcached binary
both "php-memcache" "php-cli php-memcache" plain php "$programs/with_php.php" memcache text
both "nginx" "nginx-core libnginx-mod-http-memc curl" plain "$programs/with_nginx.sh"
dalli_rows
node_rows
if [ -n "$have_go" ]; then
    both "go-memcache, meta commands" - plain "$work/go/with_go_memcache"
    both "gomemcache" - plain "$work/go/with_gomemcache"
    both "gomemcache, unix socket" - unix "$work/go/with_gomemcache"
    both "mc" - plain "$work/go/with_mc"
    both "mc, SASL" - login "$work/go/with_mc"
    if [ -s "$work/sasl/sasldb2" ]; then both "mc, SASL with a sasldb" - sasldb "$work/go/with_mc"; fi
    proxy_row
else
    not_run "go-memcache, gomemcache, mc, twemproxy" "not built"
fi
if [ -n "$mc" ]; then
    wait "$mc"
    judge "mc, its own tests" "$work/mc.ours" "$work/mc.theirs"
else
    not_run "mc, its own tests" "not built, or port 11289 is taken"
fi
conclude "$work/times"
