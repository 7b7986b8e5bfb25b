"""A source reports an alert: it is opened, or changed where the source says something new."""

from dataclasses import dataclass
from datetime import datetime

from bot.alerts.absorb import Said, absorb, newborn, said, with_apart
from bot.alerts.alert import Alert, Decision, apply
from bot.alerts.conversation import Subject
from bot.alerts.errors import Busy
from bot.alerts.history import Entry, Kind
from bot.alerts.people import Actor, Way
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.usecases.acting import record

#: How many of a source's comments are taken in from one report, the newest ones.
COMMENTS_TAKEN = 100


@dataclass(frozen=True, slots=True)
class Reported:
    """The alert's number, and what the report did."""

    number: int
    opened: bool
    changed: bool


def report_alert(uow: UnitOfWork, report: Report, now: datetime) -> Reported:
    alert = uow.alerts.find(report.source, report.external_id)
    if alert is not None:
        return _update(uow, alert, report, now)
    number = uow.alerts.reserve(report, now)
    if number is None:
        raise Busy("another report of the same alert was faster")  # the work is run again and finds the alert
    _open(uow, newborn(number, report, now), report, now)
    return Reported(number, opened=True, changed=True)


def _open(uow: UnitOfWork, alert: Alert, report: Report, now: datetime) -> None:
    news = _said(uow, report, now)
    absorbed = absorb(alert, None, news, report)
    alert = with_apart(alert, absorbed, report)
    entry = Entry(
        alert=alert.number,
        revision=1,
        at=now,
        actor=Actor.source(report.source),
        way=Way.SOURCE,
        kind=Kind.CREATED,
        changes=absorbed.changes,
    )
    alert = apply(alert, entry)
    uow.alerts.save(alert, expected=0)
    uow.history.add(entry)
    uow.alerts.replace_evidence(alert.number, report.evidence)
    alert = _take_comments(uow, alert, report, now)
    uow.alerts.keep_said(alert.number, news, report.raw, now)
    urgency = 3 - alert.severity.rank
    for conversation in uow.conversations.subscribed():
        uow.cards.want(conversation.id, Subject.ALERT, alert.number, priority=urgency, at=now)


def _update(uow: UnitOfWork, alert: Alert, report: Report, now: datetime) -> Reported:
    previous = uow.alerts.last_said(alert.number)
    news = _said(uow, report, now)
    absorbed = absorb(alert, previous, news, report)
    revision = alert.revision
    if not absorbed.is_empty:
        alert = with_apart(alert, absorbed, report)
        decision = Decision(Kind.REPORTED, absorbed.changes)
        alert = record(uow, alert, decision, by=Actor.source(report.source), way=Way.SOURCE, at=now).alert
        if absorbed.evidence_changed:
            uow.alerts.replace_evidence(alert.number, report.evidence)
    alert = _take_comments(uow, alert, report, now)
    if previous != news or alert.revision != revision:
        uow.alerts.keep_said(alert.number, news, report.raw, now)
    return Reported(alert.number, opened=False, changed=alert.revision != revision)


def _said(uow: UnitOfWork, report: Report, now: datetime) -> Said:
    assignee = report.assigned_to
    if assignee:
        person = uow.people.by_principal_name(assignee)
        assignee = person.object_id if person else assignee
    incident = None
    if report.external_incident:
        incident = uow.incidents.of_source(
            report.source, report.external_incident, name=report.title, url=report.incident_url, at=now
        )
    return said(report, assignee=assignee, incident=incident)


def _take_comments(uow: UnitOfWork, alert: Alert, report: Report, now: datetime) -> Alert:
    """Comments that the source has and we do not. They carry no ids: author, time and text tell them apart."""
    if not report.comments:
        return alert
    known = {(comment.author, comment.text, comment.at) for comment in uow.history.comments(alert.number, limit=1_000)}
    for comment in sorted(report.comments, key=lambda comment: comment.at)[-COMMENTS_TAKEN:]:
        by = Actor.source(report.source, comment.author)
        if comment.text.strip() and (by.name, comment.text, comment.at) not in known:
            known.add((by.name, comment.text, comment.at))
            decision = Decision(Kind.COMMENTED, comment=comment.text)
            alert = record(uow, alert, decision, by=by, way=Way.SOURCE, at=comment.at, now=now).alert
    return alert
