"""Alerts, views and digests to draw cards of."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.alerts.alert import Alert
from bot.alerts.conversation import Conversation
from bot.alerts.digest import Breaches, Digest, DigestNumbers, Noisy, PersonCount, Row, Took
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.evidence import Asset, Evidence
from bot.alerts.history import Change, Entry, Kind
from bot.alerts.incident import Incident
from bot.alerts.managing import Plan
from bot.alerts.messages import ConversationKind
from bot.alerts.outcome import Left, Outcome
from bot.alerts.people import Actor, ActorKind, Person, Way
from bot.alerts.planned import Planned, plan_for
from bot.alerts.reminder import Reminder
from bot.alerts.schedule import DigestSchedule, Rhythm, Timing
from bot.alerts.similarity import Reason
from bot.alerts.trends import Compared, Trends, columns_of
from bot.alerts.views import AlertView, Comment, DetailsView, HistoryView, QueueView, Similar, SimilarView
from bot.alerts.words import Classification, Severity, Status

NOW = datetime(2026, 11, 21, 3, 15, tzinfo=UTC)
ANA = Person("a" * 36, "Ana", teams_id="29:ana")
BO = Person("b" * 36, "Bo", teams_id="29:bo")
PEOPLE = {ANA.object_id: ANA, BO.object_id: BO}
INCIDENT = Incident(number=28, name="Credential theft on web-1", created_at=NOW, alert_count=3)
NONCE = "n" * 22


def at(minute: int, hour: int = 3) -> datetime:
    return NOW.replace(hour=hour, minute=minute)


def an_alert(**given: Any) -> Alert:
    fields: dict[str, Any] = {
        "number": 1042,
        "source": "graph",
        "external_id": "da637551227677560813_-961444813",
        "revision": 1,
        "title": "Mimikatz credential theft tool",
        "severity": Severity.HIGH,
        "created_at": at(2),
        "first_activity": at(2),
        "last_activity": at(11),
        "received_at": at(11),
        "service_source": "microsoftDefenderForEndpoint",
        "detection_source": "microsoftDefenderForEndpoint",
        "category": "CredentialAccess",
        "assets": (
            Asset("device", "web-1", "device:web-1"),
            Asset("user", "svc-build", "user:svc-build"),
            Asset("user", "CONTOSO", "user:contoso"),
        ),
        "asset_count": 3,
    }
    return Alert(**(fields | given))


def a_reminder(**given: Any) -> Reminder:
    fields: dict[str, Any] = {
        "id": 3,
        "alert": 1042,
        "person": ANA.object_id,
        "due_at": at(30),
        "made_at": at(2),
        "conversation": 1,
        "note": "ask Bo [about](https://x.example) the host",
    }
    return Reminder(**(fields | given))


def a_view(alert: Alert | None = None, **given: Any) -> AlertView:
    return AlertView(alert=alert or an_alert(), people=PEOPLE, **given)


def taken() -> AlertView:
    alert = an_alert(
        revision=5,
        status=Status.IN_PROGRESS,
        assignee=ANA.object_id,
        acknowledged_at=at(12),
        assigned_at=at(12),
        incident=28,
        comment_count=2,
        tags=("vip",),
        investigation_state="running",
    )
    return a_view(alert, incident=INCIDENT, last_comment=Comment(4, "Bo", "looks real, isolating web-1", at(14)))


def resolved() -> AlertView:
    before = taken()
    alert = replace(
        before.alert,
        revision=6,
        status=Status.RESOLVED,
        resolved_at=at(40),
        resolved_by="Ana",
        classification=Classification.TRUE_POSITIVE,
        determination="malware",
    )
    return replace(before, alert=alert)


def from_alertmanager() -> AlertView:
    alert = an_alert(
        number=1050,
        source="alertmanager",
        title="KubePodCrashLooping",
        severity=Severity.MEDIUM,
        service_source="",
        detection_source="",
        category="",
        assets=(),
        asset_count=0,
        alert_type="KubePodCrashLooping",
        labels={"alertname": "KubePodCrashLooping", "namespace": "shop", "pod": "cart-5d8f"},
        description="Pod shop/cart-5d8f is restarting 1.2 times / 10 minutes.",
    )
    return a_view(alert)


STATES = {
    "new": a_view(),
    "assigned": a_view(an_alert(assignee=ANA.object_id, acknowledged_at=at(12), assigned_at=at(12), revision=2)),
    "taken": taken(),
    "resolved": resolved(),
    "alertmanager": from_alertmanager(),
    "low": a_view(an_alert(severity=Severity.LOW)),
    "informational": a_view(an_alert(severity=Severity.INFORMATIONAL, assignee="someone@contoso.example")),
}


EVIDENCE = (
    Evidence(
        "device",
        "device:1",
        "web-1",
        roles=("compromised",),
        verdict="suspicious",
        remediation="active",
        tags=("Server",),
        properties={"deviceDnsName": "web-1.contoso.example", "osPlatform": "WindowsServer2022", "riskScore": "high"},
    ),
    Evidence(
        "process",
        "process:1",
        "mimikatz.exe",
        roles=("trigger",),
        verdict="malicious",
        remediation="prevented",
        properties={
            "processId": 4711,
            "processCommandLine": '"C:\\Users\\svc-build\\mimikatz.exe" privilege::debug sekurlsa::logonpasswords exit',
            "imageFile": {"filePath": "C:\\Users\\svc-build", "sha256": "ab" * 32},
            "parentProcessImageFile": {"fileName": "powershell.exe"},
        },
    ),
    Evidence(
        "user", "user:1", "svc-build", verdict="suspicious", properties={"userAccount": {"domainName": "CONTOSO"}}
    ),
    Evidence("url", "url:1", "https://evil.example/payload.ps1", verdict="malicious"),
    Evidence("ip", "ip:1", "203.0.113.7", roles=("commandAndControl",), properties={"countryLetterCode": "NL"}),
    Evidence("newThing", "newthing:1", "thing", properties={"someNumber": 7, "someName": "x", "nested": {"a": 1}}),
)


def a_details() -> DetailsView:
    view = taken()
    alert = replace(
        view.alert,
        evidence_count=9,
        description="A known credential theft tool was found on web-1.\n\nIt reads passwords from memory.",
        recommended_actions="1. Isolate the device.\n2. Reset the passwords of the users that were signed in.",
        mitre=("T1003.001", "T1059.001"),
        threat="Mimikatz",
        threat_actor="Storm-0042",
        alert_url="https://security.microsoft.com/alerts/da637551227677560813_-961444813",
        incident_url="https://security.microsoft.com/incidents/28",
        documentation_url="https://evil.example/docs",
        labels={"team": "payments", "env": "prod"},
    )
    comments = (
        Comment(4, "Bo", "looks real, isolating web-1", at(14)),
        Comment(3, "Ana", "withdrawn words", at(13), withdrawn=True),
    )
    return DetailsView(replace(view, alert=alert), EVIDENCE, comments)


def an_entry(revision: int, kind: Kind, by: Person | str, *changes: Change, **given: Any) -> Entry:
    actor = Actor(ActorKind.SOURCE, by, by) if isinstance(by, str) else Actor.person(by)
    fields: dict[str, Any] = {"way": Way.SOURCE if isinstance(by, str) else Way.CHAT}
    return Entry(
        alert=1042, revision=revision, at=at(10 + revision), actor=actor, kind=kind, changes=changes, **(fields | given)
    )


ENTRIES = (
    an_entry(9, Kind.UNDONE, ANA, Change("status", "resolved", "inProgress"), undoes=8),
    an_entry(
        8,
        Kind.RESOLVED,
        ANA,
        Change("status", "inProgress", "resolved"),
        Change("classification", "notSet", "falsePositive"),
        Change("determination", "", "notMalicious"),
    ),
    an_entry(7, Kind.TAGGED, BO, Change("tags", ["lab"], ["vip"])),
    an_entry(6, Kind.LINKED, BO, Change("incident", None, 28)),
    an_entry(
        5, Kind.REPORTED, "graph", Change("severity", "medium", "high"), Change("category", "", "CredentialAccess")
    ),
    an_entry(4, Kind.COMMENTED, BO, comment="looks real, isolating web-1"),
    an_entry(3, Kind.COMMENTED, ANA, comment="withdrawn words", withdrawn=True),
    an_entry(2, Kind.ASSIGNED, ANA, Change("assignee", None, ANA.object_id)),
    an_entry(1, Kind.CREATED, "graph", Change("title", "", "Mimikatz credential theft tool")),
)


def a_history() -> HistoryView:
    return HistoryView(taken(), ENTRIES, older=12)


def a_history_of_many() -> HistoryView:
    """Ana's last step was one of an action on twelve alerts."""
    entries = ENTRIES[1:]
    return HistoryView(taken(), entries, older=0, sizes={entries[0].action: 12}, mine=entries[0])


