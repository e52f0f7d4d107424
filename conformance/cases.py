"""What the Python programs beside this file share."""

sizes = (0, 1, 100_000, 1_048_000)
odd_keys = ("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "grüße", "☃", "0", "-1", "noreply")


def check(name):
    """Runs the function below it as the case of that name, and prints how it went."""
    def run(case):
        try:
            case()
        except Exception as why:
            print(f"not ok {name}:", " ".join(f"{type(why).__name__} {why}".split())[:200], flush=True)
        else:
            print(f"ok {name}", flush=True)
    return run


def same(got, want):
    """Fails unless both are equal."""
    if got != want or type(got) is not type(want):
        raise AssertionError(f"want {want!r:.60}, got {got!r:.60}")


def grow(length):
    """Returns a value of that length, with line ends in it."""
    return (b"0123456789abcdef\r\n" * (1 + length // 18))[:length]


def done():
    """Says that all cases were tried."""
    print("done")
