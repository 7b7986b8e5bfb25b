"""Sources report alerts: they are opened, or changed where the source says something new.

Reports that come together are handled together, with few statements for all of them; one alone is a batch of one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.alerts import mirror as mirrors
from bot.alerts.absorb import Absorbed, Birth, Said, absorb, apart, born, filled, said
from bot.alerts.alert import Alert, Decision
from bot.alerts.evidence import with_trigger
from bot.alerts.history import Kind
from bot.alerts.people import AUTOMATED_INVESTIGATION, Actor, Way
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.alerts.targets import with_targets, worsened
from bot.alerts.words import Severity, Signal
from bot.usecases.acting import record
from bot.usecases.grouping import Grouping
from bot.usecases.showing import show_changed, show_new, show_worse
from bot.usecases.tags import with_called_tags
from bot.usecases.triage import consider
from bot.usecases.tuning_intake import is_kept_back, tune_changed, tune_new

#: How many of a source's comments are taken in from one report, the newest ones.
COMMENTS_TAKEN = 100

#: A source, and its identity of an alert or an incident.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reported:
    """The alert's number, and what the report did."""

    number: int
    opened: bool
    changed: bool


def report_alert(uow: UnitOfWork, report: Report, now: datetime) -> Reported:
    return report_alerts(uow, [report], now)[0]


def report_alerts(
    uow: UnitOfWork, reports: Sequence[Report], now: datetime, *, grouping: bool = False, asked: bool = False
) -> list[Reported]:
    """What became of each, in their order. An alert that is reported twice is opened, and then told what is new.

    With `grouping`, new alerts join the incidents that they belong to. Where we `asked` for them, what is over already
    gets no card.
    """
    reports = [replace(report, evidence=tuple(with_trigger(report.evidence))) for report in reports]
    known = dict(uow.alerts.find({_key(report) for report in reports}))
    _retire_cleared(uow, reports, known)
    reports = with_called_tags(uow, reports, known, now)
    previous = _in_finals(uow, uow.alerts.last_said([alert.number for alert in known.values()]))
    news = _all_said(uow, reports, now)
    new = {place: (reports[place], news[place]) for place in _firsts(reports, known)}
    opened, linked = _open(uow, new, now, grouping=grouping, asked=asked)
    known |= {key: linked[alert.number] for key, alert in known.items() if alert.number in linked}
    for birth in opened.values():
        known[_key(birth.report)], previous[birth.alert.number] = birth.alert, birth.said
    outcome: dict[int, Reported] = {}
    # By number, so that replicas lock the same alerts in the same order.
    for place in sorted(range(len(reports)), key=lambda place: known[_key(reports[place])].number):
        report = reports[place]
        alert = known[_key(report)]
        if place in opened:
            after = _take_comments(uow, alert, report, now)
        else:
            if report.partial:
                report, news[place] = _filled(uow, alert, (previous.get(alert.number), news[place]), report)
            after = _update(uow, alert, (previous.get(alert.number), news[place]), report, now)
        known[_key(report)], previous[alert.number] = after, news[place]
        is_new = place in opened
        outcome[place] = Reported(alert.number, opened=is_new, changed=is_new or after.revision != alert.revision)
    news_of = {known[_key(reports[place])].number: place for place, what in outcome.items() if what.changed}
    consider(uow, [(known[_key(reports[place])], reports[place].evidence) for place in news_of.values()], now)
    return [outcome[place] for place in range(len(reports))]


def _retire_cleared(uow: UnitOfWork, reports: Sequence[Report], known: dict[Key, Alert]) -> None:
    """What fires again after it was cleared is a new alert, even where the source calls it the same."""
    for report in reports:
        alert = known.get(_key(report))
        if alert is None or report.signal is not Signal.FIRING or alert.signal is not Signal.CLEARED:
            continue
        if not alert.is_open:
            uow.alerts.retire(alert.number)
            del known[_key(report)]


