"""A rota from a calendar on the web: read with news only, kept where it cannot be read, and never from inside."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from bot.sandbox.config import SandboxConfig
from tests.support.town import Town, running_town

NIGHT = "2026-11-25T02:02:00Z"
ANA = "UID:1\r\nDTSTART:20261123T080000Z\r\nDTEND:20261130T080000Z\r\nATTENDEE:mailto:ana.alvarez@contoso.example"
BO = "UID:2\r\nDTSTART:20261130T080000Z\r\nDTEND:20261207T080000Z\r\nSUMMARY:On Call - Bo Berg - SOC"


def calendar(*events: str) -> str:
    inside = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inside}END:VCALENDAR\r\n"


@dataclass
class Server:
    """Serves a calendar; `status` other than 200 is what it answers instead."""

    body: str
    status: int = 200
    location: str = ""
    asked: list[Mapping[str, str]] = field(default_factory=list)
    address: str = ""

    async def asked_for_news(self) -> bool:
        return any("If-None-Match" in headers for headers in self.asked)

    async def get(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.headers))
        etag = f'"{hash(self.body)}"'
        if self.status != 200:
            return web.Response(status=self.status, headers={"Location": self.location} if self.location else {})
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(text=self.body, headers={"ETag": etag}, content_type="text/calendar")


@asynccontextmanager
async def serving(body: str) -> AsyncIterator[Server]:
    server, app = Server(body), web.Application()
    app.router.add_get("/{any:.*}", server.get)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.address = f"127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def town_with(folder: Path, url: str, **settings: str) -> AsyncIterator[Town]:
    given = {
        "TOCSIN_CONVERSATION_LIMITS": "1000/1",
        "TOCSIN_TENANT_LIMITS": "5000/1",
        "TOCSIN_ROTA_SOC": url,
        "TOCSIN_CALENDAR_SECONDS": "0.5",
    }
    async with running_town(folder, settings=given | settings, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.set_clock(NIGHT)
        await asyncio.sleep(0.6)
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


def folder_of(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


async def oncall(town: Town) -> str:
    return " ".join((await town.told("ana", "oncall")).split())


async def says(town: Town, words: str) -> str:
    said = ""

    async def there() -> bool:
        nonlocal said
        said = await oncall(town)
        return words in said

    await town.teams.until(there, seconds=15, waiting_for=words, show="ana")
    return said


async def test_a_calendar_says_who_is_on_call_and_one_that_fails_keeps_what_was_known(tmp_path: Path) -> None:
    async with serving(calendar(ANA, BO)) as server:
        hosts = {"TOCSIN_CALENDAR_HOSTS": server.address}
        async with town_with(tmp_path, f"http://{server.address}/soc.ics?key=hush", **hosts) as town:
            said = await says(town, "Ana Alvarez · until 30 Nov 09:00")
            assert "From 30 Nov 09:00: Bo Berg" in said
            await town.teams.until(server.asked_for_news, seconds=5, waiting_for="only news to be asked for")

            server.body = calendar(ANA.replace("ana.alvarez", "chidi.cole"), BO)
            await says(town, "Chidi Cole · until 30 Nov 09:00")
            server.status = 404
            said = await says(town, "The calendar cannot be read since 03:0")
            assert "404 Not Found. This is how it was at 03:0" in said
            assert "Chidi Cole · until 30 Nov 09:00" in said
            ready = (await town.asks("/readyz")).body
            assert ready["status"] == "ready"
            assert "A calendar of rota soc cannot be read: 404 Not Found." in ready["why"]
            assert "hush" not in str(ready) + said
            await town.stop()
            await town.start()
            assert "Chidi Cole · until" in await oncall(town), "a restart forgets nothing"

            server.status, server.body = 200, "<html>sign in</html>"
            await says(town, "it is no iCalendar file")
            server.body = calendar(BO.replace("20261130", "20261123"))
            said = await says(town, "Bo Berg · until")
            assert "cannot be read" not in said


async def test_nothing_is_read_from_inside_the_network_and_no_redirect_leads_there(tmp_path: Path) -> None:
    async with serving(calendar(ANA)) as inside, serving("") as outside:
        async with town_with(folder_of(tmp_path, "one"), f"http://{inside.address}/soc.ics") as town:
            assert "not called: only https, unless TOCSIN_CALENDAR_HOSTS names the host" in await says(town, "yet:")
        outside.status, outside.location = 302, f"http://{inside.address}/soc.ics"
        hosts = {"TOCSIN_CALENDAR_HOSTS": outside.address}
        async with town_with(folder_of(tmp_path, "two"), f"http://{outside.address}/soc.ics", **hosts) as town:
            assert "not called: only https" in await says(town, "yet:")
            outside.location = "https://127.0.0.1/soc.ics"
            await says(town, "no address of a private network")
            outside.location = f"http://{outside.address}/again"
            await says(town, "it sends us on and on")
        assert inside.asked == []
