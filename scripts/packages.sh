# Installing Debian's packages, for the scripts beside it: . scripts/packages.sh

# missing PACKAGE... prints those that are not installed.
missing() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}

# install LOG PACKAGE... installs what is missing: all at once, else one by one, for at most about three minutes. It says
# loudly what cannot be had, and does not fail. INSTALL=no leaves the machine as it is.
install() {
    local log=$1 wanted try package apt
    shift
    mapfile -t wanted < <(missing "$@")
    [ ${#wanted[@]} -gt 0 ] || return 0
    apt=(timeout -k 5 60 apt-get -q -o Acquire::Retries=2 -o Acquire::http::Timeout=10)
    [ "$(id -u)" = 0 ] || apt=(sudo -n "${apt[@]}")
    if [ "${INSTALL:-yes}" != no ] && command -v apt-get >/dev/null; then
        export DEBIAN_FRONTEND=noninteractive
        for try in 1 2; do
            "${apt[@]}" install -y --no-install-recommends "${wanted[@]}" >>"$log" 2>&1 && return 0
            "${apt[@]}" update >>"$log" 2>&1
            sleep $((try * 2))
        done
        for package in $(missing "${wanted[@]}"); do
            [ $SECONDS -gt 180 ] || "${apt[@]}" install -y --no-install-recommends "$package" >>"$log" 2>&1
        done
        tail -5 "$log"
    fi
    mapfile -t wanted < <(missing "${wanted[@]}")
    [ ${#wanted[@]} = 0 ] || echo "*** cannot be installed, what needs them is NOT RUN: ${wanted[*]}"
}
