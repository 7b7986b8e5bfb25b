"""Remakes the pictures of the documentation: the real program and the sandbox's page, one made-up night, 03:12.

python -m tests.support.screenshots [FOLDER]
"""

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from playwright.async_api import Browser, Page

from bot.sandbox import feed_alertmanager, feed_graph
from bot.sandbox.config import SandboxConfig
from tests.support.browser import CHROMIUM, chromium, post_of, visit
from tests.support.sandbox import Json, card_text, running_sandbox
from tests.support.town import Town

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"

#: 03:12 on a Tuesday in Madrid, where Ana and the team are.
NIGHT = datetime(2026, 11, 24, 2, 12, 10, tzinfo=UTC)
MORNING = NIGHT.replace(hour=7, minute=0, second=5)
ZONE = "Europe/Madrid"

#: Longer than the program takes to hear of a moved clock.
HEARD = 0.7


def main(folder: Path = PICTURES) -> int:
    """Make them all and say how large they are; the exit code."""
    if CHROMIUM is None:
        print("The pictures need Chromium, and none was found on PATH (Debian: apt-get install chromium).")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_all(folder))
    for picture in sorted(folder.glob("*.png")):
        print(f"{picture.stat().st_size / 1024:6.0f} KB  {picture}")
    return 0


async def _all(folder: Path) -> None:
    async with _night() as town, chromium() as browser:
        theft = await town.teams.wait_for_card("alerts", "Mimikatz")
        await _desktop(town, browser, folder / "channel.png", "alerts", at=theft["id"])
        await _phone(town, browser, folder / "phone.png", as_="ana", theme="light")
        await _phone(town, browser, folder / "phone-dark.png", as_="bo", theme="dark", at=theft["id"])
        await _dialogs(town, browser, folder, theft)
        await town.pressed("ana", theft, "Details")
        await _desktop(town, browser, folder / "details.png", "alerts", at=theft["id"])
        await town.told("ana", "queue")
        await _desktop(town, browser, folder / "queue.png", "ana")
        await _now(town, MORNING)
        await town.teams.wait_for("alerts", "Digest:")
        await _desktop(town, browser, folder / "digest.png", "alerts")


@asynccontextmanager
async def _night() -> AsyncIterator[Town]:
    """A town in which some alerts came in the night, and Ana and Bo have worked on them."""
    config = SandboxConfig(enforce_limits=False)
    with TemporaryDirectory() as folder:
        async with running_sandbox(config) as teams, aiohttp.ClientSession() as http:
            await teams.set_clock((NIGHT - timedelta(hours=4)).isoformat())
            town = Town(teams, config, f"sqlite:///{folder}/tocsin.db", http, {"TOCSIN_ZONE": ZONE})
            await town.start()
            try:
                await _work(town)
                yield town
            finally:
                await town.stop()


async def _work(town: Town) -> None:
    await town.teams.install("ana", channel="alerts")
    await town.teams.wait_for_card("alerts", "Tocsin is here")
    await _comes(town, "unwanted", seed=3, ago=215)
    await _comes(town, "mass_download", seed=1, ago=160)
    mail = await _comes(town, "phishing", seed=2, ago=118)
    await _now(town, NIGHT - timedelta(minutes=109))
    await town.pressed("bo", mail, "Resolve…")
    removed = {"classification": "truePositive:phishing", "comment": "Nobody opened the link; sender blocked"}
    await town.pressed("bo", mail, "Resolve", **removed)
    await _shown(town, mail, "Resolved")

    errors = await _comes(town, "error_rate", seed=1, ago=41)
    await _now(town, NIGHT - timedelta(minutes=38))
    await _take(town, "bo", errors)
    await _says(town, "bo", errors, "Rolled checkout back to 4.12, watching")
    await _comes(town, "sign_in", seed=8, ago=23)

    theft = await _comes(town, "credential_theft", seed=4, ago=8)
    await _now(town, NIGHT - timedelta(minutes=5))
    await _take(town, "ana", theft)
    await town.pressed("ana", theft, "Link…")
    await town.pressed("ana", theft, "Link", incident="new")
    await _shown(town, theft, "incident 1")
    await _now(town, NIGHT - timedelta(minutes=2))
    await _says(town, "bo", theft, "Looks real. web-1 is isolated, Hugo resets the passwords")
    await _comes(town, "password_spray", seed=6, ago=1)
    await _now(town, NIGHT)


