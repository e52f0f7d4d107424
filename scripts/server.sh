# Starting and stopping servers, for the scripts beside it: . scripts/server.sh

# user_flag prints -u root where memcached and gocached demand it.
user_flag() {
    if [ "$(id -u)" = 0 ]; then echo "-u root"; fi
}

# free_port prints a port that nothing listens on.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# wait_port PORT waits until something listens there.
wait_port() {
    local i
    for i in $(seq 100); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
        sleep 0.05
    done
    echo "nothing listens on port $1" >&2
    return 1
}
