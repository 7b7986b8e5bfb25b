"""The reader of PNG pictures, with every row filter, and with what is broken."""

import hashlib
import struct
import zlib
from itertools import pairwise

import pytest

from bot.manifest.png import Png, PngError, read_png
from tests.support.icons import png_of

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture(
    rows: bytes, *, width: int = 4, height: int = 5, depth: int = 8, colour: int = 6, interlaced: int = 0
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    packed = zlib.compress(rows)
    halves = packed[:9], packed[9:]
    pieces = (chunk(b"IHDR", header), *(chunk(b"IDAT", half) for half in halves), chunk(b"IEND", b""))
    return SIGNATURE + b"".join(pieces)


def noise(seed: int, size: int) -> bytes:
    """Few different bytes, so that neighbours are often equally near."""
    return bytes(byte % 5 * 63 for byte in hashlib.shake_128(bytes([seed])).digest(size))


def paeth(left: int, up: int, corner: int) -> int:
    linear = left + up - corner
    a, b, c = abs(linear - left), abs(linear - up), abs(linear - corner)
    return left if a <= b and a <= c else up if b <= c else corner


def filtered(rgba: bytes, width: int, kind: int) -> bytes:
    """The rows as a writer tells them by one filter: the inverse of what the reader does."""
    stride = width * 4
    rows = [bytes(stride), *(rgba[at : at + stride] for at in range(0, len(rgba), stride))]
    out = b""
    for above, row in pairwise(rows):
        left, corner = bytes(4) + row[:-4], bytes(4) + above[:-4]
        guesses = {
            0: bytes(stride),
            1: left,
            2: above,
            3: bytes((a + b) // 2 for a, b in zip(left, above, strict=True)),
            4: bytes(paeth(*near) for near in zip(left, above, corner, strict=True)),
        }[kind]
        out += bytes([kind]) + bytes((byte - guess) % 256 for byte, guess in zip(row, guesses, strict=True))
    return out


@pytest.mark.parametrize("kind", range(5))
def test_every_row_filter_is_undone(kind: int) -> None:
    rgba = noise(kind, 4 * 5 * 4)
    assert read_png(picture(filtered(rgba, 4, kind))) == Png(4, 5, rgba)


def test_what_the_icons_are_written_with_is_read_again() -> None:
    rgba = noise(9, 7 * 3 * 4)
    assert read_png(png_of(7, 3, rgba)) == Png(7, 3, rgba)


def test_other_kinds_of_pictures_have_their_size_alone() -> None:
    assert read_png(picture(b"", colour=2)) == Png(4, 5, None)
    assert read_png(picture(b"", depth=16)) == Png(4, 5, None)
    assert read_png(picture(b"", interlaced=1)) == Png(4, 5, None)
    assert read_png(picture(b"", width=100_000, height=100_000)) == Png(100_000, 100_000, None)


WHOLE = picture(filtered(bytes(80), 4, 0))


@pytest.mark.parametrize("data", [
    b"",
    b"GIF89a",
    SIGNATURE,
    WHOLE[:-12],
    WHOLE[:-1],
    WHOLE[:20],
    WHOLE[:20] + b"\x07" + WHOLE[21:],
    SIGNATURE + chunk(b"IEND", b""),
    SIGNATURE + chunk(b"IHDR", b"short") + chunk(b"IEND", b""),
    picture(b"too few rows"),
    picture(b"\x05" + bytes(16) + bytes(68)),
    SIGNATURE + WHOLE[8:33] + chunk(b"IDAT", b"not packed") + chunk(b"IEND", b""),
])  # fmt: skip
def test_what_is_broken_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(PngError, match=r"is no PNG|is a broken PNG"):
        read_png(data)