def _firsts(reports: Sequence[Report], known: Mapping[Key, Alert]) -> list[int]:
    """Where an alert is reported for the first time."""
    places: dict[Key, int] = {}
    for place, report in enumerate(reports):
        if _key(report) not in known:
            places.setdefault(_key(report), place)
    return list(places.values())


def _open(
    uow: UnitOfWork, new: Mapping[int, tuple[Report, Said]], now: datetime, *, grouping: bool, asked: bool
) -> tuple[dict[int, Birth], dict[int, Alert]]:
    """New alerts, shown wherever all alerts are; and earlier ones that are in an incident with them now."""
    if not new:
        return {}, {}
    births = {
        place: born(number, report, news, now)
        for number, (place, (report, news)) in zip(uow.alerts.numbers(len(new)), new.items(), strict=True)
    }
    births = {place: replace(birth, alert=with_targets(birth.alert, uow.targets)) for place, birth in births.items()}
    groups = Grouping(uow, list(births.values()), now) if grouping else None
    if groups is not None:
        grouped = groups.assign()
        births = {place: grouped[birth.alert.number] for place, birth in births.items()}
    # Numbers in the order of the reports; rows in that of their keys, so that replicas lock alike.
    uow.alerts.open(sorted(births.values(), key=lambda birth: _key(birth.report)))
    linked = groups.write() if groups is not None else {}
    births = tune_new(uow, births, now)
    shown = [
        (birth.alert, birth.report.evidence)
        for birth in births.values()
        if not is_kept_back(birth.alert) and (birth.alert.is_open or not asked)
    ]
    if shown:
        show_new(uow, shown, now)
    return births, linked


def _update(uow: UnitOfWork, alert: Alert, told: tuple[Said | None, Said], report: Report, now: datetime) -> Alert:
    """The alert after a report that is not its first. `told` is what the source said before, and what it says now."""
    previous, news = told
    alert, absorbed = _settle(uow, alert, absorb(alert, previous, news, report), report, now)
    after = alert
    if not absorbed.is_empty:
        decision, by = Decision(Kind.REPORTED, absorbed.changes), Actor.source(report.source, _author(absorbed))
        news_apart = apart(absorbed, report) | _due(uow, alert, absorbed, now)
        after = record(uow, alert, decision, by=by, way=Way.SOURCE, at=now, apart=news_apart).alert
        if absorbed.evidence_changed:
            uow.alerts.replace_evidence(alert.number, report.evidence)
        after = tune_changed(uow, after, report.evidence, now)
        show_worse(uow, after, alert, now)
        show_changed(uow, after, report.evidence, now)
    after = _take_comments(uow, after, report, now)
    if previous != news or after.revision != alert.revision:
        uow.alerts.keep_said(alert.number, news, report.raw, now)
    return after


def _due(uow: UnitOfWork, alert: Alert, absorbed: Absorbed, now: datetime) -> dict[str, datetime | None]:
    """By when it is due where it is of another severity from now on."""
    severity = next((change.new for change in absorbed.changes if change.field == "severity"), None)
    if severity is None:
        return {}
    return worsened(replace(alert, severity=Severity(str(severity))), alert.severity, uow.targets, now)


def _author(absorbed: Absorbed) -> str:
    """Whose news it is at the source: its own investigation runs, remediates, and resolves what it found clean."""
    investigated = any(change.field == "investigation_state" for change in absorbed.changes)
    return AUTOMATED_INVESTIGATION if investigated else ""


