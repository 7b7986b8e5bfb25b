"""Things to store, with as little as a test has to say."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.alerts.absorb import Birth, Said
from bot.alerts.alert import Alert
from bot.alerts.conversation import Conversation
from bot.alerts.evidence import Evidence
from bot.alerts.history import Entry, Kind
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Actor, ActorKind, Way
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.alerts.words import Severity

NOW = datetime(2026, 11, 21, 3, 2, 1, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def report(external_id: str = "da1", **changes: Any) -> Report:
    return Report(**({"source": "graph", "external_id": external_id, "title": "T", "severity": Severity.LOW} | changes))


def alert(number: int, external_id: str = "da1", **changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "number": number,
        "source": "graph",
        "external_id": external_id,
        "revision": 1,
        "title": "Mimikatz",
        "severity": Severity.HIGH,
        "created_at": NOW,
        "first_activity": NOW,
        "last_activity": NOW,
        "received_at": NOW,
    }
    return Alert(**(fields | changes))


def add_alert(
    uow: UnitOfWork, external_id: str, *evidence: Evidence, first: Entry | None = None, **changes: Any
) -> Alert:
    """A stored alert at revision 1, with the first entry of its history."""
    (number,) = uow.alerts.numbers(1)
    made = alert(number, external_id, **changes)
    uow.alerts.open([birth(made, *evidence, first=first)])
    return made


def birth(made: Alert, *evidence: Evidence, first: Entry | None = None) -> Birth:
    """A new alert with what is written with it."""
    by = {"at": made.received_at, "actor": Actor.source("graph"), "way": Way.SOURCE, "kind": Kind.CREATED}
    told = report(made.external_id, evidence=evidence, raw='{"id": "\\u0000"}')
    return Birth(made, first or entry(made.number, 1, **by), Said({"title": made.title}, "digest"), told)


def device(name: str) -> Evidence:
    return Evidence("device", f"device:{name.lower()}", name)


def add_conversation(uow: UnitOfWork, teams_id: str = "19:a", **said: Any) -> Conversation:
    fields: dict[str, Any] = {"kind": ConversationKind.CHANNEL, "service_url": "https://smba/", "tenant_id": "t"}
    return uow.conversations.meet(teams_id=teams_id, **(fields | said))


def entry(number: int, revision: int, **changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "alert": number,
        "revision": revision,
        "at": NOW + revision * MINUTE,
        "actor": Actor(ActorKind.PERSON, "ana", "Ana"),
        "way": Way.CHAT,
        "kind": Kind.COMMENTED,
    }
    return Entry(**(fields | changes))
