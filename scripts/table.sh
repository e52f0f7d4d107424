# The table of scripts/conformance.sh: what became of each client's cases. . scripts/table.sh
#
# A program's output has lines "ok CASE" and "not ok CASE: why" and ends with "done"; conformance/README.md tells more.

table=()
notes=()
whys=()
faults=0

# fault LINE prints why the run fails, at once and once more when it ends, where it is not lost among the output.
fault() {
    echo "--- $1"
    whys+=("$1")
    faults=1
}

row() { table+=("$(printf '%-32s %-28s %-12s %-12s %s' "$1" "$2" "$3" "$4" "$5")"); }

not_run() { row "$1" - - - "not run: $2"; }

broken() {
    row "$1" - - - FAILED
    fault "$1: $2"
}

# share FILE prints how many of a file's cases went well.
share() {
    [ -s "$1" ] || { echo -; return; }
    echo "$(grep -c '^ok ' "$1") of $(grep -cE '^(not )?ok ' "$1")"
}

# reason ROW CASE prints why a case may fail, if conformance/differences.txt says so.
reason() { awk -F ' [|] ' -v row="$1" -v name="$2" '$1 == row && $2 == name { print $3 }' conformance/differences.txt; }

# judge ROW OURS THEIRS adds a row from what a program said of gocached and of memcached. An empty file of theirs means
# that there is nothing to compare with.
judge() {
    local row=$1 ours=$2 theirs=$3 verdict=ok line name why
    while read -r line; do
        name=${line%%: *}
        why=$(reason "$row" "$name")
        if grep -qE '^not ok ' "$theirs" && grep -q "^not ok $name\(:\|\$\)" "$theirs"; then
            notes+=("$row: $name: memcached fails it too. ${line#*: }")
        elif [ -n "$why" ]; then
            notes+=("$row: $name: known difference, $why")
        else
            fault "$row: $line"
            verdict=FAILED
        fi
    done < <(sed -n 's/^not ok //p' "$ours")
    if ! grep -q '^done$' "$ours"; then
        fault "$row: did not come to its end"
        tail -5 "$ours"
        [ ! -e "$ours.err" ] || tail -15 "$ours.err"
        verdict=FAILED
    fi
    if ! grep -q '^ok ' "$ours"; then
        fault "$row: nothing went well, which says that the check itself is broken"
        verdict=FAILED
    fi
    [ ! -s "$theirs" ] || notes_of_theirs "$row" "$ours" "$theirs"
    row "$row" "$(sed -n 's/^client //p' "$ours" | head -1)" "$(share "$ours")" "$(share "$theirs")" $verdict
}

# notes_of_theirs notes what memcached alone fails.
notes_of_theirs() {
    local name
    while read -r name; do
        grep -qxF "ok $name" "$2" && notes+=("$1: $name: memcached alone fails it")
    done < <(sed -n 's/^not ok \([^:]*\).*/\1/p' "$3")
    grep -q '^done$' "$3" || notes+=("$1: the run with memcached did not come to its end")
}

# proxy_times OURS THEIRS prints a table of the lines "time KEYS THROUGH DIRECT".
proxy_times() {
    echo "milliseconds for one get of so many keys, the best of seven:"
    printf '%8s  %22s  %22s\n' keys "gocached proxy, direct" "memcached proxy, direct"
    join -j 2 <(grep '^time ' "$1" | sort -k 2,2) <(grep '^time ' "$2" | sort -k 2,2) -o 0,1.3,1.4,2.3,2.4 -a 1 -e - |
        sort -n | while read -r keys a b c d; do printf '%8s  %12s %9s  %13s %9s\n' "$keys" "$a" "$b" "$c" "$d"; done
}

# conclude TIMES prints everything and ends the run.
conclude() {
    echo
    row=$(printf '%-32s %-28s %-12s %-12s %s' row client gocached memcached verdict)
    printf '%s\n' "$row" "${table[@]}"
    [ ${#notes[@]} = 0 ] || printf '  %s\n' "${notes[@]}"
    [ ! -s "$1" ] || { echo; cat "$1"; }
    echo
    [ ${#whys[@]} = 0 ] || printf -- '--- %s\n' "${whys[@]}"
    if [ $faults = 0 ]; then echo "conformance: ok, $SECONDS s"; else echo "conformance: FAILED, $SECONDS s"; fi
    exit $faults
}