def an_outcome(*, undone: bool = False) -> Outcome:
    """Ana resolved three; one was resolved already, and one is not to be seen here."""
    before = an_entry(8, Kind.RESOLVED, ANA, Change("status", "new", "resolved"))
    if undone:
        before = an_entry(9, Kind.UNDONE, ANA, Change("status", "resolved", "new"), undoes=8)
    entries = tuple(replace(before, alert=number, batch="" if number == 4 else "4/8") for number in (4, 5, 6))
    left = (Left(9, Refused("resolved"), taken()), Left(99, NotAvailable("alert 99"), None))
    return Outcome(alerts=tuple(an_alert(number=number) for number in (4, 5, 6)), entries=entries, left=left)


def planned() -> tuple[Planned, ...]:
    """To be resolved as false positives: new ones, one that is Ana's and high, one known to be real, one that is so."""
    real = {"classification": Classification.TRUE_POSITIVE, "determination": "malware", "severity": Severity.LOW}
    false = {"classification": Classification.FALSE_POSITIVE, "determination": "notMalicious"}
    views = [
        a_view(an_alert(number=4, severity=Severity.MEDIUM)),
        a_view(an_alert(number=5, severity=Severity.MEDIUM)),
        replace(taken(), alert=replace(taken().alert, number=6, severity=Severity.HIGH)),
        a_view(an_alert(number=9, **real)),
        a_view(an_alert(number=12, status=Status.RESOLVED, **false)),
    ]
    return plan_for(views, Plan(status=Status.RESOLVED, verdict=(Classification.FALSE_POSITIVE, "notMalicious")))


