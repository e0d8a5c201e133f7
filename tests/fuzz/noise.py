"""Changes to the bytes of a good file, as editors, disks, mails and attackers make them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

WORDS = [
    "", "~", "null", "none", "unknown", "yes", "No", "true", "on", "NaN", ".inf", "-0", "0x1F", "0o17", "017", "1_0",
    "1e999", "1e999999999", "-1e-999999999", "9" * 400, "9" * 5000, "-" + "9" * 30, "0.0000001", "1,2,3", "1,000,00",
    "12:30:45", "1:2", "190:20:30", "٣", "１２", "½", "∞", "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31",
    "1900-01-01", "2199-12-31", "2026-13-01", "２０２６-０１-０１", "12026-01-01", "2026-01-01T00:00:00Z",
    "[]", "{}", "[[]]", "{a: b}", "[late, early]", "- x", "? x", ": x", "&a x", "*a", "!t x", "!!set {a}",
    "!!python/object/apply:os.system [id]", "|", ">", "'", '"', '"\\0"', '"\\e[31m"', '"\\ud800"', '"\\x9b"', "%TAG",
    "@x", "`x", "#", "---", "...", "<<", "<<: {a: b}", "<<: *a", "../../etc/passwd", "/dev/null", "con", "a\u0000b",
    "late", "middle", "deal.phase", "stakeholder.stance", "stakeholders", "{fact: deal.price}", "{setting: x}",
    "{self}", "{deal.price}", "{who}", "{", "}", "{0}", "{0.__class__}", "%s", "x" * 5000, "需求" * 3000, "👩‍👩‍👧",
    "[bold]", "[/]", "[link=file:///]x[/link]", "<script>", "&amp;", "](x)", "e\u0301", "\u202e", "\u2028", "\ufeff",
]  # fmt: skip
"""What a value may be replaced by."""

SIGNS = [
    ":", " ", "\n", "- ", "  ", "{", "}", "[", "]", ",", ";", "'", '"', "#", "|", ">", "&a", "*a", "!", "?", "\t",
    "case", "facts",
]  # fmt: skip
"""Of what mere noise is made."""

_BAD_SIGNS = [
    *map(chr, range(0x20)), "\x7f", "\x85", "\x9b", "\u2029", "\u202e", "\u2066", "\ufffe", "\uffff", "\ufeff",
    "\u200b", "\u00a0", "\U0001f600", "\U0010ffff", "{", "'",
]  # fmt: skip
_BOMB = b"a: &a [x]\nb: &b [*a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c]\n"

Change = Callable[[random.Random, bytes], bytes]


def flipped(rng: random.Random, data: bytes) -> bytes:
    """Flip some bits."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def replaced(rng: random.Random, data: bytes) -> bytes:
    """Put other bytes where some stood."""
    place = rng.randrange(len(data))
    return data[:place] + rng.randbytes(rng.randint(1, 4)) + data[place + rng.randint(0, 20) :]


def cut(rng: random.Random, data: bytes) -> bytes:
    """Keep the beginning, the end, or all but a piece."""
    start, end = sorted((rng.randrange(len(data)), rng.randrange(len(data))))
    return rng.choice([data[:start], data[start:], data[:start] + data[end:]])


def doubled(rng: random.Random, data: bytes) -> bytes:
    """Write a piece twice, or very often."""
    start = rng.randrange(len(data))
    piece = data[start : start + rng.randint(1, 60)]
    return data[:start] + piece * rng.choice([2, 3, 1000]) + data[start:]


def _by_lines(change: Callable[[random.Random, list[bytes]], None]) -> Change:
    def mutate(rng: random.Random, data: bytes) -> bytes:
        lines = data.split(b"\n")
        change(rng, lines)
        return b"\n".join(lines)

    return mutate


def _without_a_line(rng: random.Random, lines: list[bytes]) -> None:
    del lines[rng.randrange(len(lines))]


def _with_a_line_twice(rng: random.Random, lines: list[bytes]) -> None:
    line = rng.choice(lines)
    lines[rng.randrange(len(lines)) : 0] = [line] * rng.choice([1, 1, 2, 300])


def _with_lines_swapped(rng: random.Random, lines: list[bytes]) -> None:
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]


def _indented_otherwise(rng: random.Random, lines: list[bytes]) -> None:
    number = rng.randrange(len(lines))
    rest = lines[number].lstrip(rng.choice([b" ", b""]))
    lines[number] = rng.choice([b" ", b"  ", b"\t", b"", b"\xc2\xa0", b"- "]) + rest


