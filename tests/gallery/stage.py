"""A browser in which one thing at a time is drawn by the sandbox's own page, in Teams' colours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from playwright.async_api import Browser, Page

from bot.sandbox.page_files import add_routes
from tests.gallery.registry import Shown

#: Points across: the narrowest phone, a usual one, a desk.
WIDTHS: Final = (320, 390, 1024)
THEMES: Final = ("light", "dark")

_FILES: Final = Path(__file__).with_name("page")
_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
_TALL: Final = 900


@dataclass(frozen=True, slots=True)
class Look:
    """How it came out at one width: what is wrong with it, and how large it is."""

    problems: tuple[str, ...]
    width: float
    height: float


class Stage:
    """One page of a width."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def show(self, one: Shown, theme: str) -> Look:
        """Draw it."""
        dialog = {"title": one.dialog.title, "width": one.dialog.width} if one.dialog else None
        asked = {"card": one.card, "text": one.text, "dialog": dialog, "theme": theme}
        seen: dict[str, Any] = await self._page.evaluate("(asked) => window.show(asked)", asked)
        return Look(tuple(seen["problems"]), seen["width"], seen["height"])

    async def picture(self, look: Look, path: Path) -> None:
        """Keep what is drawn now."""
        clip = {"x": 0, "y": 0, "width": look.width, "height": look.height}
        await self._page.screenshot(path=path, clip=clip, full_page=True, animations="disabled")  # type: ignore[arg-type]

    async def close(self) -> None:
        await self._page.close()


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """The sandbox's files and ours, on a port that the system gives; the address of the stage."""
    app = web.Application()
    add_routes(app)
    app.router.add_get("/gallery/{name}", _file)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}/gallery/index.html"
    finally:
        await runner.cleanup()


async def stage(browser: Browser, address: str, width: int) -> Stage:
    """A page of that width."""
    page = await browser.new_page(viewport={"width": width, "height": _TALL}, reduced_motion="reduce")
    await page.goto(address)
    await page.wait_for_selector("body[data-ready]", state="attached")
    return Stage(page)


async def _file(request: web.Request) -> web.Response:
    path = _FILES / request.match_info["name"]
    if path.parent != _FILES or not path.is_file():
        raise web.HTTPNotFound
    return web.Response(body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8")