def a_similar() -> SimilarView:
    first = an_alert(
        number=1033,
        revision=7,
        status=Status.RESOLVED,
        classification=Classification.FALSE_POSITIVE,
        determination="notMalicious",
        last_activity=NOW - timedelta(days=2, hours=4),
    )
    second = an_alert(
        number=1021, title="Suspicious PowerShell command line", severity=Severity.MEDIUM, assignee=BO.object_id
    )
    host, account = Reason("host", "web-1"), Reason("user", "svc-build")
    return SimilarView(taken(), (Similar(first, (host, Reason("rule", first.title))), Similar(second, (host, account))))


def a_queue(*, mine: bool = False, alerts: int = 6, page: int = 0, total: int = 23) -> QueueView:
    views = [*STATES.values(), taken()]
    shown = tuple(
        replace(view, alert=replace(view.alert, number=1060 - place)) for place, view in enumerate(views[:alerts])
    )
    return QueueView(shown, total, page, 6, 30, "mine" if mine else "queue")


def a_digest(**given: Any) -> Digest:
    fields: dict[str, Any] = {
        "since": at(0, 7) - timedelta(days=1),
        "until": at(0, 7),
        "new": 14,
        "open": 23,
        "resolved": 9,
        "unassigned": 5,
        "open_by_severity": {Severity.HIGH: 2, Severity.MEDIUM: 8, Severity.LOW: 13},
        "new_by_severity": {Severity.HIGH: 2, Severity.MEDIUM: 12},
        "oldest_open": (977, "Unusual sign-in from a new country", NOW - timedelta(days=12)),
        "mean_to_acknowledge": timedelta(minutes=7),
        "mean_to_resolve": timedelta(hours=5, minutes=12),
    }
    fields |= {
        "acknowledge": Took(count=9, mean=timedelta(minutes=11), median=timedelta(minutes=7)),
        "before_acknowledge": Took(count=8, mean=timedelta(minutes=11), median=timedelta(minutes=12)),
        "resolve": Took(count=9, mean=timedelta(hours=5, minutes=12), median=timedelta(hours=2)),
        "before_resolve": Took(count=9, mean=timedelta(hours=4), median=timedelta(hours=2)),
        "before_new": 8,
        "waiting": (_waiting(977, "Unusual sign-in from a new country", days=12), _waiting(980, "Mimikatz", who="Bo")),
        "worst_new": (_waiting(1041, "Mass download", severity=Severity.HIGH),),
        "verdicts": {Classification.TRUE_POSITIVE: 3, Classification.FALSE_POSITIVE: 4, Classification.NOT_SET: 2},
        "by_source": (("microsoftDefenderForEndpoint", 9), ("source:alertmanager", 5)),
        "by_person": (PersonCount(person="Ana Lima", resolved=6, open=3), PersonCount(person="Bo", resolved=3)),
        "noisy": (Noisy(newest=1040, title="HighErrorRate", count=5), Noisy(newest=1039, title="Sign-in", count=2)),
        "hidden": 4,
        "hidden_by": (("Lab machines", 3), ("Scanner", 1)),
        "breaches": Breaches(acknowledge=2, resolve=1),
    }
    return _digest(fields | given)


