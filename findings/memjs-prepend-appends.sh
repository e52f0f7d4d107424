#!/usr/bin/env bash
# memjs's prepend appends, and says that it succeeded.
#
# Client.prepend of memjs sends the binary protocol's opcode 0x0E, which is append; prepend is 0x0F. The value grows at its
# other end, and the promise resolves to true. Who keeps a list in a value with the newest first, as one does with prepend, has
# it in the wrong order, and who cuts it to a length loses the newest instead of the oldest. Only reading back what was
# written shows it.
#
# Seen on 2026-11-28 with memjs 1.3.2 and memcached 1.6.18:
#     set "b", append "c", prepend "a": "bca", where "abc" was meant
set -euo pipefail

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

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

debian memcached=1.6.18-1+deb12u1
(cd "$work" && npm install --silent --no-audit --no-fund memjs@1.3.2 >/dev/null) || { echo "memjs cannot be had here"; exit 2; }

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
memcached -l 127.0.0.1 -p "$port" -U 0 -u nobody &
server=$!

cat >"$work/grow.js" <<'EOF'
const client = require("memjs").Client.create("127.0.0.1:" + process.argv[2], { retries: 20, retry_delay: 0.1 });
(async () => {
  await client.set("list", "b", {});
  const told = [await client.append("list", "c"), await client.prepend("list", "a")];
  console.log(told.join(" "), String((await client.get("list")).value));
  client.close();
})();
EOF
for _ in $(seq 50); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    sleep 0.1
done
got=$(cd "$work" && timeout 20 node grow.js "$port")
echo "memjs 1.3.2: append and prepend said, and the value is: $got"
[ "$got" = "true true bca" ] || { echo "this has changed"; exit 1; }
