"""The predicate and the SQL of a condition say the same, on both databases."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from bot.alerts.alert import Alert
from bot.alerts.condition import MAX_DEPTH, And, Condition, Field, Not, Op, Or, Piece, all_of
from bot.alerts.condition_checks import check, make_test
from bot.alerts.condition_match import matches
from bot.alerts.condition_text import parse
from bot.alerts.condition_vocabulary import NAMES
from bot.alerts.evidence import Evidence
from bot.alerts.words import Severity, Signal
from storage import postgresql, sqlite
from storage.conditions import condition_filter
from storage.people import People
from storage.rows import values_of
from storage.tables import alerts, incidents
from storage.unit import Unit
from storage.url import is_sqlite
from storage.url import parse as parse_url
from tests.support import conditions as made

#: Runs a work in a transaction that is taken back.
Run = Callable[[Callable[[Connection], Any]], Any]

Kept = tuple[Alert, Sequence[Evidence]]


@pytest.fixture
def run(database: str) -> Iterator[Run]:
    url = parse_url(database)
    if is_sqlite(url):
        engine = sqlite.make_engine(url, writes=True)

        def on_sqlite(work: Callable[[Connection], Any]) -> Any:
            with engine.connect() as connection, connection.begin() as transaction:
                answer = work(connection)
                transaction.rollback()
            return answer

        yield on_sqlite
        engine.dispose()
        return
    server = postgresql.make_engine(url)

    async def in_transaction(work: Callable[[Connection], Any]) -> Any:
        async with server.connect() as connection:
            return await connection.run_sync(work)

    with asyncio.Runner() as runner:
        yield lambda work: runner.run(in_transaction(work))
        runner.run(server.dispose())


def found_by(connection: Connection, kept: Sequence[Kept], asked: Sequence[Condition]) -> list[list[int]]:
    """The numbers of the alerts that the SQL of each condition finds."""
    for number in (1, 2):
        connection.execute(insert(incidents).values(number=number, name="", url="", created_at=made.NOW))
    for person in made.PEOPLE.values():
        People(connection).meet(person, made.NOW)
    for alert, evidence in kept:
        connection.execute(insert(alerts).values(values_of(alert)))
        Unit(connection).alerts.replace_evidence(alert.number, evidence)
    dialect = connection.dialect.name
    filters = (condition_filter(one, dialect, now=made.NOW, me=made.ME) for one in asked)
    order = alerts.c.number
    return [list(connection.execute(select(order).where(wanted).order_by(order)).scalars()) for wanted in filters]


def said_of(kept: Sequence[Kept], condition: Condition) -> list[int]:
    """The numbers of the alerts for which the predicate holds."""
    return [
        alert.number
        for alert, evidence in kept
        if matches(condition, alert, evidence, made.NOW, people=made.PEOPLE, me=made.ME)
    ]


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(world=made.worlds())
def test_the_predicate_and_the_sql_find_the_same_alerts(
    run: Run, world: tuple[list[made.Kept], list[Condition]]
) -> None:
    kept, asked = world
    found = run(lambda connection: found_by(connection, kept, asked))
    assert found == [said_of(kept, condition) for condition in asked]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    title=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    data=st.data(),
)
def test_case_is_folded_alike_whatever_the_script(run: Run, title: str, data: st.DataObject) -> None:
    value = data.draw(st.sampled_from((title, title.swapcase(), title.casefold(), title[1:].upper())))
    value = "".join(letter for letter in value if letter.isprintable()).strip() or "a"
    kept = [(_alert(title=title), ())]
    asked = [make_test(Field("title"), op, value) for op in (Op.EQUALS, Op.CONTAINS, Op.STARTS)]
    assert run(lambda connection: found_by(connection, kept, asked)) == [said_of(kept, one) for one in asked]


def _alert(**changes: Any) -> Alert:
    moments = dict.fromkeys(("created_at", "first_activity", "last_activity", "received_at"), made.NOW)
    fields = {"number": 1, "source": "graph", "external_id": "da1", "revision": 1, "title": "Mimikatz"}
    return Alert(**{**fields, "severity": Severity.HIGH, **moments, **changes})


DEVICE = Evidence(
    "device",
    "device:0f1e",
    "WEB-1.contoso.com",
    roles=("trigger",),
    verdict="malicious",
    properties={
        "deviceDnsName": "WEB-1.contoso.com",
        "rbacGroupName": "Servers",
        "loggedOnUsers": [{"accountName": "ana"}],
    },
)
FILE = Evidence(
    "file",
    "file:aa11",
    "mimikatz.exe",
    properties={"fileDetails": {"fileName": "mimikatz.exe", "filePath": "C:\\Temp", "fileSize": 7, "signed": False}},
)
KEPT = [
    (
        _alert(
            tags=("VIP",),
            assignee=made.ME,
            labels={"Team": "Payments"},
            service_source="microsoftDefenderForEndpoint",
            alert_type="Mimikatz-1",
            category="CredentialAccess",
            description="Straße in ÜBERLINGEN",
        ),
        (DEVICE, FILE),
    ),
    (
        _alert(
            number=2,
            external_id="da2",
            title="Noise",
            severity=Severity.LOW,
            last_activity=made.NOW - timedelta(days=9),
        ),
        (),
    ),
]

HOLDS_FOR_THE_FIRST = (
    "severity:high service:endpoint host:web-* not tag:lab last>7d severity>=medium tag:vip,crown",
    "host:web-1",
    "host=web-1.CONTOSO.com",
    "device:servers or device.group:servers",
    "evidence.device.loggedOnUsers.accountName:ana",
    "file.fileDetails.fileSize:7 file.filedetails.signed:false",
    "evidence.*.rbacGroupName:serv*",
    "evidence(host:web-1 role:trigger verdict:malicious)",
    "kind:file not evidence(file:* role:trigger)",
    "evidence(file:* not role:trigger)",
    r"file.path:C:\Temp*",
    "entity:FILE:AA11",
    "type:MIMIKATZ-1 category:'credential access'".replace("'", '"'),
    "label.team:payments",
    "assignee:me assignee:ana assignee:ünlü assignee:ana@contoso.com",
    "überlingen",
    "mimikatz web-1 #1",
    "title~kat title^mimi title:*katz",
    "created:2026-11-21 last:7d not resolved:*",
)


@pytest.mark.parametrize("text", HOLDS_FOR_THE_FIRST)
def test_a_condition_finds_the_alert_that_it_describes(run: Run, text: str) -> None:
    assert run(lambda connection: found_by(connection, KEPT, [parse(text)])) == [[1]]
    assert said_of(KEPT, parse(text)) == [1]


def test_the_largest_conditions_are_not_too_much_for_a_database(run: Run) -> None:
    deep: Condition = make_test(Field("evidence", ("device", "a", "b", "c", "d", "e", "f", "g")), Op.IS, "x*y")
    for level in range(MAX_DEPTH - 1):
        other = make_test(Field("evidence", ("user",)), Op.IS, "ünlü" + str(level))
        deep = And((deep, other)) if level % 2 else Or((deep, other))
    wide = all_of(
        *(
            make_test(Field("evidence", ("user",)), Op.IS, *(f"ü{place}-{value}" for value in range(5)))
            for place in range(100)
        )
    )
    long = make_test(Field("title"), Op.IS, "*".join(("ü%_\\" * 6,) * 9))
    asked = [check(deep), check(wide), check(long), check(Piece(wide))]
    assert run(lambda connection: found_by(connection, KEPT, asked)) == [said_of(KEPT, one) for one in asked]


def test_they_agree_about_every_comparison_with_every_time(run: Run) -> None:
    day = datetime(2026, 11, 20, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    around = [day, day + timedelta(days=1), made.NOW - timedelta(days=7)]
    times = [None, *(moment + by for moment in around for by in (-tick, timedelta(), tick))]
    kept = [(_alert(number=place, external_id=str(place), resolved_at=time), ()) for place, time in enumerate(times, 1)]
    moments = [moment.isoformat() for moment in around]
    ops = (Op.BELOW, Op.AT_MOST, Op.ABOVE, Op.AT_LEAST)
    resolved = Field("resolved")
    asked = [make_test(resolved, op, value) for op in ops for value in ("7d", "2026-11-20", *moments)]
    asked += [make_test(resolved, Op.IS, value) for value in ("7d", "2026-11-20", "2026-11-21")]
    exists = make_test(resolved, Op.EXISTS)
    assert_they_agree(run, kept, [*asked, *map(Not, asked), exists, make_test(resolved, Op.BELOW, "9000d")])


def test_they_agree_about_what_is_not_there(run: Run) -> None:
    assignees = (None, made.ME, "object-bo", "ana@contoso.com", "Somebody else")
    kept = [(_alert(number=place, external_id=str(place), assignee=who), ()) for place, who in enumerate(assignees, 1)]
    kept.append((_alert(number=9, external_id="9", signal=Signal.FIRING, incident=1, threat="x", mitre=("T1",)), ()))
    texts = ("assignee:me", "assignee:nobody", "assignee:*", "assignee:ana", "assignee:me,nobody", "assignee~else")
    texts += ("signal:firing", "signal:*", "incident:1", "incident:none", "incident:1,none", "incident<2", "threat:x")
    texts += ("threat:*", "mitre:t1", "mitre:*", "label.a:*", "type:x", "type:*", "resolved:7d", "host:x", "role:x")
    asked = [parse(text) for text in texts]
    assert_they_agree(run, kept, [*asked, *map(Not, asked)])


def test_they_agree_about_every_kind_of_value_in_json(run: Run) -> None:
    values: list[Any] = ["", "x", "7", "true", 7, 0, -7, True, False, None, 7.0, 0.5, 1e30, {}, [], {"x": "y"}]
    values += [10**18 - 1, 10**18, 1 - 10**18, -(10**18), 2**63, -(2**63), 10**30]
    values += [["x", 7], [["x"]], [{"X": "x"}, {"x": ["y", 7]}], {"x": {"x": [True]}}, [None, 7.0, {"x": [[1]]}]]
    evidence = [Evidence("other", "", "", properties={"Ä.b": value}) for value in values]
    kept = [(_alert(number=place, external_id=str(place)), (piece,)) for place, piece in enumerate(evidence, 1)]
    paths = (("ä.B",), ("Ä.b", "x"), ("ä.b", "X", "x"), ("Ä", "b"))
    fields = [Field("evidence", (kind, *path)) for kind in ("other", "*") for path in paths]
    sought = ["x", "y", "7", "-7", "7.0", "0", "0.5", "1e30", "true", "false", "null", "{}", "[]", "*e*"]
    sought += [str(value) for value in values if isinstance(value, int)]
    asked: list[Condition] = [make_test(field, Op.IS, value) for field in fields for value in sought]
    assert_they_agree(run, kept, [*asked, *(make_test(field, Op.EXISTS) for field in fields)])


def test_they_agree_about_every_name_of_a_piece(run: Run) -> None:
    pieces = [Evidence("device", "", ""), Evidence("Device", "noColon", ""), Evidence("user", "user:a:b", "")]
    for kind, paths in NAMES.items():
        for path in paths:
            for value in ("Name.x", 7, ["Name.x"], None):
                nested: Any = value
                for step in reversed(path):
                    nested = {step: nested}
                pieces.append(Evidence(kind, "", "", properties=nested))
                pieces.append(Evidence("other", "", "", properties=nested))
    kept = [(_alert(number=place, external_id=str(place)), (piece,)) for place, piece in enumerate(pieces, 1)]
    kinds = [(), *((kind,) for kind in NAMES), ("other",), ("DEVICE",)]
    sought = ("name", "NAME.X", "name*", "7", "nocolon", "a:b", "b")
    asked: list[Condition] = [make_test(Field("evidence", kind), Op.IS, value) for kind in kinds for value in sought]
    assert_they_agree(run, kept, [*asked, *(make_test(Field("evidence", kind), Op.EXISTS) for kind in kinds)])


def test_they_agree_about_what_like_would_take_for_a_wildcard(run: Run) -> None:
    titles = ("a%b", "axb", "a_b", "a\\b", "a\\%b", "a*b", "%", "_", "\\", "A%B", "ä%b", "Äxb")
    kept = [(_alert(number=place, external_id=title, title=title), ()) for place, title in enumerate(titles, 1)]
    ops = (Op.IS, Op.EQUALS, Op.CONTAINS, Op.STARTS)
    values = (*(title for title in titles), "a*", "*%*", "*_", "a\\*", "*\\%*", "Ä*")
    assert_they_agree(run, kept, [make_test(Field("title"), op, value) for op in ops for value in values])


def assert_they_agree(run: Run, kept: Sequence[Kept], asked: Sequence[Condition]) -> None:
    found = run(lambda connection: found_by(connection, kept, asked))
    assert [*zip(asked, found, strict=True)] == [(one, said_of(kept, one)) for one in asked]
    assert any(found)
    assert [] in found