def an_old_digest() -> Digest:
    """As an earlier version kept it."""
    fields = {"new": 14, "open": 23, "resolved": 9, "unassigned": 5, "open_by_severity": {Severity.HIGH: 23}}
    times = {"mean_to_acknowledge": timedelta(minutes=7), "mean_to_resolve": None}
    oldest = (977, "Unusual sign-in from a new country", NOW - timedelta(days=12))
    span = {"since": at(0, 7) - timedelta(days=1), "until": at(0, 7)}
    return _digest({**fields, **times, **span, "new_by_severity": {}, "oldest_open": oldest})


_HERE = Conversation(
    id=1, teams_id="19:a", kind=ConversationKind.CHANNEL, service_url="https://x/", tenant_id="t", name="General"
)
SCHEDULES = (
    DigestSchedule(
        id=0,
        conversation=_HERE,
        number=0,
        timing=Timing(rhythm=Rhythm.DAILY, at=time(8), zone="UTC"),
        since=NOW,
    ),
    DigestSchedule(
        id=7,
        conversation=_HERE,
        number=2,
        timing=Timing(rhythm=Rhythm.WEEKLY, at=time(8, 30), zone="Europe/Berlin", weekday=4),
        wants="severity>=medium host:web-*",
        says_quiet=False,
        made_by_name="Ana Lima",
        since=NOW,
    ),
)


def some_trends(count: int = 31) -> Trends:
    columns = columns_of(max(count, 2), NOW, ZoneInfo("Europe/Berlin"))
    places = range(len(columns.starts))
    return Trends(
        columns=columns,
        new={one: [n % 7 for n in places] for one in Severity} if count else {},
        verdicts={one: [n % 5 for n in places] for one in Classification} if count else {},
        answer=[timedelta(minutes=n) if n % 3 and count else None for n in places],
        before=40,
        types=[Compared("HighErrorRate", 12, 3, 1040), Compared("x" * 300, 4, 9)] if count else [],
        sources=[Compared("microsoftDefenderForEndpoint", 12, 3), Compared("source:graph", 4, 4)] if count else [],
    )


def _waiting(number: int, title: str, *, days: int = 0, who: str = "", severity: Severity = Severity.MEDIUM) -> Row:
    since = NOW - timedelta(days=days, hours=0 if days else 2)
    return Row(number=number, title=title, severity=severity, status=Status.NEW, since=since, assignee=who)


def _digest(fields: dict[str, Any]) -> Digest:
    return Digest(
        id=1, conversation=1, slot="2026-11-21", local_date=date(2026, 11, 21), zone="UTC",
        numbers=DigestNumbers(**fields), created_at=fields["until"],
    )  # fmt: skip
