"""What is wrong with an app package, in words: its files, its manifest, its icons."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import ValidationError

from bot.manifest.model import Manifest
from bot.manifest.png import Png, PngError, read_png

MANIFEST: Final = "manifest.json"

_COLOR_SIZE: Final = 192
_OUTLINE_SIZE: Final = 32


def problems(package: bytes) -> list[str]:
    """A line for each field or file of a zip that Teams would refuse; empty where all is well.

    This is stricter than Microsoft's schema, which takes `1.0` for a version and `http://` for an address, and knows
    nothing of icons.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as broken:
        return [f"the package: cannot be read as a zip ({broken})"]
    wrong = [f"{name}: must stand at the root of the zip" for name in files if "/" in name or "\\" in name]
    if MANIFEST not in files:
        return [*wrong, f"{MANIFEST}: is missing from the root of the zip"]
    try:
        manifest = Manifest.model_validate_json(files[MANIFEST])
    except ValidationError as error:
        return [*wrong, *_in_words(error)]
    return [*wrong, *_icons(manifest, files)]


def _icons(manifest: Manifest, files: Mapping[str, bytes]) -> Iterator[str]:
    icons = manifest.icons
    for name in files:
        if name not in (MANIFEST, icons.color, icons.outline):
            yield f"{name}: nothing in the manifest names it"
    yield from _icon("icons.color", icons.color, files, _COLOR_SIZE)
    yield from _icon("icons.outline", icons.outline, files, _OUTLINE_SIZE)


def _icon(field: str, name: str, files: Mapping[str, bytes], size: int) -> Iterator[str]:
    if name not in files:
        yield f"{field}: there is no {name} in the package"
        return
    try:
        png = read_png(files[name])
    except PngError as wrong:
        yield f"{field}: {name} {wrong}"
        return
    if (png.width, png.height) != (size, size):
        yield f"{field}: {name} must be {size} by {size} pixels, and is {png.width} by {png.height}"
    if field == "icons.outline" and (why := _no_outline(png)):
        yield f"{field}: {name} {why}"


def _no_outline(png: Png) -> str:
    """Why a picture is not white on transparent; empty where it is."""
    if png.rgba is None:
        return "must have 8 bits each of red, green, blue and alpha, and no interlacing"
    alphas = png.rgba[3::4]
    if min(alphas) > 0:
        return "must be white on transparent, and nothing of it is transparent"
    if max(alphas) == 0:
        return "must be white on transparent, and nothing of it can be seen"
    shown = (png.rgba[at : at + 3] for at in range(0, len(png.rgba), 4) if png.rgba[at + 3])
    if any(colour != b"\xff\xff\xff" for colour in shown):
        return "must be white on transparent, and has other colours"
    return ""


def _in_words(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]).lstrip(".")
        why = {"missing": "is missing", "extra_forbidden": "is not a field that we know"}.get(
            problem["type"], problem["msg"].removeprefix("Value error, ")
        )
        yield f"{where or MANIFEST}: {why}"
