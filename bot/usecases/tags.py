"""Tags: set, removed, and renamed for alerts that come in from then on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.alerts.tag_names import TagRename, check, named
from bot.usecases.permission import require
from bot.usecases.visibility import Reader


def rename(uow: UnitOfWork, by: Person, reader: Reader, old: str, new: str) -> TagRename:
    """Raises Refused: "role" for whoever is no administrator, "badTag", "sameTags", "manyRenames"."""
    require(uow, reader, "renameTag")
    check(old, new, uow.tag_names.all())
    made = TagRename(old=old, new=new, at=reader.at, by=by.name)
    uow.tag_names.add(made)
    return made


def renames(uow: UnitOfWork, reader: Reader) -> Sequence[TagRename]:
    """The oldest first."""
    require(uow, reader, "tag")
    return uow.tag_names.all()


def as_called(uow: UnitOfWork, alert: Alert, tags: Iterable[str]) -> tuple[str, ...]:
    """Tags that somebody gives to an alert, as they are called for it."""
    return named([tag.strip() for tag in tags], uow.tag_names.all(), alert.received_at)


def with_called_tags(
    uow: UnitOfWork, reports: Sequence[Report], known: Mapping[tuple[str, str], Alert], now: datetime
) -> Sequence[Report]:
    """Reports with the source's tags as they are called for each alert; a `known` one goes by when it came in."""
    if not any(report.source_tags for report in reports):
        return reports
    all_renames = uow.tag_names.all()
    if not all_renames:
        return reports

    def called(report: Report) -> Report:
        alert = known.get((report.source, report.external_id))
        since = alert.received_at if alert is not None else now
        return replace(report, source_tags=named(report.source_tags or (), all_renames, since))

    return [called(report) if report.source_tags else report for report in reports]
