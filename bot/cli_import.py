"""The part of the command line that takes alerts in from files."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp

from bot.alerts.errors import TocsinError
from bot.alerts.report import Report
from bot.clock import clock_of
from bot.settings import Settings, SettingsError, source_maps
from bot.sources.json_body import MAX_BYTES
from bot.sources.outcome import BadPayload
from bot.sources.registry import Parse, with_maps
from bot.sources.shapes import source_of
from bot.sources.text import clean_text, short

#: How many reports share a transaction, so that a running `serve` is never kept waiting long.
TOGETHER: Final = 64

#: How many alerts a trial lists, and of how many it tells every field.
LISTED: Final = 50
TOLD: Final = 3

_WIDE: Final = 120


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`tocsin import`."""
    take = commands.add_parser(
        "import",
        help="take in alerts from a file",
        description="Take in the alerts of a file, as if their source had sent it. JSON, or JSON a line for more than"
        f" {MAX_BYTES // 1024 // 1024} MiB. Works while serve runs, which posts the cards.",
    )
    take.add_argument("file", metavar="FILE", help="the file; - for what is piped in")
    take.add_argument("--source", default="", metavar="NAME", help="whose payload it is (default: by its shape)")
    take.add_argument(
        "--try", action="store_true", dest="only_try", help="only show what would be read, and what is not understood"
    )
    take.set_defaults(run=_import)


@dataclass(frozen=True)
class _Found:
    """What a file has: reports, what was of no use, and what should be known of what was."""

    reports: list[Report] = field(default_factory=list)
    useless: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def _import(options: argparse.Namespace) -> int:
    parsers = _parsers()
    payloads = _payloads(_body(options.file))
    source = options.source or source_of(payloads[0][1])
    if source not in parsers:
        raise TocsinError(f"there is no source {source!r}; there are {', '.join(sorted(parsers))}")
    found = _read(payloads, parsers[source])
    for line in _summary(options.file, source, found) if options.only_try else ():
        print(line)
    if options.only_try:
        return 0 if found.reports else 1
    for line in _problems(found):
        print(line, file=sys.stderr)
    if not found.reports:
        raise TocsinError(f"nothing in {options.file} is of use, read as {source}")
    print(f"{_counted(len(found.reports), 'report')} of {source} taken in: {await _keep(found.reports)}.")
    return 0


def _parsers() -> Mapping[str, Parse]:
    try:
        return with_maps(source_maps(os.environ))
    except ValueError as wrong:
        raise SettingsError(f"TOCSIN_SOURCE_…_MAP of {wrong}") from None


def _body(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def _payloads(body: bytes) -> list[tuple[str, bytes]]:
    """The file's JSON values, each with what its pointers begin with: the whole file, or its lines."""
    first, _, rest = body.strip().partition(b"\n")
    if not rest.strip() or not _is_json(first):
        return [("", body)]
    lines = ((number, line.strip()) for number, line in enumerate(body.splitlines(), 1))
    return [(f"line {number} ", line) for number, line in lines if line]


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _read(payloads: Sequence[tuple[str, bytes]], parse: Parse) -> _Found:
    """All that can be read."""
    found = _Found()
    for at, body in payloads:
        try:
            parsed = parse(body)
        except BadPayload as bad:
            rejected = [(each.pointer, each.why) for each in bad.rejected] or [(bad.pointer, bad.why)]
            found.useless.extend(_said(at, *each) for each in rejected)
            continue
        found.reports.extend(parsed.reports)
        found.useless.extend(_said(at, each.pointer, each.why) for each in parsed.rejected)
        found.notes.extend(_said(at, each.pointer, each.why) for each in parsed.notes)
    return found


def _said(at: str, pointer: str, why: str) -> str:
    return clean_text(f"{at}{pointer or 'the body'} {why}").replace("\n", " ")


async def _keep(reports: Sequence[Report]) -> str:
    """Take them in as the web intake does; says how many were new."""
    from bot.usecases.report_alert import report_alerts  # noqa: PLC0415 - slow to import; `--help` need not
    from storage.store import open_store, version  # noqa: PLC0415
    from storage.versions import HEAD  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    if await version(settings.database_url) != HEAD:
        raise TocsinError("the database is not up to date: run `tocsin migrate` first, or start `tocsin serve`")
    opened = changed = 0
    sites, targets, threads = settings.sites, settings.targets, settings.threads
    kept = open_store(settings.database_url, settings.access, site_from=sites, targets=targets, threads=threads)
    async with aiohttp.ClientSession() as session, kept as store:
        clock = await clock_of(settings.clock_url, session)
        for start in range(0, len(reports), TOGETHER):
            some, now = reports[start : start + TOGETHER], clock()
            take = partial(report_alerts, reports=some, now=now, grouping=settings.grouping)
            done = await store.write(take)
            opened += sum(each.opened for each in done)
            changed += sum(each.changed and not each.opened for each in done)
            _progress(start + len(some), len(reports))
    same = len(reports) - opened - changed
    return f"{_counted(opened, 'new alert')}, {changed} changed, {same} as they were"


def _progress(done: int, total: int) -> None:
    """On a terminal, in place; in a log, not too often."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done == total or done % 6_400 == 0:
        print(f"{done} of {total}", file=sys.stderr, flush=True)


def _summary(file: str, source: str, found: _Found) -> Iterator[str]:
    yield f"{file}, read as {source}: {_counted(len(found.reports), 'alert')}. Nothing is taken in."
    if found.reports:
        yield ""
        yield from _table(found.reports[:LISTED])
        if len(found.reports) > LISTED:
            yield f"  and {len(found.reports) - LISTED} more"
    for number, report in enumerate(found.reports[:TOLD], 1):
        yield ""
        yield f"{number}. {short(report.title, _WIDE)}"
        yield from (f"   {name:<19} {short(text, _WIDE)}" for name, text in _fields(report) if text)
    yield from _problems(found)


def _problems(found: _Found) -> Iterator[str]:
    for heading, lines in (("Of no use:", found.useless), ("Taken, but:", found.notes)):
        if lines:
            yield ""
            yield heading
            yield from (f"   {line}" for line in lines[:LISTED])
            if len(lines) > LISTED:
                yield f"   and {len(lines) - LISTED} more"


def _table(reports: Sequence[Report]) -> Iterator[str]:
    head = ("", "severity", "status", "last activity", "service", "title", "id")
    rows = [
        (
            str(number),
            str(report.severity),
            str(report.signal or report.status or "new"),
            f"{report.last_activity:%Y-%m-%d %H:%M}" if report.last_activity else "on receipt",
            short(report.service_source or report.source, 28),
            short(report.title, 50),
            short(report.external_id, 40),
        )
        for number, report in enumerate(reports, 1)
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield f"  {line}"


#: What a trial does not tell: what the list has, and what is told in another way.
_APART = frozenset({"source", "title", "raw", "evidence", "labels", "comments", "partial", "updated_at"})


def _fields(report: Report) -> Iterator[tuple[str, str]]:
    """Every field that says something, as plain text."""
    for each in fields(report):
        if each.name in _APART:
            continue
        value = getattr(report, each.name)
        text = ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
        yield each.name.replace("_", " ").replace("external id", "id"), text
    for name, label in sorted(report.labels.items()):
        yield "label", f"{name} = {label}"
    for piece in report.evidence:
        roles = f" ({', '.join(piece.roles)})" if piece.roles else ""
        yield "evidence", f"{piece.kind} {piece.label}{roles}"
    for comment in report.comments:
        yield "comment", f"{comment.author}: {comment.text}"


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
