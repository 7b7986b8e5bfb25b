"""The terms of a rule, out of what was said and the alert that it was said about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.alert import Alert
from bot.alerts.condition import EVERYTHING, Condition, all_of
from bot.alerts.condition_values import read_time
from bot.alerts.errors import Refused
from bot.alerts.evidence import Evidence
from bot.alerts.tuning import NAME_LENGTH, NAMED, Terms
from bot.alerts.tuning_fill import fill, fill_trigger
from bot.teams.tune_words import Reach, TuneWords


@dataclass(frozen=True, slots=True)
class Ground:
    """What words are about: the alert and its evidence, if it was said about one; and the time and zone of saying."""

    alert: Alert | None
    evidence: Sequence[Evidence]
    now: datetime
    zone: ZoneInfo


def new_terms(said: TuneWords, ground: Ground) -> Terms:
    """For a new rule; what was not said is as the alert has it. Raises Refused."""
    alert = ground.alert
    if said.action is None:
        raise Refused("noAction")
    if alert is None:
        return changed_terms(said, Terms(name=said.name or "", action=said.action), ground)
    start = Terms(
        name=name_for(alert),
        action=said.action,
        services=services_of(alert),
        devices=devices_of(ground.evidence),
        alert_type=alert.alert_type,
        type_name=name_for(alert),
    )
    return changed_terms(said, start, ground)


def changed_terms(said: TuneWords, start: Terms, ground: Ground) -> Terms:
    """The terms with what was said in place of what was. Raises Refused."""
    terms = _with_texts(said, start)
    if said.action is not None:
        classification, determination = said.verdict or (terms.classification, terms.determination)
        terms = replace(terms, action=said.action, classification=classification, determination=determination)
    if said.reach is not None:
        terms = _within(terms, said.reach)
    if said.services is not None:
        terms = replace(terms, services=said.services)
    if said.until is not None:
        terms = replace(terms, expires_at=until(said.until, ground.now, ground.zone))
    return _with_indicators(said, _with_type(said, terms, ground.alert), ground.evidence)


def name_for(alert: Alert) -> str:
    return alert.title[:NAME_LENGTH].strip() or f"#{alert.number}"


def services_of(alert: Alert) -> tuple[str, ...]:
    """The alert's service source, or its source where it has none."""
    return (alert.service_source or f"source:{alert.source}",)


def devices_of(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """What the alert's devices are called, each once."""
    found = dict.fromkeys(piece.label for piece in evidence if piece.kind == "device" and piece.label)
    return tuple(found)[:NAMED]


def _with_texts(said: TuneWords, terms: Terms) -> Terms:
    given = {name: value for name in ("name", "description", "comment") if (value := getattr(said, name)) is not None}
    return replace(terms, **given)


def _within(terms: Terms, reach: Reach) -> Terms:
    return replace(terms, devices=reach.devices, groups=reach.groups, users=reach.users)


def _with_type(said: TuneWords, terms: Terms, alert: Alert | None) -> Terms:
    if said.only_type is None:
        return terms
    if not said.only_type:
        return replace(terms, alert_type="", type_name="")
    if alert is not None:
        terms = replace(terms, alert_type=alert.alert_type, type_name=name_for(alert))
    if not terms.alert_type:
        raise Refused("noType")
    return terms


def _with_indicators(said: TuneWords, terms: Terms, evidence: Sequence[Evidence]) -> Terms:
    parts: list[Condition] = []
    if said.fill_all:
        parts.append(fill(evidence))
    if said.fill_trigger:
        parts.append(fill_trigger(evidence))
    if said.condition is not None:
        parts.append(said.condition)
    if parts or said.any_indicator is not None:
        indicators = all_of(*(part for part in parts if part != EVERYTHING))
        return replace(terms, indicators=indicators, any_indicator=bool(said.any_indicator))
    return terms


def until(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """`30d` from now on; `2026-12-31` to the end of that day where Tocsin is; a moment. Raises Refused."""
    try:
        read = read_time(text.strip().lower())
        if isinstance(read, timedelta):
            return now + read
        if read.start == read.end:
            return datetime.fromisoformat(text.strip().upper()).replace(tzinfo=zone).astimezone(UTC)
        day = datetime.fromisoformat(text.strip()).replace(tzinfo=zone)
        return (day + timedelta(days=1)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("badUntil", text=text) from None
