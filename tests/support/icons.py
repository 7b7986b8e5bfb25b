"""Remakes the icons of the Teams app, `manifest/*.png`, from the drawings beside them.

python -m tests.support.icons
"""

import asyncio
import struct
import sys
import zlib

from playwright.async_api import Browser

from bot.manifest.package import resources
from bot.manifest.png import read_png
from tests.support.browser import CHROMIUM, chromium

#: By name: the side in pixels.
ICONS = {"color": 192, "outline": 32}


def main() -> int:
    """Make both and say how large they are; the exit code."""
    if CHROMIUM is None:
        print("The icons need Chromium, and none was found on PATH (Debian: apt-get install chromium).")
        return 1
    for name, data in asyncio.run(drawn(drawings())).items():
        path = resources() / f"{name}.png"
        path.write_bytes(data)
        print(f"{len(data):6} bytes  {path}")
    return 0


def drawings() -> dict[str, str]:
    """The drawing of each icon, as SVG."""
    return {name: (resources() / f"{name}.svg").read_text("utf-8") for name in ICONS}


def png_of(width: int, height: int, rgba: bytes) -> bytes:
    """A PNG of rows of pixels, four bytes each."""
    rows = b"".join(b"\0" + rgba[at : at + width * 4] for at in range(0, len(rgba), width * 4))
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


async def drawn(svgs: dict[str, str]) -> dict[str, bytes]:
    """The PNG of each drawing."""
    async with chromium() as browser:
        icons = {name: await _icon(browser, svg, ICONS[name]) for name, svg in svgs.items()}
    return {name: _white(icon) if name == "outline" else icon for name, icon in icons.items()}


async def _icon(browser: Browser, svg: str, side: int) -> bytes:
    page = await browser.new_page(viewport={"width": side, "height": side})
    sized = svg.replace("<svg ", f'<svg style="display:block" width="{side}" height="{side}" ', 1)
    await page.set_content(f'<body style="margin:0">{sized}')
    picture = await page.screenshot(omit_background=True)
    await page.close()
    return picture


def _white(picture: bytes) -> bytes:
    """The same, and white where nothing shows, too: some readers of icons look at colours without their alpha."""
    png = read_png(picture)
    pixels = bytearray(b"\xff" * (png.width * png.height * 4))
    pixels[3::4] = (png.rgba or b"")[3::4]
    return png_of(png.width, png.height, bytes(pixels))


if __name__ == "__main__":
    sys.exit(main())
