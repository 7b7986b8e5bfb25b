"""Bringing a file to OneDrive: in fragments, on from where it was left, and never twice; the sandbox takes it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.alerts.export import PIECE
from bot.delivery.upload import TOGETHER, UploadDelayed, Uploader, UploadRefused, upload_addresses
from bot.sandbox.app import create_sandbox
from bot.sandbox.config import SandboxConfig
from bot.sandbox.drops import Drop
from bot.sandbox.faults import Fault
from bot.sandbox.state import SANDBOX, Sandbox

#: Two fragments and a bit.
DATA = bytes(range(256)) * (2 * TOGETHER * PIECE // 256) + b"the end"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Drive:
    """A place in the sandbox's OneDrive, and somebody who brings things there."""

    sandbox: Sandbox
    uploader: Uploader
    url: str
    heard: list[int] = field(default_factory=list)
    enough: int = 10**9

    @property
    def drop(self) -> Drop:
        return self.sandbox.drops["here"]

    async def bring(self, *, again: bool = False) -> bool:
        async def piece(number: int) -> bytes:
            return DATA[number * PIECE : (number + 1) * PIECE]

        async def hear(arrived: int) -> bool:
            self.heard.append(arrived)
            return arrived < self.enough

        return await self.uploader.upload(self.url, len(DATA), piece, hear, again=again)


@pytest.fixture
async def drive() -> AsyncIterator[Drive]:
    app = create_sandbox(SandboxConfig())
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host = f"127.0.0.1:{runner.addresses[0][1]}"
    sandbox = app[SANDBOX]
    sandbox.drops["here"] = Drop(name="a.xlsx", owner="ana", until=now() + timedelta(minutes=15))
    uploader = Uploader(addresses=upload_addresses((host,)), clock=now)
    try:
        yield Drive(sandbox, uploader, f"http://{host}/onedrive/upload/here?tempauth=v1.x")
    finally:
        await uploader.close()
        await runner.cleanup()


async def test_a_large_file_goes_in_fragments(drive: Drive) -> None:
    assert await drive.bring()
    assert drive.drop.done
    assert bytes(drive.drop.data) == DATA
    fragment = TOGETHER * PIECE
    assert drive.heard == [fragment, 2 * fragment, len(DATA)]


async def test_it_goes_on_from_where_it_was_left(drive: Drive) -> None:
    drive.enough = 1
    assert not await drive.bring()
    drive.enough = 10**9
    assert await drive.bring(again=True)
    assert bytes(drive.drop.data) == DATA
    assert drive.heard.count(TOGETHER * PIECE) == 1


async def test_a_fragment_whose_answer_was_lost_is_not_brought_twice(drive: Drive) -> None:
    drive.sandbox.faults.faults.append(Fault(on="upload", drop="after", times=1, method="PUT"))
    try:  # the client may send it again by itself
        assert await drive.bring()
    except UploadDelayed:
        assert await drive.bring(again=True)
    assert bytes(drive.drop.data) == DATA


async def test_what_was_taken_already_is_passed_over(drive: Drive) -> None:
    drive.drop.data += DATA[: TOGETHER * PIECE]  # the first answer says 416
    assert await drive.bring()
    assert bytes(drive.drop.data) == DATA


@pytest.mark.parametrize(("status", "wait"), [(503, timedelta(seconds=7)), (429, None), (500, None)])
async def test_what_may_pass_is_said_with_how_long(drive: Drive, status: int, wait: timedelta | None) -> None:
    after = wait.total_seconds() if wait else None
    drive.sandbox.faults.faults.append(Fault(on="upload", status=status, retryAfter=after, times=1))
    with pytest.raises(UploadDelayed) as delayed:
        await drive.bring()
    assert delayed.value.wait == wait


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 507 - 100])
async def test_what_will_not_pass_is_refused(drive: Drive, status: int) -> None:
    drive.sandbox.faults.faults.append(Fault(on="upload", status=status, times=1))
    with pytest.raises(UploadRefused) as refused:
        await drive.bring()
    assert refused.value.why == "upload"
    assert "tempauth" not in str(refused.value)


async def test_a_session_that_is_gone_leaves_open_whether_it_arrived(drive: Drive) -> None:
    del drive.sandbox.drops["here"]
    with pytest.raises(UploadRefused) as refused:
        await drive.bring(again=True)
    assert refused.value.why == "interrupted"


@pytest.mark.parametrize(
    "url",
    [
        "http://contoso-my.sharepoint.com/upload",
        "https://sharepoint.com.evil.example/upload",
        "https://evilsharepoint.com/upload",
        "https://contoso-my.sharepoint.com:8443/upload",
        "https://user@contoso-my.sharepoint.com/upload",
        "https://127.0.0.1/upload",
        "https://[::1]/upload",
        "ftp://contoso-my.sharepoint.com/upload",
        "https://contoso-my.sharepoint.com\\@evil.example/",
        f"https://contoso-my.sharepoint.com/{'x' * 9_000}",
        "",
    ],
)
async def test_nothing_is_brought_anywhere_else(drive: Drive, url: str) -> None:
    drive.url = url
    with pytest.raises(UploadRefused, match="not called"):
        await drive.bring()


def test_onedrive_for_work_is_permitted() -> None:
    ask = "guid='d8a1'&path='~tmp9A_a.xlsx'&overwrite=True&rename=True&dc=0&tempauth=v1." + "x" * 2_500
    path = "personal/ana_contoso_com/_api/v2.0/drive/items/01AB/uploadSession"
    upload_addresses(()).check(f"https://contoso-my.sharepoint.com/{path}?{ask}")
