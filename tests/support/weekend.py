"""Remakes the pictures of a weekend on call: the real program in the sandbox, its clock moved by hand, on a phone.

A high alert in the night, a page, its escalation, the handover on Monday, and the digest.

python -m tests.support.weekend [FOLDER]
"""

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
from playwright.async_api import Browser

from bot.sandbox import feed_graph
from bot.sandbox.config import SandboxConfig
from tests.support.browser import CHROMIUM, chromium, post_of, visit
from tests.support.sandbox import Json, message_text, running_sandbox
from tests.support.screenshots import HEARD, PICTURES, ZONE
from tests.support.town import Town

#: Friday afternoon, the night to Saturday, and Monday morning, where Ana and the team are.
FRIDAY = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)
NIGHT = datetime(2026, 11, 28, 2, 2, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 7, 0, 5, tzinfo=UTC)

SETTINGS = {
    "TOCSIN_ZONE": ZONE,
    "TOCSIN_ROTA_SOC": f"every 3 days 08:00 {ZONE} from 2026-11-27: Ana Alvarez, Bo Berg; Bo Berg, Chidi Cole",
    "TOCSIN_TARGETS_HIGH": "acknowledge 15m, resolve 8h",
    "TOCSIN_TARGETS_MEDIUM": "acknowledge 12h, resolve 3d",
}

#: Longer than the program takes to look who is to be paged, and what is due.
_LOOKED = 2.5


def main(folder: Path = PICTURES) -> int:
    """Make them all; the exit code."""
    if CHROMIUM is None:
        print("The pictures need Chromium, and none was found on PATH (Debian: apt-get install chromium).")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_all(folder))
    for picture in sorted(folder.glob("weekend-*.png")):
        print(f"{picture.stat().st_size / 1024:6.0f} KB  {picture}")
    return 0


async def _all(folder: Path) -> None:
    async with _town() as town, chromium() as browser:
        await _friday(town)
        theft = await _night(town, browser, folder)
        await _phone(town, browser, folder / "weekend-escalated.png", as_="bo", where="alerts", at=theft["id"])
        await _sunday(town, theft)
        await _now(town, MONDAY)
        posted = await town.teams.wait_for("alerts", lambda m: m["plain"].startswith("Handover from"))
        await _phone(town, browser, folder / "weekend-handover.png", as_="bo", where="alerts", at=posted["id"])
        digest = await town.teams.wait_for("alerts", "Digest")
        await _phone(town, browser, folder / "weekend-digest.png", as_="bo", where="alerts", at=digest["id"])


@asynccontextmanager
async def _town() -> AsyncIterator[Town]:
    config = SandboxConfig(enforce_limits=False)
    with TemporaryDirectory() as folder:
        async with running_sandbox(config) as teams, aiohttp.ClientSession() as http:
            await teams.set_clock(FRIDAY.isoformat())
            town = Town(teams, config, f"sqlite:///{folder}/tocsin.db", http, SETTINGS)
            await town.start()
            try:
                yield town
            finally:
                await town.stop()


async def _friday(town: Town) -> None:
    await town.teams.install("ana", channel="alerts")
    await town.teams.wait_for_card("alerts", "Tocsin is here")
    await town.teams.until(lambda: _knows(town, "Chidi"), waiting_for="the roster")
    await town.told("chidi", "help")
    mail = await _comes(town, "phishing", seed=2, at=FRIDAY + timedelta(minutes=20))
    await town.told("ana", f"resolve {mail['number']} tp phishing", in_="alerts")


async def _night(town: Town, browser: Browser, folder: Path) -> Json:
    """Ana sleeps through it, and Bo takes it."""
    theft = await _comes(town, "credential_theft", seed=4, at=NIGHT)
    page = await town.teams.wait_for("ana", lambda m: m["plain"].startswith("Page."), seconds=20)
    await _phone(town, browser, folder / "weekend-page.png", as_="ana", where="ana", at=page["id"], theme="dark")
    for minutes in (5, 10):
        await _now(town, NIGHT + timedelta(minutes=minutes, seconds=10))
        await asyncio.sleep(_LOOKED)
    page = await town.teams.wait_for("bo", lambda m: m["plain"].startswith("Page."), seconds=20)
    await _now(town, NIGHT + timedelta(minutes=12))
    await town.pressed("bo", page, "Take it")
    await town.teams.wait_for("alerts", lambda m: m["id"] == theft["id"] and "Bo Berg" in message_text(m), as_="chidi")
    await asyncio.sleep(_LOOKED)
    return theft


async def _sunday(town: Town, theft: Json) -> None:
    await _now(town, NIGHT + timedelta(hours=2))
    await town.told("bo", f"resolve {theft['number']} tp compromised account", in_="alerts")
    leak = await _comes(town, "mass_download", seed=1, at=SUNDAY)
    await _comes(town, "sign_in", seed=8, at=SUNDAY + timedelta(hours=3))
    await town.told("ana", f"assign {leak['number']} me", in_="alerts")
    await town.told("ana", f"remind {leak['number']} mon 9:30 ask the owner of the files", in_="alerts")
    await town.told(
        "ana", "handover note Hugo resets svc-build's password on Monday; until then web-1 stays isolated", in_="alerts"
    )
    await town.told("ana", "maintenance host:db-* 12:00-13:00 for patching", in_="alerts")


async def _comes(town: Town, kind: str, *, seed: int, at: datetime) -> Json:
    """An alert of the feed's making; its posted card."""
    await _now(town, at)
    rng = random.Random(seed)  # noqa: S311 - made-up alerts, no secrets
    payload = feed_graph.alert(kind, rng=rng, at=at - timedelta(minutes=4), now=at)
    number = (await town.report("graph", payload | {"incidentId": None, "incidentWebUrl": None}))["alerts"][0]
    return {**await town.teams.wait_for_card("alerts", f"#{number}"), "number": number}


async def _knows(town: Town, name: str) -> bool:
    return bool(await town.kept(lambda uow: uow.people.by_name(name)))


async def _now(town: Town, moment: datetime) -> None:
    await town.teams.set_clock(moment.isoformat())
    await asyncio.sleep(HEARD)


async def _phone(
    town: Town, browser: Browser, path: Path, *, as_: str, where: str, at: str, theme: str = "light"
) -> None:
    address = f"{town.teams.url}/?as={as_}&conversation={where}&theme={theme}"
    page, complaints = await visit(browser, address, width=390, height=844, phone=True, scale=2)
    await asyncio.sleep(HEARD)  # whatever is still being drawn takes the place of what is there
    await post_of(page, at).evaluate("post => { post.scrollIntoView(); post.closest('.stream').scrollTop -= 12; }")
    await page.screenshot(path=path)
    await page.close()
    if complaints:
        raise AssertionError(f"the browser complains at {path.name}: {complaints}")


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
