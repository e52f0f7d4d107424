#!/usr/bin/python3
"""Cases for pymemcache: with_pymemcache.py ADDRESS"""
import importlib.metadata
import sys
import time

from cases import check, done, grow, odd_keys, same, sizes
from pymemcache.client.base import Client
from pymemcache.exceptions import MemcacheError, MemcacheServerError

host, port = sys.argv[1].rsplit(":", 1)
client = Client((host, int(port)), default_noreply=False, timeout=20, allow_unicode_keys=True)
print("client pymemcache", importlib.metadata.version("pymemcache"))


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
    try:
        client.set("large", b"x" * 1048577)
        raise AssertionError("it was stored")
    except MemcacheServerError:
        pass
    same(client.get("large"), None)


@check("value of all bytes")
def _():
    value = bytes(range(256)) + b"\r\nEND\r\n"
    client.set("bytes", value)
    same(client.get("bytes"), value)


@check("noreply")
def _():
    client.set("quiet", b"1", noreply=True)
    client.incr("quiet", 1, noreply=True)
    client.append("quiet", b"0", noreply=True)
    client.delete("quiet-missing", noreply=True)
    same(client.get("quiet"), b"20")


@check("add")
def _():
    same(client.add("add", b"1"), True)
    same(client.add("add", b"2"), False)
    same(client.get("add"), b"1")


@check("replace")
def _():
    same(client.replace("replace", b"1"), False)
    client.set("replace", b"1")
    same(client.replace("replace", b"2"), True)
    same(client.get("replace"), b"2")


@check("append and prepend")
def _():
    same(client.append("grow", b"x"), False)
    client.set("grow", b"b")
    same(client.append("grow", b"c"), True)
    same(client.prepend("grow", b"a"), True)
    same(client.get("grow"), b"abc")


@check("cas")
def _():
    client.set("cas", b"one")
    value, cas = client.gets("cas")
    same(value, b"one")
    same(client.cas("cas", b"two", cas), True)
    same(client.cas("cas", b"three", cas), False)
    same(client.cas("cas-missing", b"x", cas), None)
    same(client.get("cas"), b"two")


@check("delete")
def _():
    client.set("gone", b"1")
    same(client.delete("gone"), True)
    same(client.delete("gone"), False)
    same(client.get("gone"), None)


@check("incr and decr")
def _():
    client.set("n", b"10")
    same(client.incr("n", 10), 20)
    same(client.decr("n", 5), 15)
    same(client.decr("n", 50), 0)
    same(client.incr("no-number", 1), None)


@check("incr wraps at 2^64")
def _():
    client.set("n", b"18446744073709551615")
    same(client.incr("n", 1), 0)


@check("incr of words is refused")
def _():
    client.set("words", b"some words")
    try:
        client.incr("words", 1)
        raise AssertionError("it was done")
    except MemcacheError:
        pass
    same(client.get("words"), b"some words")


@check("touch")
def _():
    client.set("touch", b"1", expire=1)
    same(client.touch("touch", 100), True)
    same(client.touch("touch-missing", 100), False)


for count in (100, 10000):
    @check(f"{count} keys in one get")
    def _():
        items = {f"m{i}": b"value %d" % i for i in range(count)}
        same(client.set_many(items), [])
        same(client.get_many(list(items) + [f"none{i}" for i in range(count)]), items)


@check("gets of many keys")
def _():
    found = client.gets_many(["a", "missing", "add"])
    same({k: v[0] for k, v in found.items()}, {"a": b"one", "add": b"1"})


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
    client.set("short", b"1", expire=1)
    client.set("long", b"1", expire=100)
    client.set("past", b"1", expire=int(time.time()) - 10)
    client.set("negative", b"1", expire=-1)
    client.set("future", b"1", expire=int(time.time()) + 1000)
    same(client.get_many(["past", "negative", "future"]), {"future": b"1"})
    time.sleep(3)
    same(client.get_many(["short", "long", "touch"]), {"long": b"1", "touch": b"1"})


@check("statistics")
def _():
    stats = client.stats()
    assert stats[b"curr_items"] > 10000, stats
    assert b"maxbytes" in client.stats("settings")
    same(client.version(), stats[b"version"])


@check("flush")
def _():
    same(client.flush_all(), True)
    same(client.get("a"), None)


@check("quit")
def _():
    client.quit()
    same(client.get("a"), None)


done()
