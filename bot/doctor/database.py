"""The database: there, up to date, writable, with room."""

from collections.abc import Sequence
from typing import Final

from bot.doctor.finding import Finding, failed, ok, warning
from bot.doctor.ground import Ground
from storage.checkup import Checkup, Trouble, check_up

DATABASE: Final = "database"

_MIB: Final = 1024 * 1024
#: Free space below which it is told, and below which it is as good as full.
_LITTLE, _NONE = 1024 * _MIB, 100 * _MIB

_WRONG: Final = {
    Trouble.UNREACHABLE: (
        "The server cannot be reached",
        "Start it, and compare host and port in TOCSIN_DATABASE_URL.",
    ),
    Trouble.SIGN_IN: (
        "The server does not let us in",
        "Compare user and password in TOCSIN_DATABASE_URL, and let that user own the database.",
    ),
    Trouble.NO_DATABASE: ("There is no such database on the server", "Make it: `createdb --owner USER NAME`."),
    Trouble.NOT_OURS: (
        "The file is no SQLite database",
        "Name another file in TOCSIN_DATABASE_URL, or restore a backup.",
    ),
    Trouble.NOT_MIGRATED: ("It is not up to date", "Run `tocsin migrate`; `tocsin serve` does it at start, too."),
    Trouble.TOO_NEW: (
        "A newer version of Tocsin has used it",
        "Install that version, or restore the backup from before.",
    ),
    Trouble.NO_WRITES: (
        "It takes no writes",
        "Look whether the disk is full, the file and its folder belong to this user, or the server is a standby.",
    ),
}


async def database(ground: Ground) -> Sequence[Finding]:
    found = await check_up(ground.settings.database_url, ground.store)
    if found.trouble is not None:
        cause, fix = _WRONG[found.trouble]
        return [failed(DATABASE, f"{found.kind}: {cause}{_more(found)}.", fix), *_room(found)]
    return [ok(DATABASE, f"{found.kind}, version {found.version}, takes writes{_left(found)}."), *_room(found)]


def _more(found: Checkup) -> str:
    if found.trouble is Trouble.NOT_MIGRATED:
        return f" (version {found.version})" if found.version else ": it was never made"
    return f" ({found.why})" if found.why else ""


def _left(found: Checkup) -> str:
    return f", {found.free / _MIB / 1024:.1f} GiB of disk are free" if found.free is not None else ""


def _room(found: Checkup) -> list[Finding]:
    if found.free is None or found.free >= _LITTLE:
        return []
    left = f"{found.free // _MIB} MiB of disk are free where the database is."
    fix = "Make room there: alerts cannot be taken in on a full disk."
    return [(failed if found.free < _NONE else warning)(DATABASE, left, fix)]
