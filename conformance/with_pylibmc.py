#!/usr/bin/python3
"""Cases for pylibmc, which is libmemcached: with_pylibmc.py text|binary ADDRESS [NAME PASSWORD]"""
import sys
import time

import pylibmc
from cases import check, done, grow, odd_keys, same, sizes

protocol, address = sys.argv[1:3]
login = dict(zip(("username", "password"), sys.argv[3:5]))


def connect(**changes):
    return pylibmc.Client([address], binary=protocol == "binary", **{**login, **changes},
                          behaviors={"cas": True, "tcp_nodelay": True, "receive_timeout": 20_000_000, "send_timeout": 20_000_000})


client = connect()
print("client pylibmc", pylibmc.__version__)


@check("set and get")
def _():
    same(client.set("a", b"one"), True)
    same(client.get("a"), b"one")


@check("get of a missing key")
def _():
    same(client.get("missing"), None)


for length in sizes:
    @check(f"value of {length} bytes")
    def _():
        same(client.set("size", grow(length)), True)
        same(client.get("size"), grow(length))


@check("value over the maximum is refused")
def _():
    # pylibmc refuses more than 1 MiB itself, but does not know of the item's header.
    try:
        stored = client.set("large", b"x" * 1048570)
    except pylibmc.Error:
        stored = False
    same(stored, False)
    same(client.get("large"), None)


@check("value of all bytes")
def _():
    value = bytes(range(256)) + b"\r\nEND\r\n"
    client.set("bytes", value)
    same(client.get("bytes"), value)


@check("complex value and its flags")
def _():
    for value in (["x", {"y": 1}], 12345678901234567890, "grüße"):
        client.set("complex", value)
        same(client.get("complex"), value)


@check("add")
def _():
    same(client.add("add", b"1"), True)
    same(client.add("add", b"2"), False)
    same(client.get("add"), b"1")


@check("replace")
def _():
    try:
        stored = client.replace("replace", b"1")
    except pylibmc.NotFound:  # so pylibmc says it by the binary protocol
        stored = False
    same(stored, False)
    client.set("replace", b"1")
    same(client.replace("replace", b"2"), True)
    same(client.get("replace"), b"2")


@check("append and prepend")
def _():
    try:
        stored = client.append("grow", b"x")
    except pylibmc.Error:
        stored = False
    same(stored, False)
    client.set("grow", b"b")
    client.append("grow", b"c")
    client.prepend("grow", b"a")
    same(client.get("grow"), b"abc")


@check("cas")
def _():
    client.set("cas", b"one")
    value, cas = client.gets("cas")
    same(value, b"one")
    same(client.cas("cas", b"two", cas), True)
    same(client.cas("cas", b"three", cas), False)
    same(client.get("cas"), b"two")


@check("delete")
def _():
    client.set("gone", b"1")
    same(client.delete("gone"), True)
    same(client.delete("gone"), False)
    same(client.get("gone"), None)


@check("incr and decr")
def _():
    client.set("n", 10)
    same(client.incr("n", 10), 20)
    same(client.decr("n", 5), 15)
    same(client.decr("n", 50), 0)
    try:
        client.incr("no-number", 1)
        raise AssertionError("it was done")
    except pylibmc.NotFound:
        pass


@check("touch")
def _():
    client.set("touch", b"1", time=1)
    same(client.touch("touch", 100), True)
    same(client.touch("touch-missing", 100), False)


for count in (100, 10000):
    @check(f"{count} keys in one get")
    def _():
        items = {f"m{i}": b"value %d" % i for i in range(count)}
        same(client.set_multi(items), [])
        same(client.get_multi(list(items) + [f"none{i}" for i in range(count)]), items)


@check("several deletes at once")
def _():
    client.set_multi({f"d{i}": b"1" for i in range(100)})
    client.delete_multi([f"d{i}" for i in range(100)])
    same(client.get_multi([f"d{i}" for i in range(100)]), {})


@check("key of 250 bytes")
def _():
    client.set("k" * 250, b"long")
    same(client.get("k" * 250), b"long")


@check("odd keys")
def _():
    for key in odd_keys:
        same(client.set(key, key.encode()), True)
        same(client.get(key), key.encode())


@check("expiry")
def _():
    client.set("short", b"1", time=1)
    client.set("long", b"1", time=100)
    client.set("past", b"1", time=int(time.time()) - 10)
    client.set("future", b"1", time=int(time.time()) + 1000)
    same(client.get_multi(["past", "future"]), {"future": b"1"})
    time.sleep(3)
    same(client.get_multi(["short", "long", "touch"]), {"long": b"1", "touch": b"1"})


@check("statistics")
def _():
    ((_, stats),) = client.get_stats()
    assert int(stats.get("curr_items") or stats[b"curr_items"]) > 10000, stats


@check("flush")
def _():
    same(client.flush_all(), True)
    same(client.get("a"), None)


if login:
    @check("wrong password")
    def _():
        same(client.set("secret", b"1"), True)
        for change in ({"password": "wrong"}, {"username": "nobody-of-that-name"}):
            try:
                got = connect(**change).get("secret")
                raise AssertionError(f"let in, and got {got!r}")
            except pylibmc.Error:
                pass

    @check("no password")
    def _():
        try:
            got = pylibmc.Client([address], binary=True).get("secret")
        except pylibmc.Error:
            got = None
        same(got, None)

done()
