# Which servers gocached is measured beside, for the scripts beside it: . scripts/peers.sh

# find_peers [NAME=PROGRAM ...] puts flags of bench/suite into the array peers: the memcached in PATH, and those named.
find_peers() {
    local memcached peer
    peers=()
    PATH=$PATH:/usr/sbin
    if memcached=$(command -v memcached); then
        peers+=(--peer "memcached=$memcached")
    else
        echo "*** there is no memcached to compare with: its column is LEFT OUT"
    fi
    for peer in "$@"; do peers+=(--peer "$peer"); done
}
