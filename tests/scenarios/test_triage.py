"""Triage rules: what is done by itself to alerts, after a look at Entra, and what is only watched."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.alerts.triage import State
from tests.scenarios.test_permission_roles import CONFIG, GENEROUS, PEOPLE
from tests.support.payloads import graph_alert, graph_evidence
from tests.support.sandbox import Json, message_text
from tests.support.town import Town, running_town

TRAVELLER = "3c5a1b7e-0000-4000-8000-00000000e0a1"
ADD = 'triage add "Lab hosts" when host:lab-* then tag +lab, comment seen by the rule, post'


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Town]:
    """Ana is an administrator, Bo and Chidi respond."""
    people = {"TOCSIN_ADMINISTRATORS": PEOPLE["ana"], "TOCSIN_RESPONDERS": f"{PEOPLE['bo']},{PEOPLE['chidi']}"}
    async with running_town(tmp_path, settings={**GENEROUS, **people}, config=CONFIG) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


def travel(number: int, **fields: object) -> Json:
    """Impossible travel of one person."""
    account = {"azureAdUserId": TRAVELLER, "userPrincipalName": "e.evans@contoso.example", "accountName": "e.evans"}
    now = datetime.now(UTC).isoformat()
    return graph_alert(
        **{
            "id": f"ca{number}",
            "incidentId": None,
            "title": "Impossible travel activity",
            "severity": "medium",
            "detectorId": f"travel-{number}",
            "createdDateTime": now,
            "firstActivityDateTime": now,
            "lastActivityDateTime": now,
            "evidence": [graph_evidence("user", userAccount=account)],
            **fields,
        }
    )


def on_lab(number: int, host: str = "lab-1", **fields: object) -> Json:
    device = graph_evidence("device", mdeDeviceId=f"id-{host}-{number}", deviceDnsName=f"{host}-{number}")
    return travel(number, **({"title": "Something in the lab", "evidence": [device]} | fields))


async def reported(town: Town, payload: Json) -> int:
    (number,) = (await town.report("graph", payload))["alerts"]
    return int(number)


async def became(town: Town, rule: int, alert: int, state: State, *, seconds: float = 10) -> str:
    """Wait for what became of a rule on an alert; why."""

    async def there() -> bool:
        runs = await town.kept(lambda uow: uow.triage.runs(rule, limit=50))
        return any(run.alert == alert and run.state is state for run in runs)

    await town.teams.until(there, seconds=seconds, waiting_for=f"rule {rule} on #{alert} to be {state}")
    runs = await town.kept(lambda uow: uow.triage.runs(rule, limit=50))
    return next(run.why for run in runs if run.alert == alert)


async def test_the_example_that_comes_with_it_only_watches_and_says_how_often_people_agree(office: Town) -> None:
    town = office
    await town.teams.user(TRAVELLER, away="alwaysEnabled")
    listed = await town.told("bo", "triage", in_="alerts")
    for words in ("Legitimate travel", "watches only", "has caught nothing so far"):
        assert words in listed
    numbers = [await reported(town, travel(number)) for number in (1, 2, 3)]
    for number in numbers:
        await became(town, 1, number, State.WATCHED)
        assert (await town.alert(number)).revision == 1, "it has done nothing"
    await town.told("bo", f"resolve {numbers[0]} expected confirmed activity", in_="alerts")
    await town.told("bo", f"resolve {numbers[1]} tp compromised account", in_="alerts")

    shown = await town.told("chidi", "triage 1", in_="alerts")
    for words in (
        'title:"impossible travel"',
        "the user's automatic replies are on, the user is not at high risk",
        "resolve as Informational, expected activity · Confirmed activity, with the comment “legitimate travel”",
        "tell the channels",
        "watched 3",
        "would have agreed with people 1 of 2 times",
        "differs",
    ):
        assert words in shown, words


async def test_switched_to_act_it_resolves_says_so_in_the_channel_and_can_be_undone(office: Town) -> None:
    town = office
    await town.teams.user(TRAVELLER, away="alwaysEnabled", risk="low")
    assert "needs the permission role Administrator" in await town.told("bo", "triage 1 act", in_="alerts")
    assert "It acts from now on." in await town.told("ana", "triage 1 act", in_="alerts")
    number = await reported(town, travel(1))
    told = await town.teams.wait_for("alerts", "To take it back")
    assert f"#{number} Impossible travel activity: Rule “Legitimate travel” resolved it" in message_text(told)
    assert "“legitimate travel”" in message_text(told)
    alert = await town.alert(number)
    assert (alert.status.value, alert.classification.value, alert.determination) == (
        "resolved", "informationalExpectedActivity", "confirmedActivity",
    )  # fmt: skip
    assert [(entry.actor.id, entry.actor.name, entry.way.value) for entry in await town.history(number)][1:] == [
        ("triage:1", "Legitimate travel", "rule")
    ]
    assert "Rule “Legitimate travel”" in await town.told("bo", f"history {number}", in_="alerts")

    await town.told("bo", f"undo {number}", in_="alerts")
    alert = await town.alert(number)
    assert alert.is_open
    assert alert.comment_count == 0


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({"away": "disabled"}, State.UNMET),
        ({"away": "alwaysEnabled", "risk": "high"}, State.UNMET),
        ({"away": "alwaysEnabled", "risk": "medium", "state": "confirmedCompromised"}, State.UNMET),
        ({"away": "alwaysEnabled", "risk": "hidden"}, State.FAILED),
        ({"away": "alwaysEnabled", "risk": "high", "state": "remediated"}, State.ACTED),
        ({}, State.FAILED),
    ],
)
async def test_it_acts_only_where_entra_says_so(office: Town, known: Json, state: State) -> None:
    town = office
    if known:
        await town.teams.user(TRAVELLER, **known)
    await town.told("ana", "triage 1 act", in_="alerts")
    number = await reported(town, travel(1))
    why = await became(town, 1, number, state)
    assert (await town.alert(number)).is_open is (state is not State.ACTED)
    if state is State.FAILED:
        assert why
        assert "nothing done, a lookup failed" in await town.told("bo", "triage 1", in_="alerts")


async def test_scheduled_replies_count_while_they_last(office: Town) -> None:
    town, now = office, datetime.now(UTC)
    await town.told("ana", "triage 1 act", in_="alerts")
    for number, (since, until), state in (
        (1, (now - timedelta(days=2), now - timedelta(days=1)), State.UNMET),
        (2, (now - timedelta(days=1), now + timedelta(days=1)), State.ACTED),
    ):
        user = f"3c5a1b7e-0000-4000-8000-00000000000{number}"
        await town.teams.user(user, away="scheduled", since=since.isoformat(), until=until.isoformat())
        account = {"azureAdUserId": user, "accountName": f"user{number}"}
        alert = await reported(town, travel(number, evidence=[graph_evidence("user", userAccount=account)]))
        await became(town, 1, alert, state)


async def test_a_lookup_that_fails_for_a_moment_is_made_again_and_one_that_keeps_failing_does_nothing(
    office: Town,
) -> None:
    town = office
    await town.teams.user(TRAVELLER, away="alwaysEnabled")
    await town.told("ana", "triage 1 act", in_="alerts")
    await town.teams.fault(on="graph", status=503, retryAfter=1, times=1)
    number = await reported(town, travel(1))
    await became(town, 1, number, State.ACTED)

    other = "3c5a1b7e-0000-4000-8000-00000000000f"
    await town.teams.fault(on="graph", status=403)
    account = {"azureAdUserId": other, "accountName": "other"}
    refused = await reported(town, travel(2, evidence=[graph_evidence("user", userAccount=account)]))
    assert "403" in await became(town, 1, refused, State.FAILED)
    assert (await town.alert(refused)).revision == 1


async def test_what_waits_survives_the_end_of_the_process(office: Town) -> None:
    town = office
    await town.teams.user(TRAVELLER, away="alwaysEnabled")
    await town.told("ana", "triage 1 act", in_="alerts")
    await town.teams.fault(on="graph", status=503, retryAfter=2)
    number = await reported(town, travel(1))
    await became(town, 1, number, State.QUEUED)
    await town.stop()
    await town.teams.heal()
    await town.start()
    await became(town, 1, number, State.ACTED)
    assert len(await town.history(number)) == 2


async def test_a_rule_of_ones_own_is_made_watches_acts_once_and_is_undone_as_a_whole(office: Town) -> None:
    town = office
    made = await town.told("bo", ADD, in_="alerts")
    assert "Rule 2 watches from now on." in made
    assert "tag +lab; comment “seen by the rule”; tell the channels" in made
    watched = await reported(town, on_lab(1))
    await became(town, 2, watched, State.WATCHED)
    await town.told("ana", "triage 2 act", in_="alerts")
    acted = [await reported(town, on_lab(number)) for number in (2, 3)]
    for number in acted:
        await became(town, 2, number, State.ACTED)
        assert (await town.alert(number)).tags == ("lab",)
    await town.teams.wait_for("alerts", f"#{acted[1]} Something in the lab: Rule “Lab hosts” tagged it +lab")
    await reported(town, on_lab(2, description="The source says more"))
    await town.told("bo", f"comment {acted[0]} looking at it", in_="alerts")
    assert (await town.alert(acted[0])).comment_count == 2, "once an alert"

    assert "needs the permission role" in await town.told("bo", "triage 2 undo 7d", in_="alerts")
    undone = await town.told("ana", "triage 2 undo 7d", in_="alerts")
    assert "of its actions were undone" in undone
    for number in acted:
        assert (await town.alert(number)).tags == ()
    assert "is gone" in await town.told("ana", "triage 2 delete", in_="alerts")
    assert "not available" in await town.told("ana", "triage 2", in_="alerts")


async def test_what_somebody_is_at_is_left_to_them(office: Town) -> None:
    town = office
    await town.teams.user(TRAVELLER, away="alwaysEnabled")
    await town.told("ana", "triage 1 act", in_="alerts")
    await town.teams.fault(on="graph", status=503, retryAfter=2, times=1)
    number = await reported(town, travel(1))
    await town.told("bo", f"assign {number} me", in_="alerts")
    assert await became(town, 1, number, State.LEFT) == "taken"
    assert (await town.alert(number)).is_open
    assert "somebody was at it already" in await town.told("bo", "triage 1", in_="alerts")


async def test_rules_that_make_each_other_fit_come_to_an_end(office: Town) -> None:
    town = office
    await town.told("bo", 'triage add "One" when tag:a or host:lab-* then tag +b -a', in_="alerts")
    await town.told("bo", 'triage add "Two" when tag:b then tag +a -b', in_="alerts")
    for rule in (2, 3):
        await town.told("ana", f"triage {rule} act", in_="alerts")
    number = await reported(town, on_lab(1))
    await became(town, 2, number, State.ACTED)
    await became(town, 3, number, State.ACTED)
    assert (await town.alert(number)).tags == ("a",)
    assert [entry.actor.name for entry in await town.history(number)][1:] == ["One", "Two"]


async def test_a_rule_is_switched_by_its_buttons(office: Town) -> None:
    town = office
    await town.told("ana", "triage", in_="alerts")
    posted = await town.teams.wait_for("alerts", lambda m: "Triage rules" in message_text(m))
    for who in ("ana", "bo"):
        await town.pressed(who, posted, "Show 1")
    assert "needs the permission role Administrator" in await town.pressed("bo", posted, "Let it act")
    assert "It acts from now on." in await town.pressed("ana", posted, "Let it act")
    assert "It is off." in await town.pressed("ana", posted, "Switch off")
    rule = await town.kept(lambda uow: uow.triage.get(1))
    assert rule is not None
    assert rule.mode.value == "off"
    assert "Triage rules" in await town.pressed("ana", posted, "All rules")
    number = await reported(town, travel(1))
    await town.teams.wait_for_card("alerts", f"#{number}")
    assert await town.kept(lambda uow: uow.triage.runs(1, limit=1)) == []


async def test_rules_that_make_no_sense_are_refused_in_words(office: Town) -> None:
    for said, part in {
        "triage add nonsense": "Say for example: triage add",
        'triage add "x" when severty:high then tag +x': "did you mean severity",
        'triage add "x" when severity:high severity:low then tag +x': "contradicts itself",
        'triage add "x" when * then tag +x': "catch every alert",
        'triage add "x" when host:a then launch rockets': "nothing that a rule can do",
        'triage add "x" when host:a if hungry then tag +x': "cannot be asked",
        'triage add "x" when host:a then assign nora': "nothing that a rule can do",
        "triage 1 dance": "A rule takes",
        "triage 99": "not available",
        "triage 1 watch": "so already",
    }.items():
        assert part in await office.told("ana", said, in_="alerts"), said


async def test_it_is_the_same_on_both_databases(database: str, tmp_path: Path) -> None:
    people = {"TOCSIN_ADMINISTRATORS": PEOPLE["ana"]}
    async with running_town(tmp_path, database_url=database, settings={**GENEROUS, **people}, config=CONFIG) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        await town.teams.user(TRAVELLER, away="alwaysEnabled")
        await town.told("ana", "subscribe limit:1", in_="alerts")
        await town.told("ana", "triage 1 act", in_="alerts")
        numbers = [await reported(town, travel(number)) for number in (1, 2, 3)]
        for number in numbers:
            await became(town, 1, number, State.ACTED)
        await town.teams.wait_for("alerts", f"#{numbers[2]} Impossible travel activity: Rule")
        await town.teams.wait_for_card("alerts", "Beyond today's limit of 1 card")
        await town.told("ana", "maintenance * 1h even high", in_="alerts")
        held = await reported(town, travel(4, severity="high"))
        assert "held back by maintenance 1" in await town.told("ana", f"where {held}", in_="alerts")
        assert "It is over now" in await town.told("ana", "maintenance 1 end", in_="alerts")
