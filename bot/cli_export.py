"""The part of the command line that writes alerts to files for Excel."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp

from bot.alerts.condition import EVERYTHING, Condition, ConditionError
from bot.alerts.condition_text import parse
from bot.alerts.conversation import Scope
from bot.alerts.errors import TocsinError
from bot.alerts.evidence import Evidence
from bot.alerts.history import Entry
from bot.alerts.people import Person
from bot.alerts.ports import Store, UnitOfWork
from bot.alerts.views import AlertView, QueueFilter
from bot.clock import clock_of
from bot.settings import Settings
from bot.usecases.read import people_in, views_of
from bot.wiring import languages_of
from cards.language import Language

#: Alerts of one transaction, so that a running `serve` is never kept waiting long.
TOGETHER: Final = 200

_EVER: Final = timedelta(days=36_500)


@dataclass(frozen=True)
class _Row:
    """An alert with all that is told of it."""

    view: AlertView
    entries: Sequence[Entry]
    evidence: Sequence[Evidence]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`tocsin export`."""
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


async def _export(options: argparse.Namespace) -> int:
    from storage.store import open_store, version  # noqa: PLC0415 - slow to import; `--help` need not
    from storage.versions import HEAD  # noqa: PLC0415

    path = Path(options.file)
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise TocsinError(f"{options.file} ends neither in .xlsx nor in .csv")
    where = _condition(options)
    settings = Settings.from_environment(os.environ)
    if await version(settings.database_url) != HEAD:
        raise TocsinError("the database is not up to date: run `tocsin migrate` first, or start `tocsin serve`")
    async with aiohttp.ClientSession() as session, open_store(settings.database_url, settings.access) as store:
        now = (await clock_of(settings.clock_url, session))()
        wanted = QueueFilter(since=now - _EVER, where=where, closed=not options.only_open, now=now)
        numbers = await _numbers(store, wanted)
        lang = languages_of(settings).shared
        await _write(store, numbers, path, lang, settings)
    print(f"{path}: {len(numbers)} {'alert' if len(numbers) == 1 else 'alerts'}.")
    return 0


def _condition(options: argparse.Namespace) -> Condition:
    """What all options ask for together."""
    parts = [f"({options.filter})"] if options.filter.strip() else []
    parts += [f"number:{options.alert}"] if options.alert is not None else []
    parts += [f"incident:{options.incident}"] if options.incident is not None else []
    try:
        return parse(" ".join(parts)) if parts else EVERYTHING
    except ConditionError as wrong:
        raise TocsinError(f"--filter: {wrong}") from None


async def _numbers(store: Store, wanted: QueueFilter) -> list[int]:
    """All that fit, newest activity first; what moves while they are read counts once."""
    found: dict[int, None] = {}
    total, offset = 1, 0
    while offset < total:
        look = partial(_page, wanted=wanted, offset=offset)
        numbers, total = await store.read(look)
        found.update(dict.fromkeys(numbers))
        offset += 1_000
    return list(found)


def _page(uow: UnitOfWork, *, wanted: QueueFilter, offset: int) -> tuple[list[int], int]:
    alerts, total = uow.alerts.page(Scope(everything=True), wanted, offset=offset, limit=1_000)
    return [alert.number for alert in alerts], total


async def _write(store: Store, numbers: Sequence[int], path: Path, lang: Language, settings: Settings) -> None:
    from bot.workbook import tables  # noqa: PLC0415 - so that other commands need not load it
    from cards import columns  # noqa: PLC0415

    heads = {
        lang.t("Alerts"): columns.alert_heads(lang),
        lang.t("History"): columns.history_heads(lang),
        lang.t("Evidence"): columns.evidence_heads(lang),
    }
    with tables(path, settings.zone_info, heads) as (alerts, *more):
        for start in range(0, len(numbers), TOGETHER):
            some = numbers[start : start + TOGETHER]
            rows, people = await store.read(partial(_load, numbers=some, all_of_it=bool(more)))
            for row in rows:
                number = row.view.alert.number
                alerts.add(columns.alert_row(row.view, lang, identity_portal=settings.identity_portal))
                for entry in row.entries:
                    more[0].add(columns.history_row(entry, lang, people))
                for piece in row.evidence:
                    more[1].add(columns.evidence_row(number, piece, lang))
            _progress(start + len(some), len(numbers))


def _load(uow: UnitOfWork, *, numbers: Sequence[int], all_of_it: bool) -> tuple[list[_Row], Mapping[str, Person]]:
    views = views_of(uow, [uow.alerts.get(number) for number in numbers])
    rows = [
        _Row(
            view,
            uow.history.since(view.alert.number, 0) if all_of_it else (),
            uow.alerts.evidence(view.alert.number, limit=view.alert.evidence_count) if all_of_it else (),
        )
        for view in views
    ]
    return rows, uow.people.many(people_in(entry for row in rows for entry in row.entries))


def _progress(done: int, total: int) -> None:
    """On a terminal, in place; in a log, not too often."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done == total or done % 10_000 == 0:
        print(f"{done} of {total}", file=sys.stderr, flush=True)
