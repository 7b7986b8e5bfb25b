"""Reads PNG pictures, as far as icons need it: their size, and the pixels of those that have 8 bits of RGBA."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_TRUECOLOUR_WITH_ALPHA: Final = 6

#: The side of the largest picture that is unpacked.
_LARGEST: Final = 1024


class PngError(ValueError):
    """No PNG, or a broken one; the text goes on after the file's name."""


@dataclass(frozen=True, slots=True)
class Png:
    """`rgba` is the rows of pixels from the top, four bytes each; None where the picture is of another kind."""

    width: int
    height: int
    rgba: bytes | None


def read_png(data: bytes) -> Png:
    """Raises PngError."""
    if not data.startswith(_SIGNATURE):
        raise PngError("is no PNG")
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13 or chunks[-1][0] != b"IEND":
        raise PngError("is a broken PNG: it has no proper beginning and end")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if (depth, colour, interlaced) != (8, _TRUECOLOUR_WITH_ALPHA, 0) or not 0 < width * height <= _LARGEST**2:
        return Png(width, height, None)
    packed = b"".join(body for kind, body in chunks if kind == b"IDAT")
    rows = _unpacked(packed, (width * 4 + 1) * height)
    return Png(width, height, _unfiltered(rows, width * 4))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and the contents of each piece."""
    at = len(_SIGNATURE)
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        kind, body, check = data[at + 4 : at + 8], data[at + 8 : at + 8 + length], data[at + 8 + length :][:4]
        if zlib.crc32(kind + body).to_bytes(4) != check:
            raise PngError("is a broken PNG: a checksum is wrong")
        yield kind, body
        at += 12 + length


def _unpacked(packed: bytes, size: int) -> bytes:
    try:
        rows = zlib.decompressobj().decompress(packed, size)
    except zlib.error:
        rows = b""
    if len(rows) != size:
        raise PngError("is a broken PNG: its pixels cannot be unpacked")
    return rows


def _unfiltered(rows: bytes, stride: int) -> bytes:
    """Each row begins with a number that says from which neighbours its bytes are told (PNG, section 9)."""
    pixels = bytearray()
    above = bytes(stride)
    for start in range(0, len(rows), stride + 1):
        kind, row = rows[start], bytearray(rows[start + 1 : start + 1 + stride])
        for at in range(stride if kind else 0):
            left, corner = (row[at - 4], above[at - 4]) if at >= 4 else (0, 0)
            row[at] = (row[at] + _guess(kind, left, above[at], corner)) & 0xFF
        pixels += row
        above = bytes(row)
    return bytes(pixels)


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    match kind:
        case 1:
            return left
        case 2:
            return up
        case 3:
            return (left + up) // 2
        case 4:
            linear = left + up - corner
            return min((left, up, corner), key=lambda near: abs(linear - near))
    raise PngError("is a broken PNG: a row has no known filter")
