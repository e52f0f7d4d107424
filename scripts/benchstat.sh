#!/usr/bin/env bash
# Compares the Go benchmarks of two commits: scripts/benchstat.sh MODULE@VERSION OLD [NEW]
#
# Without NEW the working tree as it stands is compared. Both are built first, then run in turn, COUNT times each, so that
# whatever else the machine does meets both. BENCH chooses benchmarks, PACKAGES where to look for them, CPU how many
# processors they may use, BENCHTIME how long each takes.
set -euo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}
benchstat=$1
old=${2:?"which commit? make benchstat OLD=<commit>"}
new=${3:-}
work=$(mktemp -d)
trees=()
trap 'for t in "${trees[@]}"; do git worktree remove --force "$t"; done; rm -rf "$work"' EXIT

# build NAME FOLDER makes the test binary of each package that has benchmarks.
build() {
    local package
    mkdir "$work/$1"
    # shellcheck disable=SC2086 # patterns, one word each
    for package in $(cd "$2" && "$go" list ${PACKAGES:-./...}); do
        (cd "$2" && "$go" test -c -o "$work/$1/${package//\//.}" "$package") >/dev/null
    done
}

# checkout NAME COMMIT builds a commit in a worktree of its own.
checkout() {
    git worktree add --quiet --detach "$work/tree.$1" "$2"
    trees+=("$work/tree.$1")
    build "$1" "$work/tree.$1"
}

checkout old "$old"
if [ -n "$new" ]; then checkout new "$new"; else build new .; fi

# run NAME BINARY adds a run's lines to the results of that name.
run() {
    "$work/$1/$2" -test.run '^$' -test.bench "${BENCH:-.}" -test.benchtime "${BENCHTIME:-200ms}" -test.cpu "${CPU:-1}" \
        >>"$work/$1.txt"
}

cd "$work" # where no test finds files to change
for binary in old/*; do
    binary=${binary#old/}
    [ -e "new/$binary" ] || continue
    grep -q . <<<"$("old/$binary" -test.list '^Benchmark')" || continue
    echo "running $binary, ${COUNT:-10} times" >&2
    for _ in $(seq "${COUNT:-10}"); do
        run old "$binary"
        run new "$binary"
    done
done
cd "$OLDPWD"
"$go" run "$benchstat" "old=$work/old.txt" "new=$work/new.txt"