async def _comes(town: Town, kind: str, *, seed: int, ago: int) -> Json:
    """An alert of the feed's making, so many minutes before `NIGHT`; its posted card."""
    at = NIGHT - timedelta(minutes=ago)
    await _now(town, at)
    rng = random.Random(seed)  # noqa: S311 - made-up alerts, no secrets
    source, payload = (
        ("graph", feed_graph.alert(kind, rng=rng, at=at - timedelta(minutes=6), now=at))
        if kind in feed_graph.KINDS
        else ("alertmanager", feed_alertmanager.firing(kind, rng=rng, at=at - timedelta(minutes=6)))
    )
    number = (await town.report(source, payload | _linked_nowhere(source)))["alerts"][0]
    return {**await town.teams.wait_for_card("alerts", f"#{number}"), "number": number}


def _linked_nowhere(source: str) -> dict[str, Any]:
    """Our own people make the incidents of this story."""
    return {"incidentId": None, "incidentWebUrl": None} if source == "graph" else {}


async def _take(town: Town, who: str, alert: Json) -> None:
    await town.pressed(who, alert, "Assign to me")
    await town.pressed(who, alert, "Start")
    await _shown(town, alert, "In progress")


async def _says(town: Town, who: str, alert: Json, words: str) -> None:
    await town.pressed(who, alert, "Comment…")
    await town.pressed(who, alert, "Comment", comment=words)
    await _shown(town, alert, words)


async def _shown(town: Town, alert: Json, words: str) -> None:
    """Wait until somebody who only looks on sees it, too: what comes after would close a form that is open."""

    def there(message: Json) -> bool:
        return bool(message["id"] == alert["id"] and words in card_text(message["card"]))

    await town.teams.wait_for("alerts", there, as_="chidi")
    await asyncio.sleep(HEARD)


async def _now(town: Town, moment: datetime) -> None:
    await town.teams.set_clock(moment.isoformat())
    await asyncio.sleep(HEARD)


async def _desktop(town: Town, browser: Browser, path: Path, where: str, *, at: str = "") -> None:
    address = f"{town.teams.url}/?as=ana&conversation={where}&theme=light"
    await _picture(await visit(browser, address, width=1280, height=800, scale=1.25), path, at)


async def _phone(town: Town, browser: Browser, path: Path, *, as_: str, theme: str, at: str = "") -> None:
    address = f"{town.teams.url}/?as={as_}&conversation=alerts&theme={theme}"
    await _picture(await visit(browser, address, width=390, height=844, phone=True, scale=2), path, at)


async def _dialogs(town: Town, browser: Browser, folder: Path, alert: Json) -> None:
    """“Manage alert” on a phone, and the editor of conditions at a desk."""
    here = f"{town.teams.url}/?as=ana&conversation=alerts"
    visited = await visit(browser, f"{here}&theme=light", width=390, height=844, phone=True, scale=2)
    await _opened(visited[0], alert["id"], "More…", "Manage…")
    await _picture(visited, folder / "manage.png", "")
    wanted = "severity>=medium (host:web-* or user:ana or evidence(kind:file role:trigger file.name:mimi*)) not tag:lab"
    await town.told("ana", f"queue {wanted}")
    queue = await town.teams.wait_for_card("ana", "Filter…")
    visited = await visit(browser, f"{town.teams.url}/?as=ana&conversation=ana&theme=light", scale=1.25)
    await _opened(visited[0], queue["id"], "Filter…")
    await _picture(visited, folder / "filter.png", "")


async def _opened(page: Page, message: str, *titles: str) -> None:
    for title in titles:
        await post_of(page, message).get_by_role("button", name=title, exact=True).click()
    await page.get_by_role("dialog").wait_for()


async def _picture(visited: tuple[Page, list[str]], path: Path, at: str) -> None:
    """Take it, with the message whose id is `at` at the top, or the newest ones without."""
    page, complaints = visited
    if at:
        await post_of(page, at).evaluate("post => { post.scrollIntoView(); post.closest('.stream').scrollTop -= 12; }")
    await page.screenshot(path=path)
    await page.close()
    if complaints:
        raise AssertionError(f"the browser complains at {path.name}: {complaints}")


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
