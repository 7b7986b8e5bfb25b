"""What a source says of its incidents: their names, who leads them, what was said, and which are one now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.alerts import incident as incidents
from bot.alerts.alert import Alert, Decision
from bot.alerts.conversation import Subject
from bot.alerts.history import Change, Kind
from bot.alerts.incident import Incident, IncidentEntry, IncidentKind
from bot.alerts.incident_mirror import IncidentMirror, IncidentReport, news_of, unsettled
from bot.alerts.mirror import MirrorState, Move, read_remark, steps
from bot.alerts.people import Actor, Way
from bot.alerts.ports import UnitOfWork
from bot.usecases.acting import record
from bot.usecases.incident_finding import final

#: Entries of an incident among which a comment of the source's is looked for.
_KNOWN: Final = 1_000

#: Alerts that are taken along when a source merges incidents; it has far fewer in one.
_ALONG: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Heard:
    """One report, and when it was heard."""

    uow: UnitOfWork
    report: IncidentReport
    now: datetime


def report_incidents(uow: UnitOfWork, reports: Sequence[IncidentReport], now: datetime) -> int:
    """Take in what is new about incidents that we know, through their alerts; how many of these changed."""
    known = uow.incidents.known({(report.source, report.external_id) for report in reports})
    changed = 0
    # By number, so that replicas lock the same incidents in the same order.
    for report in sorted(reports, key=lambda report: known.get((report.source, report.external_id), 0)):
        number = known.get((report.source, report.external_id))
        if number is None:
            continue
        before = uow.incidents.get(number).revision
        heard = _Heard(uow, report, now)
        if report.redirect:
            _redirect(heard, number)
        else:
            _take_in(heard, number)
        changed += uow.incidents.get(number).revision != before
    return changed


def _take_in(heard: _Heard, number: int) -> None:
    uow, report = heard.uow, heard.report
    incident = uow.incidents.get(number)
    mirror = uow.incident_mirrors.many([number]).get(number)
    before = (mirror.said if mirror else None) or _first(incident, report)
    said = _said(uow, report, before)
    changes = _settle(heard, incident, mirror, news_of(incident, before, said))
    if changes:
        incident = _keep(heard, uow.incidents.get(number), IncidentKind.REPORTED, changes=changes)
    if said != (mirror.said if mirror else None):
        uow.incident_mirrors.keep_said(incident, said)
    _take_comments(heard, number)


def _first(incident: Incident, report: IncidentReport) -> Mapping[str, Any]:
    """What a source that we hear for the first time counts as having said: what people did here stands."""
    return {"assigned_to": "", "assignee": "", **({"name": report.name} if incident.name else {})}


def _said(uow: UnitOfWork, report: IncidentReport, before: Mapping[str, Any]) -> dict[str, Any]:
    if report.assigned_to == before.get("assigned_to"):
        # The same word may mean somebody else to us now, because we have met them since: that is no news.
        assignee = before.get("assignee", "")
    else:
        person = uow.people.by_principal_name(report.assigned_to) if report.assigned_to else None
        assignee = person.object_id if person else report.assigned_to
    return {"name": report.name, "url": report.url, "assigned_to": report.assigned_to, "assignee": assignee}


def _settle(
    heard: _Heard, incident: Incident, mirror: IncidentMirror | None, changes: tuple[Change, ...]
) -> tuple[Change, ...]:
    """Both sides changed the same field: the later change stands, and the history says so. The rest of the news."""
    if not changes or mirror is None or mirror.state is MirrorState.DONE:
        return changes
    entries = heard.uow.incidents.entries(incident.number, limit=_KNOWN)
    ours = unsettled([entry for entry in reversed(entries) if entry.revision > mirror.sent])
    contested = tuple(
        Change(change.field, change.new, change.old) if ours[change.field].at > heard.report.updated_at else change
        for change in changes
        if change.field in ours
    )
    if contested:
        _keep(heard, incident, IncidentKind.OVERRULED, changes=contested)
    return tuple(change for change in changes if change.field not in ours)


def _take_comments(heard: _Heard, number: int) -> None:
    """Comments that the source has and we do not. They carry no ids: author, time and text tell them apart.

    What is one incident there now may have been said here at another.
    """
    uow, report = heard.uow, heard.report
    for comment in sorted(report.comments, key=lambda comment: comment.at):
        by = Actor.source(report.source, comment.author)
        if not (uow.incidents.was_said(by.name, comment.text, comment.at) or _is_ours(heard, comment.text)):
            incident = uow.incidents.get(number)
            _keep(heard, incident, IncidentKind.COMMENTED, by=by, at=comment.at, comment=comment.text)


def _is_ours(heard: _Heard, text: str) -> bool:
    told = read_remark(text)
    return told is not None and heard.uow.incidents.was_said(*told)


def _redirect(heard: _Heard, number: int) -> None:
    """The source has merged it into another: here they are one, too, and its alerts are the other one's."""
    uow, report = heard.uow, heard.report
    _take_comments(heard, final(uow, number).number)
    incident = uow.incidents.get(number)
    mirror = uow.incident_mirrors.many([number]).get(number)
    if mirror is not None and mirror.gone:
        return  # that is old news, and people may have parted them here since
    key = (report.source, report.redirect)
    there = uow.incidents.known([key]).get(key)
    if there is None:
        there = uow.incidents.of_source(*key, name="", url="", at=heard.now)
    if final(uow, there).number == number:
        # Both sides merged the same two, each into the other: what is left there is called so here.
        uow.incidents.swap_at_source(number, there)
        incident = uow.incidents.get(there)
    target = final(uow, there)
    uow.incident_mirrors.mark_gone(incident, gone=True)
    uow.incident_mirrors.try_again(incident.number, heard.now)
    if final(uow, incident.number).number == target.number:
        return
    part = Change("merged_into", incident.merged_into, target.number)
    gone = _keep(heard, incident, IncidentKind.MERGED, changes=(part,))
    touched = [(-gone.number, gone.revision)]
    for alert in uow.incidents.alerts(gone.number, limit=_ALONG):
        moved = _along(heard, uow.alerts.get(alert), gone.number, target.number)
        touched += [(moved.number, moved.revision)] if moved is not None else []
    _keep(heard, uow.incidents.get(target.number), IncidentKind.MERGED, touched=tuple(touched))


