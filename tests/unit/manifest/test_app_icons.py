"""Our icons: the pictures are those of the drawings beside them."""

import re

from bot.manifest.package import resources
from bot.manifest.png import read_png
from bot.sandbox.page_files import PAGE
from tests.support.browser import needs_chromium
from tests.support.icons import ICONS, drawings, drawn


def test_the_bell_is_that_of_the_sandboxs_page() -> None:
    bell = re.search(r'<path d="[^"]+"', (PAGE / "icon.svg").read_text("utf-8"))
    assert bell is not None
    assert bell[0] in drawings()["color"]


def test_the_outline_is_centred_and_fills_its_square() -> None:
    pixels = read_png((resources() / "outline.png").read_bytes()).rgba
    assert pixels is not None
    shown = [(at % 32, at // 32) for at in range(32 * 32) if pixels[at * 4 + 3] > 25]
    left, right = min(x for x, _ in shown), max(x for x, _ in shown)
    top, bottom = min(y for _, y in shown), max(y for _, y in shown)
    assert left == 31 - right
    assert top <= 3
    assert bottom >= 28


@needs_chromium
async def test_the_pictures_are_what_the_drawings_give() -> None:
    made = await drawn(drawings())
    for name, side in ICONS.items():
        kept, new = (read_png(data) for data in ((resources() / f"{name}.png").read_bytes(), made[name]))
        assert (new.width, new.height) == (kept.width, kept.height) == (side, side)
        if name == "outline":
            assert kept.rgba is not None
            assert new.rgba is not None
            # Browsers differ a little at the edges.
            apart = sum(abs(a - b) for a, b in zip(kept.rgba[3::4], new.rgba[3::4], strict=True))
            assert apart / (side * side) < 4
