"""Incidents to draw."""

from dataclasses import replace
from datetime import timedelta

from bot.alerts.history import Change
from bot.alerts.incident import Incident, IncidentEntry, IncidentKind
from bot.alerts.incident_ports import IncidentFacts
from bot.alerts.incident_views import IncidentHistoryView, IncidentView, MergeView
from bot.alerts.people import Actor, Way
from bot.alerts.words import Severity
from tests.unit.cards import examples as given

RULE = Actor.rule("grouping", "Grouping")


def an_entry(
    revision: int, kind: IncidentKind, *changes: Change, by: Actor | None = None, **more: object
) -> IncidentEntry:
    at = given.NOW + timedelta(minutes=revision)
    fields = {"incident": 12, "revision": revision, "at": at, "actor": by or Actor.person(given.BO), "way": Way.CHAT}
    return IncidentEntry(**fields, kind=kind, changes=changes, **more)  # type: ignore[arg-type]


ENTRIES = (
    an_entry(8, IncidentKind.UNDONE, undoes=7, touched=((1042, 9),)),
    an_entry(7, IncidentKind.MERGED, comment="Same attacker.", touched=((1043, 4), (-13, 2))),
    an_entry(6, IncidentKind.MERGED, Change("merged_into", None, 12)),
    an_entry(5, IncidentKind.LINKED, comment="Seen with it.", touched=((1044, 2),)),
    an_entry(4, IncidentKind.RESOLVED, comment="Our own test.", touched=((1042, 5), (1043, 3))),
    an_entry(3, IncidentKind.ASSIGNED, Change("assignee", None, given.ANA.object_id), touched=((1042, 4),)),
    an_entry(2, IncidentKind.RENAMED, Change("name", "", "Theft on web-1")),
    an_entry(1, IncidentKind.CREATED, by=RULE),
)


def an_incident(**changes: object) -> Incident:
    made = Incident(number=12, name="", worst="Mimikatz credential theft", created_at=given.NOW, revision=8)
    return replace(made, **changes)  # type: ignore[arg-type]


def facts(**changes: object) -> IncidentFacts:
    made = IncidentFacts(
        count=3,
        open=2,
        severity=Severity.HIGH,
        worst_open=Severity.HIGH,
        first_activity=given.NOW,
        last_activity=given.NOW + timedelta(minutes=9),
        assets=("web-1", "svc-build", "db-2"),
        asset_count=7,
        categories=("InitialAccess", "Execution", "CredentialAccess"),
        assignees=(given.ANA.object_id,),
        unassigned=1,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def a_view(**changes: object) -> IncidentView:
    reason = "shared 40 device web-1"
    fields = {
        "incident": an_incident(),
        "facts": facts(),
        "alerts": (given.taken(), given.a_view(given.an_alert(incident=12, incident_reason=reason))),
        "page": 0,
        "page_size": 6,
        "reasons": (reason, "sameCampaign"),
        "note": ENTRIES[3],
        "people": {given.ANA.object_id: given.ANA},
    } | changes
    return IncidentView(**fields)  # type: ignore[arg-type]


def a_history() -> IncidentHistoryView:
    return IncidentHistoryView(a_view(), ENTRIES, older=3, undone=frozenset({7}))


def a_merge(others: int = 2) -> MergeView:
    return MergeView(a_view(), tuple(an_incident(number=13 + place, name="Theft") for place in range(others)))


STATES = {
    "incident": a_view(),
    "incident resolved": a_view(facts=facts(open=0, worst_open=None, assignees=(), unassigned=0), note=None),
    "incident of many": a_view(facts=facts(count=40, open=40), page=1, incident=an_incident(name="N" * 200)),
    "incident that nobody has": a_view(facts=facts(assignees=(), unassigned=2, assets=(), categories=()), reasons=()),
    "incident led": a_view(
        incident=an_incident(assignee=given.ANA.object_id, url="https://security.microsoft.com/i/1")
    ),
}
