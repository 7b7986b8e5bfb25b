"""What conditions mean, and that an index of many of them misses none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alerts.alert import Alert
from bot.alerts.condition import Condition
from bot.alerts.condition_facts import Facts
from bot.alerts.condition_index import ConditionIndex
from bot.alerts.condition_match import matches
from bot.alerts.condition_sense import is_contradiction, is_everything
from bot.alerts.condition_text import parse
from bot.alerts.condition_values import FOLDING, fits, fold
from bot.alerts.evidence import Evidence
from bot.alerts.people import Person
from bot.alerts.words import Classification, Severity, Status
from tests.support import conditions as made

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANA = Person("object-ana", "Ana López", user_principal_name="ana.l@contoso.com")
DEVICE = Evidence("device", "device:0f", "web-1.contoso.com", roles=("trigger",), verdict="malicious")
PROCESS = Evidence(
    "process",
    "process:aa",
    "powershell.exe (4711)",
    properties={
        "imageFile": {"fileName": "powershell.exe", "filePath": "C:\\Windows"},
        "processCommandLine": "powershell -enc AAAA",
        "processId": 4711,
        "flags": ["x", {"deep": True}],
    },
)
USER = Evidence("user", "user:s-1-5", "CONTOSO\\ana", roles=("compromised",), tags=("VIP",))
ALERT = Alert(
    number=1042,
    source="graph",
    external_id="da637",
    revision=3,
    title="Mimikatz credential theft",
    description="Somebody read LSASS.",
    severity=Severity.HIGH,
    created_at=NOW - timedelta(hours=3),
    first_activity=NOW - timedelta(days=2),
    last_activity=NOW - timedelta(hours=1),
    received_at=NOW - timedelta(hours=2),
    tags=("crown jewels",),
    source_tags=("Lab",),
    service_source="microsoftDefenderForEndpoint",
    investigation_state="benign",
    category="CredentialAccess",
    labels={"Team": "Payments"},
    incident=28,
)


def holds(text: str, alert: Alert = ALERT, *evidence: Evidence, me: str | None = None) -> bool:
    people = {ANA.object_id: ANA}
    return matches(parse(text), alert, evidence or (DEVICE, PROCESS, USER), NOW, people=people, me=me)


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("mimikatz lsass web-1 #1042", "powershell"),
        ('"credential theft"', '"theft credential"'),
        ("mimi*theft", "theft*mimi"),
        ("title:mimikatz", "title=mimikatz"),
        ("title:mimi*", "title:*mimi"),
        ("title:*THEFT title^mimi title~katz", "title~mimi*"),
        ("severity>=medium severity:high,low", "severity<high"),
        ("status:open", "status:resolved"),
        ("not classification:*", "classification:fp"),
        ("classification:none", "determination:*"),
        ("service:endpoint service:mde", "service:identity"),
        ('investigation:"no threats found"', "investigation:running"),
        ('category:"credential access"', "category:credential"),
        ("tag:lab tag:LAB,x", "tag:crown"),
        ('tag:"Crown Jewels"', "tag:crown-jewels"),
        ("label.team:payments label.TEAM:*", "label.tea:*"),
        ("incident:28 incident>=28 incident<29", "incident:none"),
        ("host:web-1 host:web-1.contoso host:WEB-*", "host:web"),
        ("host=web-1.contoso.com", "host=web-1"),
        ("user:ana user=contoso\\ana", "user:an"),
        ("process:powershell.exe", "process:4711"),
        ('process.commandline:"powershell -enc *" process.pid:4711', 'process.commandline:"*-dec*"'),
        ("process.flags:x process.flags.deep:true", "process.flags.deep:false"),
        (r"process.path:c:\windows", r"process.path:c:\win"),
        ("evidence.*.processid:4711", "evidence.device.processid:4711"),
        ("role:trigger host:*", "role:attacker"),
        ("evidence(host:* role:trigger)", "evidence(user:* role:trigger)"),
        ("evidence(user:* not role:trigger)", "evidence(host:* not role:trigger)"),
        ("evidencetag:vip verdict:malicious", "verdict:clean"),
        ("entity:DEVICE:0f", "entity:device:0"),
        ("last>2h", "last>30m"),
        ("created:2026-11-21 first<2026-11-20", "created>2026-11-21"),
        ("created>=2026-11-21 created<=2026-11-21", "created<2026-11-21"),
        ("created:1d received>2026-11-21T09:59", "received>2026-11-21T10:00"),
        ("not resolved:*", "resolved>9000d"),
        ("assignee:nobody not assignee:*", "assignee:ana"),
        ("*", "not *"),
    ],
)
def test_a_condition_means_what_it_says(yes: str, no: str) -> None:
    assert holds(yes)
    assert not holds(no)


@pytest.mark.parametrize(
    "text",
    ["assignee:me", "assignee:ana", 'assignee:"ana lópez"', "assignee:ana.l", "assignee:LÓPEZ"],
)
def test_an_assignee_goes_by_many_names(text: str) -> None:
    assert holds(text, replace(ALERT, assignee=ANA.object_id), me=ANA.object_id)
    assert not holds(text, replace(ALERT, assignee="object-bo"), me=ANA.object_id)


def test_me_is_nobody_where_nobody_asks() -> None:
    assert not holds("assignee:me", replace(ALERT, assignee=ANA.object_id))
    assert not holds("assignee:me")


@given(
    pattern=st.text("ab*", max_size=9).filter(lambda text: "**" not in text),
    text=st.text("ab", max_size=9),
)
def test_stars_stand_for_any_characters(pattern: str, text: str) -> None:
    def slowly(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "*":
            return any(slowly(pattern[1:], text[cut:]) for cut in range(len(text) + 1))
        return text[:1] == pattern[0] and slowly(pattern[1:], text[1:])

    assert fits(tuple(pattern.split("*")), text) == slowly(pattern, text)


@given(text=st.text())
def test_folding_keeps_the_length_and_ascii_and_is_done_at_once(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded
    assert [letter.isascii() for letter in folded] == [letter.isascii() for letter in text]


def test_letters_that_are_folded_are_one_letter_without_case() -> None:
    for code, to in FOLDING.items():
        assert chr(code).casefold() == chr(to).casefold()
        assert to not in FOLDING


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=made.worlds())
def test_an_index_misses_no_condition(world: tuple[list[made.Kept], list[Condition]]) -> None:
    kept, asked = world
    index = ConditionIndex(dict(enumerate(asked)))
    for alert, evidence in kept:
        facts = Facts(alert, evidence, people=made.PEOPLE, me=made.ME)
        by_hand = [
            place
            for place, condition in enumerate(asked)
            if matches(condition, alert, evidence, made.NOW, people=made.PEOPLE, me=made.ME)
        ]
        assert list(index.matching(facts, made.NOW)) == by_hand
        assert set(by_hand) <= set(index.candidates(facts))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("type:x severity:high", False),
        ("severity:high host:web-1", True),
        ("host:web-2", False),
        ("host:web-1,web-2", True),
        ("user:ana or entity:device:zz", True),
        ("user:bo or entity:device:zz", False),
        ("process.commandline:*enc* entity:device:0f", True),
        ("evidence(role:trigger process.name:cmd.exe)", False),
        ("not tag:lab", True),
        ("title:mimikatz", True),
        ("severity>=medium", True),
        ("severity<high", False),
        ("incident:28", True),
        ("incident:27", False),
    ],
)
def test_an_index_leaves_out_what_needs_something_else(text: str, found: bool) -> None:
    index = ConditionIndex({"rule": parse(text)})
    assert index.candidates(Facts(ALERT, (DEVICE, PROCESS, USER))) == (["rule"] if found else [])


def test_an_index_counts_what_it_cannot_look_up() -> None:
    texts = ("host:web-*", "not tag:lab", "title:mimikatz", "host:web-1", "type:x host:web-*", "a or type:x")
    assert ConditionIndex({text: parse(text) for text in texts}).unindexed == 4


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "severity:high or severity<high",
        "tag:a or not tag:a",
        "severity>=informational",
        "not (tag:a not tag:a)",
        "severity:*",
    ],
)
def test_a_condition_that_says_everything_is_seen(text: str) -> None:
    assert is_everything(parse(text))
    assert not is_contradiction(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "not *",
        "severity:high severity:low",
        "severity>high",
        "tag:a not tag:a",
        "type:a (severity:high type:b)",
        "number:1 number:2,3",
        "status:new not status:open",
        "evidence(file:x not file:x)",
        "(severity:high severity:low) or (tag:a not tag:a)",
    ],
)
def test_a_condition_that_nothing_meets_is_seen(text: str) -> None:
    assert is_contradiction(parse(text))
    assert not is_everything(parse(text))


@pytest.mark.parametrize("text", ["tag:a tag:b", "host:a host:b", "type:a* type:*b", "severity:high tag:a"])
def test_a_condition_that_may_hold_is_left_alone(text: str) -> None:
    assert not is_contradiction(parse(text))
    assert not is_everything(parse(text))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=made.worlds())
def test_what_is_seen_is_so(world: tuple[list[made.Kept], list[Condition]]) -> None:
    kept, asked = world
    for condition in asked:
        found = [matches(condition, alert, evidence, made.NOW, people=made.PEOPLE) for alert, evidence in kept]
        assert not (is_everything(condition) and False in found)
        assert not (is_contradiction(condition) and True in found)


def test_a_closed_alert_has_a_classification_to_ask_for() -> None:
    closed = replace(ALERT, status=Status.RESOLVED, classification=Classification.FALSE_POSITIVE)
    assert holds("classification:* status:closed class:fp", closed)
