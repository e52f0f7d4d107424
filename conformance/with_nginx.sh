#!/usr/bin/env bash
# Cases for nginx's modules memcached, which reads, and memc, which does all: with_nginx.sh ADDRESS
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. scripts/server.sh
work=$(mktemp -d)
port=$(free_port)
trap '[ -z "${nginx:-}" ] || kill "$nginx" 2>/dev/null; wait; rm -rf "$work"' EXIT
echo "client nginx $(nginx -v 2>&1 | sed 's|.*/||'), memc $(dpkg-query -W -f '${Version}' libnginx-mod-http-memc | sed 's/-.*//')"

cat >"$work/nginx.conf" <<END
load_module /usr/lib/nginx/modules/ngx_http_memc_module.so;
daemon off;
worker_processes 1;
error_log $work/error.log;
pid $work/pid;
events {}
http {
    access_log off;
    client_body_temp_path $work/body;
    client_max_body_size 2m;
    client_body_buffer_size 2m;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    upstream cache { server $1; keepalive 4; }
    server {
        listen 127.0.0.1:$port;
        location = /memcached { set \$memcached_key \$arg_key; memcached_buffer_size 16k; memcached_pass cache; }
        location = /memc {
            set \$memc_cmd \$arg_cmd;
            set \$memc_key \$arg_key;
            set \$memc_value \$arg_value;
            set \$memc_exptime \$arg_exptime;
            memc_pass cache;
        }
        location = /body { set \$memc_cmd set; set \$memc_key \$arg_key; memc_pass cache; }
    }
}
END
nginx -c "$work/nginx.conf" -e "$work/error.log" >"$work/log" 2>&1 &
nginx=$!
wait_port "$port" || { cat "$work/log" "$work/error.log" >&2; exit 1; }

# answers NAME WANT PATH [FLAG ...] is a case: curl's answer, its status and then its body, is that, line ends taken as blanks.
answers() {
    local got
    got=$(timeout 20 curl -s -w '%{stderr}%{http_code} ' "${@:4}" "http://127.0.0.1:$port$3" 2>"$work/status" | head -c 300 | tr -d '\r' | tr '\n' ' ')
    got="$(cat "$work/status")${got% }"
    if [[ $got == $2 ]]; then echo "ok $1"; else echo "not ok $1: want $2, got $got"; fi # shellcheck disable=SC2053 # a pattern
}

# same_file NAME FILE PATH is a case: the answer's body is the file.
same_file() {
    if timeout 20 curl -s "http://127.0.0.1:$port$3" | cmp -s - "$2"; then echo "ok $1"; else echo "not ok $1: another body"; fi
}

head -c 1000000 /dev/urandom >"$work/large"
answers "memcached, a missing key" '404 *' '/memcached?key=a'
answers "memc set" '201 STORED' '/memc?cmd=set&key=a&value=one'
answers "memcached" '200 one' '/memcached?key=a'
answers "memcached, twice by one connection" '200 200 oneone' "/memcached?key=a" --next -s "http://127.0.0.1:$port/memcached?key=a"
answers "memc get" '200 one' '/memc?cmd=get&key=a'
answers "memc add" '200 NOT_STORED' '/memc?cmd=add&key=a&value=two'
answers "memc replace" '201 STORED' '/memc?cmd=replace&key=a&value=two'
answers "memc append" '201 STORED' '/memc?cmd=append&key=a&value=3'
answers "memc prepend" '201 STORED' '/memc?cmd=prepend&key=a&value=1'
answers "memc get of what has grown" '200 1two3' '/memc?cmd=get&key=a'
answers "memc incr of a missing key" '404 *' '/memc?cmd=incr&key=n&value=1'
answers "memc set of a number" '201 STORED' '/memc?cmd=set&key=n&value=10'
answers "memc incr" '201 15' '/memc?cmd=incr&key=n&value=5'
answers "memc decr" '201 0' '/memc?cmd=decr&key=n&value=50'
answers "memc set, a body of 1000000 bytes" '201 STORED' '/body?key=large' -X PUT -H 'Expect:' --data-binary "@$work/large"
same_file "memcached, 1000000 bytes" "$work/large" '/memcached?key=large'
same_file "memc get, 1000000 bytes" "$work/large" '/memc?cmd=get&key=large'
answers "memc set with an expiry that is over" '201 STORED' "/memc?cmd=set&key=past&value=1&exptime=$(($(date +%s) - 10))"
answers "memc get of what is over" '404 *' '/memc?cmd=get&key=past'
answers "memc delete" '200 DELETED' '/memc?cmd=delete&key=a'
answers "memc delete of a missing key" '404 *' '/memc?cmd=delete&key=a'
answers "memc version" '200 VERSION *' '/memc?cmd=version'
answers "memc stats" '200 STAT pid *' '/memc?cmd=stats'
answers "memc flush_all" '200 OK' '/memc?cmd=flush_all'
answers "memcached, it is gone" '404 *' '/memcached?key=n'
echo done