def _a_colon(rng: random.Random, data: bytes) -> int:
    return rng.choice([i for i, byte in enumerate(data) if byte == ord(":")] or [0])


def _a_word(rng: random.Random) -> bytes:
    return rng.choice(WORDS).encode("utf-8", "surrogatepass")


def with_another_value(rng: random.Random, data: bytes) -> bytes:
    """Replace what stands behind a colon."""
    place = _a_colon(rng, data) + 1
    end = min((e for sign in b",}\n]" if (e := data.find(sign, place)) >= 0), default=len(data))
    return data[:place] + b" " + _a_word(rng) + data[end:]


def with_another_key(rng: random.Random, data: bytes) -> bytes:
    """Replace what stands before a colon."""
    place = _a_colon(rng, data)
    start = max(data.rfind(sign, 0, place) for sign in (b" ", b"{", b"\n")) + 1
    return data[:start] + _a_word(rng) + data[place:]


def with_words_swapped(rng: random.Random, data: bytes) -> bytes:
    """Let two words change places."""
    words = data.split(b" ")
    a, b = rng.randrange(len(words)), rng.randrange(len(words))
    words[a], words[b] = words[b], words[a]
    return b" ".join(words)


def with_a_sign(rng: random.Random, data: bytes) -> bytes:
    """Insert a sign that few expect."""
    place = rng.randrange(len(data))
    return data[:place] + rng.choice(_BAD_SIGNS).encode() + data[place:]


def with_a_word(rng: random.Random, data: bytes) -> bytes:
    """Insert a word that means something somewhere."""
    place = rng.randrange(len(data))
    return data[:place] + _a_word(rng) + data[place:]


def nested(rng: random.Random, data: bytes) -> bytes:
    """Open many brackets, and close them or not."""
    place, depth = rng.randrange(len(data)), rng.choice([3, 39, 41, 2000, 20_000])
    opening, closing = rng.choice(
        [(b"[", b"]"), (b"{a: ", b"}"), (b"- ", b""), (b"? ", b""), (b"{all: [", b"]}"), (b"{not: ", b"}"), (b"[", b"")]
    )
    return data[:place] + opening * depth + b"x" + closing * depth + data[place:]


def repeated(rng: random.Random, data: bytes) -> bytes:
    """Write the whole file several times."""
    return data * rng.choice([2, 3, 50])


def with_a_bomb(rng: random.Random, data: bytes) -> bytes:
    """Add aliases of aliases."""
    return rng.choice([_BOMB + data, data + _BOMB])


def with_a_long_line(rng: random.Random, data: bytes) -> bytes:
    """Make a line longer than any program likes."""
    place = rng.randrange(len(data))
    return data[:place] + rng.choice([b"x", b" ", b"x ", b"1", b"'"]) * rng.choice([5000, 100_000]) + data[place:]


def encoded_otherwise(rng: random.Random, data: bytes) -> bytes:
    """Save the file as other programs do."""
    text = data.decode("utf-8", "replace")
    return rng.choice(
        [
            b"\xef\xbb\xbf" + data,
            data.replace(b"\n", b"\r\n"),
            data.replace(b"\n", b"\r"),
            data.replace(b"  ", b"\t"),
            text.encode("utf-16"),
            text.encode("utf-32"),
            text.encode("gb18030"),
            text.encode("latin-1", "replace"),
        ]
    )


CHANGES: list[Change] = [
    flipped,
    replaced,
    cut,
    doubled,
    _by_lines(_without_a_line),
    _by_lines(_with_a_line_twice),
    _by_lines(_with_lines_swapped),
    _by_lines(_indented_otherwise),
    with_another_value,
    with_another_value,
    with_another_value,
    with_another_key,
    with_words_swapped,
    with_a_sign,
    with_a_word,
    nested,
    repeated,
    with_a_bomb,
    with_a_long_line,
    encoded_otherwise,
]


def noise(rng: random.Random) -> bytes:
    """Return bytes, or signs, that never were a file."""
    if rng.random() < 0.5:
        return rng.randbytes(rng.randrange(300))
    return "".join(rng.choice(SIGNS) for _ in range(rng.randrange(200))).encode()


def changed(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change a file in a few places, now and then with a piece of another one."""
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        if rng.random() < 0.05:
            other = rng.choice(others)
            data = data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other)) :]
        else:
            data = rng.choice(CHANGES)(rng, data or b":")
    return data