def _along(heard: _Heard, alert: Alert, gone: int, target: int) -> Alert | None:
    """An alert of an incident that is part of another now. One that people put there is moved at the source first."""
    uow = heard.uow
    mirror = uow.mirrors.many([alert.number]).get(alert.number)
    unsent = uow.history.since(alert.number, mirror.sent) if mirror and mirror.state is not MirrorState.DONE else ()
    if any(isinstance(step, Move) for step in steps(unsent)):
        uow.mirrors.try_again(alert.number, heard.now)
        return None
    decision = Decision(Kind.REPORTED, (Change("incident", gone, target),))
    return record(uow, alert, decision, by=Actor.source(heard.report.source), way=Way.SOURCE, at=heard.now).alert


def _keep(
    heard: _Heard,
    incident: Incident,
    kind: IncidentKind,
    *,
    by: Actor | None = None,
    at: datetime | None = None,
    changes: tuple[Change, ...] = (),
    comment: str = "",
    touched: tuple[tuple[int, int], ...] = (),
) -> Incident:
    entry = IncidentEntry(
        incident=incident.number,
        revision=incident.revision + 1,
        at=at or heard.now,
        actor=by or Actor.source(heard.report.source, heard.report.by),
        way=Way.SOURCE,
        kind=kind,
        changes=changes,
        comment=comment,
        touched=touched,
    )
    after = incidents.apply(incident, entry)
    heard.uow.incidents.save(after, entry)
    heard.uow.cards.raise_wanted(Subject.INCIDENT, incident.number, at=heard.now)
    return after
