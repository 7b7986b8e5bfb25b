"""A real browser before the sandbox's page: Chromium without a window, steered by Playwright."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright

from bot.sandbox.page_files import PAGE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="THE PAGE IS NOT TESTED: no Chromium was found on PATH (Debian: apt-get install chromium)"
)
needs_libraries = pytest.mark.skipif(
    not (PAGE / "node_modules" / "adaptivecards").is_dir(),
    reason="THE PAGE IS NOT TESTED: run `npm ci` in bot/sandbox/page",
)

_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--hide-scrollbars", "--font-render-hinting=none",
]  # fmt: skip

_TELL_OF_BREACHES = "addEventListener('securitypolicyviolation', e => console.error('CSP: ' + e.violatedDirective))"

#: What sticks out at the right; a scroll bar would be needed to see it.
_STICKING_OUT = """() => {
  const wide = [...document.querySelectorAll('.stream, .stream *, dialog, dialog *')].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.right > innerWidth + 1;
  });
  if (document.documentElement.scrollWidth > innerWidth) wide.unshift(document.documentElement);
  return wide.map((e) => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 40)}`);
}"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser of one's own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield browser
        await browser.close()


async def visit(
    browser: Browser, address: str, *, width: int = 1280, height: int = 800, phone: bool = False, scale: float = 1
) -> tuple[Page, list[str]]:
    """Open the page and wait until it is drawn; the list collects what the browser complains about, such as a breach
    of the content security policy. Sizes are in CSS pixels, of which each is `scale` pixels of a picture.
    """
    page = await browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        is_mobile=phone,
        has_touch=phone,
        reduced_motion="reduce",
    )
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.add_init_script(_TELL_OF_BREACHES)
    await page.goto(address)
    await page.wait_for_selector("body[data-ready]")
    return page, complaints


def post_of(page: Page, message_id: str) -> Locator:
    """A message with its card, as it stands on the page."""
    return page.locator(f'[data-id="{message_id}"]')


async def sticking_out(page: Page) -> list[str]:
    """What is wider than the window; empty where nobody has to scroll sideways."""
    found: list[str] = await page.evaluate(_STICKING_OUT)
    return found
