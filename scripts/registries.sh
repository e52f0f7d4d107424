# Clients that Debian does not have, from where their languages keep them, for the scripts beside it: . scripts/registries.sh

# npm_packages FOLDER PACKAGE@VERSION... installs them into the folder, or says loudly that they cannot be had.
npm_packages() {
    local folder=$1
    shift
    mkdir -p "$folder"
    timeout -k 5 60 npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel error "$@" >"$folder/log" 2>&1 &&
        return
    tail -3 "$folder/log"
    echo "*** npm has no $*, or is not there: what needs them is NOT RUN"
    return 1
}

# dalli_source FOLDER VERSION prints where that version of dalli is: what DALLI names, else the gem, which goes to the folder.
# Only a checkout, which DALLI may name, has dalli's own tests.
dalli_source() {
    if [ -n "${DALLI:-}" ]; then
        grep -q "VERSION = '$2'" "$DALLI/lib/dalli/version.rb" && readlink -f "$DALLI"
        return
    fi
    timeout -k 5 20 gem install --no-document --ignore-dependencies --install-dir "$1" --version "$2" dalli >"$1.log" 2>&1 &&
        echo "$1/gems/dalli-$2"
}
