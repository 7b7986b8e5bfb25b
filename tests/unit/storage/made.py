"""Things to store, with as little as a test has to say."""

from datetime import UTC, datetime, timedelta
from typing import Any

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


def add_alert(uow: UnitOfWork, external_id: str, *evidence: Evidence, **changes: Any) -> Alert:
    """A stored alert at revision 1."""
    number = uow.alerts.reserve(report(external_id), changes.get("received_at", NOW))
    assert number is not None
    made = alert(number, external_id, **changes)
    uow.alerts.save(made, expected=0)
    uow.alerts.replace_evidence(number, evidence)
    return made


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
