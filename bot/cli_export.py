"""The part of the command line that writes alerts to files for Excel."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp

from bot.alerts.condition import EVERYTHING, Condition, ConditionError
from bot.alerts.condition_text import parse
from bot.alerts.conversation import Scope
from bot.alerts.errors import TocsinError
from bot.alerts.ports import Store
from bot.alerts.views import QueueFilter
from bot.clock import clock_of
from bot.settings import Settings
from bot.usecases.exporting import TOGETHER, load_batch
from bot.wiring import languages_of
from cards.language import Language

_EVER: Final = timedelta(days=36_500)

#: Whoever can read the database may read all of it.
_ALL: Final = Scope(everything=True)


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`tocsin export` and `tocsin exports`."""
    export = commands.add_parser(
        "export",
        help="write alerts to a file for Excel",
        description="Write alerts to an Excel file (.xlsx), with history and evidence on sheets of their own, or the"
        " alerts alone to a CSV file (.csv). Works while serve runs.",
    )
    export.add_argument("file", metavar="FILE", help="what to write; its ending says what it is")
    export.add_argument(
        "--filter", default="", metavar="FILTER", help="such as 'severity>=medium last:7d' (docs/filters.md)"
    )
    export.add_argument("--alert", type=int, metavar="N", help="this alert alone")
    export.add_argument("--incident", type=int, metavar="N", help="the alerts of this incident")
    export.add_argument("--open", action="store_true", dest="only_open", help="only what is not resolved")
    export.set_defaults(run=_export)
    trail = commands.add_parser("exports", help="say who exported what in chat, and who fetched it")
    trail.add_argument("--limit", type=int, default=100, metavar="N", help="the newest N (default 100)")
    trail.set_defaults(run=_trail)


async def _trail(options: argparse.Namespace) -> int:
    from storage.store import open_store  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    await _require_database(settings)
    async with open_store(settings.database_url) as store:
        trail = await store.read(lambda uow: uow.exports.trail(limit=max(1, options.limit)))
    for export, fetched in trail:
        at, wanted, place = export.asked_at.astimezone(settings.zone_info), export.wanted, export.conversation
        what = f"{wanted.about.value} {wanted.filter}".strip()
        where = "1:1 chat" if export.is_personal else place.name or place.teams_id
        by = "".join(f", fetched by {who} ({count})" for who, count in fetched.items())
        print(
            f"{at:%Y-%m-%d %H:%M} {export.person_name} ({export.person}) in {where}: {what},"
            f" {export.total:,} alerts as {wanted.form.value}, {export.state.value}{by}"
        )
    print(f"{len(trail)} exports.")
    return 0


async def _export(options: argparse.Namespace) -> int:
    from storage.store import open_store  # noqa: PLC0415 - slow to import; `--help` need not

    path = Path(options.file)
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise TocsinError(f"{options.file} ends neither in .xlsx nor in .csv")
    where = _condition(options)
    settings = Settings.from_environment(os.environ)
    await _require_database(settings)
    async with aiohttp.ClientSession() as session, open_store(settings.database_url, settings.access) as store:
        now = (await clock_of(settings.clock_url, session))()
        wanted = QueueFilter(since=now - _EVER, where=where, closed=not options.only_open, now=now)
        numbers = await store.read(lambda uow: uow.alerts.fitting(_ALL, wanted))
        lang = languages_of(settings).shared
        await _write(store, numbers, path, lang, settings.identity_portal)
    print(f"{path}: {len(numbers):,} {'alert' if len(numbers) == 1 else 'alerts'}.")
    return 0


async def _require_database(settings: Settings) -> None:
    """Raises TocsinError where the database is not there yet, or is not up to date."""
    from storage.store import version  # noqa: PLC0415
    from storage.versions import HEAD  # noqa: PLC0415

    if await version(settings.database_url) != HEAD:
        raise TocsinError("the database is not up to date: run `tocsin migrate` first, or start `tocsin serve`")


def _condition(options: argparse.Namespace) -> Condition:
    """What all options ask for together."""
    parts = [f"({options.filter})"] if options.filter.strip() else []
    parts += [f"number:{options.alert}"] if options.alert is not None else []
    parts += [f"incident:{options.incident}"] if options.incident is not None else []
    try:
        return parse(" ".join(parts)) if parts else EVERYTHING
    except ConditionError as wrong:
        raise TocsinError(f"--filter: {wrong}") from None


async def _write(store: Store, numbers: Sequence[int], path: Path, lang: Language, identity_portal: str) -> None:
    from bot.alert_book import alert_book  # noqa: PLC0415 - so that other commands need not load it

    with alert_book(path, lang, identity_portal=identity_portal) as book:
        for start in range(0, len(numbers), TOGETHER):
            some = numbers[start : start + TOGETHER]
            book.add(await store.read(partial(load_batch, numbers=some, scope=_ALL, alone=book.alone)))
            _progress(start + len(some), len(numbers))


def _progress(done: int, total: int) -> None:
    """On a terminal, in place; in a log, not too often."""
    if sys.stderr.isatty():
        print(f"\r{done:,} of {total:,}", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done == total or done % 10_000 == 0:
        print(f"{done:,} of {total:,}", file=sys.stderr, flush=True)