def _settle(uow: UnitOfWork, alert: Alert, absorbed: Absorbed, report: Report, now: datetime) -> tuple[Alert, Absorbed]:
    """Both sides changed the same field: the later change stands, and the history says so. The rest of the news."""
    if absorbed.is_empty or (mirror := uow.mirrors.many([alert.number]).get(alert.number)) is None:
        return alert, absorbed
    if report.updated_at and mirror.known_at and report.updated_at < mirror.known_at:
        # It was read before the source heard of what we did.
        return alert, mirrors.without(absorbed, mirrors.MIRRORED)
    ours = mirrors.contested(absorbed, uow.history.since(alert.number, mirror.sent))
    theirs_at = report.updated_at or now
    changes = [
        mirrors.stands(change) if ours[change.field].at > theirs_at else change
        for change in absorbed.changes
        if change.field in ours
    ]
    if changes:
        by = Actor.source(report.source)
        decision = Decision(Kind.OVERRULED, tuple(changes))
        alert = record(uow, alert, decision, by=by, way=Way.SOURCE, at=now).alert
    return alert, mirrors.without(absorbed, ours)


def _filled(uow: UnitOfWork, alert: Alert, told: tuple[Said | None, Said], report: Report) -> tuple[Report, Said]:
    """A partial report, and what it says, made whole by what is known of the alert."""
    previous, news = told
    if previous is None:
        return report, news
    known = uow.alerts.evidence(alert.number, limit=alert.evidence_count)
    return filled(previous, news, report, known)


def _all_said(uow: UnitOfWork, reports: Sequence[Report], now: datetime) -> list[Said]:
    """The reports with our people and incidents in place of the source's; incidents are made on first sight."""
    assignees = {report.assigned_to for report in reports if report.assigned_to}
    people = {name: uow.people.by_principal_name(name) for name in sorted(assignees)}
    in_incidents = {_incident(report): report for report in reversed(reports) if report.external_incident}
    incidents = dict(uow.incidents.known(in_incidents.keys()))
    for key in sorted(in_incidents.keys() - incidents.keys()):
        first = in_incidents[key]
        incidents[key] = uow.incidents.of_source(*key, name="", url=first.incident_url, at=now)
    finals = _finals(uow, set(incidents.values()))
    incidents = {key: finals[number] for key, number in incidents.items()}
    outcome = []
    for report in reports:
        person = people.get(report.assigned_to or "")
        assignee = person.object_id if person else report.assigned_to
        outcome.append(said(report, assignee=assignee, incident=incidents.get(_incident(report))))
    return outcome


def _finals(uow: UnitOfWork, numbers: Collection[int]) -> dict[int, int]:
    """For each incident the one that it has become part of, or itself."""
    finals = {number: number for number in numbers}
    while moved := {
        one.number: one.merged_into
        for one in uow.incidents.many(set(finals.values())).values()
        if one.merged_into is not None
    }:
        finals = {number: moved.get(now, now) for number, now in finals.items()}
    return finals


def _in_finals(uow: UnitOfWork, said: Mapping[int, Said]) -> dict[int, Said]:
    """What was said before, with the incidents as they are now: merging them is no news of the source's."""
    finals = _finals(uow, {one.fields["incident"] for one in said.values() if "incident" in one.fields})
    return {
        number: replace(one, fields={**one.fields, "incident": finals[one.fields["incident"]]})
        if "incident" in one.fields
        else one
        for number, one in said.items()
    }


def _take_comments(uow: UnitOfWork, alert: Alert, report: Report, now: datetime) -> Alert:
    """Comments that the source has and we do not. They carry no ids: author, time and text tell them apart."""
    if not report.comments:
        return alert
    ours = uow.history.comments(alert.number, limit=1_000)
    known = {(comment.author, comment.text, comment.at) for comment in ours}
    told = {mirrors.remark(comment.author, comment.text) for comment in ours}
    for comment in sorted(report.comments, key=lambda comment: comment.at)[-COMMENTS_TAKEN:]:
        by = Actor.source(report.source, comment.author)
        if comment.text.strip() and comment.text not in told and (by.name, comment.text, comment.at) not in known:
            known.add((by.name, comment.text, comment.at))
            decision = Decision(Kind.COMMENTED, comment=comment.text)
            alert = record(uow, alert, decision, by=by, way=Way.SOURCE, at=comment.at, now=now).alert
    return alert


def _key(report: Report) -> Key:
    return report.source, report.external_id


def _incident(report: Report) -> Key:
    return report.source, report.external_incident
