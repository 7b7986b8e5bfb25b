"""Who may do what, by permission role; and alerts of a service source that exist for some only."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.alerts.roles import NEEDS, Role
from bot.sandbox.config import SandboxConfig
from bot.sandbox.world import World
from cards.buttons import Verb
from tests.support.payloads import graph_alert
from tests.support.town import Town, running_town

CONFIG = SandboxConfig(enforce_limits=False)
PEOPLE = {
    key: person.object_id
    for key, person in World(tenant_id=CONFIG.tenant_id, bot_id=CONFIG.app_id, bot_name=CONFIG.bot_name).people.items()
}
SOC = "0a0a0a0a-0000-4000-8000-000000000001"
SECURITY_READER = "role:5d6b6bb7-de71-4623-b4af-96380a352509"
GENEROUS = {"TOCSIN_CONVERSATION_LIMITS": "1000/1", "TOCSIN_TENANT_LIMITS": "5000/1"}


@asynccontextmanager
async def town_of(folder: Path, settings: Mapping[str, str], **groups: tuple[str, ...]) -> AsyncIterator[Town]:
    async with running_town(folder, settings={**GENEROUS, **settings}, config=CONFIG) as town:
        if groups:
            await town.stop()
            for group, members in groups.items():
                await town.teams.group(group, *members)
            await town.start()
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


async def test_a_reader_looks_and_is_told_what_acting_takes(tmp_path: Path) -> None:
    settings = {"TOCSIN_ADMINISTRATORS": PEOPLE["ana"], "TOCSIN_READERS": PEOPLE["bo"]}
    async with town_of(tmp_path, settings) as town:
        card = await town.raised()
        assert "Id at the source" in await town.pressed("bo", card, "Details")
        shown = await town.pressed("bo", card, "Back")
        assert "Assign to me" not in shown, "nobody is offered what they would be refused"
        data = {"alert": card["number"], "rev": 1, "nonce": "n", "to": "me"}
        refused = await town.teams.press("bo", card, verb="assign", data=data)
        assert "“assign” needs the permission role Responder; yours is Reader." in str(refused["body"])
        assert "needs the permission role Responder" in await town.told("bo", f"resolve {card['number']}", in_="alerts")
        assert "needs the permission role Responder" in await town.told("bo", "unsubscribe", in_="alerts")
        assert (await town.alert(card["number"])).revision == 1
        assert "Ana Alvarez" in await town.pressed("ana", card, "Assign to me")


async def test_nothing_that_a_reader_presses_changes_anything(tmp_path: Path) -> None:
    """Every verb that needs more, with inputs of every kind; the use cases refuse, whatever the card shows."""
    settings = {"TOCSIN_ADMINISTRATORS": PEOPLE["ana"], "TOCSIN_READERS": PEOPLE["bo"]}
    async with town_of(tmp_path, settings) as town:
        card = await town.raised()
        inputs: dict[str, Any] = {
            "to": "me",
            "status": "resolved",
            "comment": "x",
            "classification": "falsePositive",
            "determination": "notMalicious",
            "incident": "new",
            "tags": "vip",
        }
        for verb in Verb:
            if NEEDS[verb] is Role.READER or verb is Verb.MANAGE:
                continue
            data = {"alert": card["number"], "rev": 1, "nonce": verb.value} | inputs
            answer = await town.teams.press("bo", card, verb=verb.value, data=data)
            assert "needs the permission role" in str(answer["body"]), verb
        assert (await town.alert(card["number"])).revision == 1


async def test_a_reader_opens_no_dialog_that_changes_something(tmp_path: Path) -> None:
    settings = {"TOCSIN_ADMINISTRATORS": PEOPLE["ana"], "TOCSIN_READERS": PEOPLE["bo"]}
    async with town_of(tmp_path, settings) as town:
        card = await town.raised()
        for dialog in ("manage", "subscribe"):
            data = {"dialog": dialog, "alert": card["number"], "rev": 1, "nonce": "n"}
            saved = data | {"step": "save", "comment": "x", "state": {"condition": {"text": "severity:high"}}}
            for name, sent in (("task/fetch", data), ("task/submit", saved)):
                answer = await town.teams.invokes("bo", name, {"data": sent, "context": {}}, in_="alerts")
                assert answer["body"]["task"]["type"] == "message", answer
                assert "needs the permission role Responder" in answer["body"]["task"]["value"]
        assert (await town.alert(card["number"])).revision == 1
        filtering = {"dialog": "filter", "state": {"listing": "queue"}}
        answer = await town.teams.invokes("bo", "task/fetch", {"data": filtering, "context": {}}, in_="alerts")
        assert answer["body"]["task"]["type"] == "continue"


async def test_for_whoever_has_no_role_there_are_no_alerts(tmp_path: Path) -> None:
    async with town_of(tmp_path, {"TOCSIN_ADMINISTRATORS": PEOPLE["ana"]}) as town:
        card = await town.raised("Seen by Ana")
        assert await town.pressed("chidi", card, "Details") == "That is not available here."
        assert "You have no permission role" in await town.told("chidi", "queue", in_="alerts")
        assert "not available" in await town.told("chidi", f"alert {card['number']}", in_="alerts")
        assert "Seen by Ana" in await town.told("ana", "queue", in_="alerts")


async def test_a_guest_looks_only_until_somebody_is_named(tmp_path: Path) -> None:
    async with town_of(tmp_path, {}) as town:
        card = await town.raised()
        assert "needs the permission role Responder; yours is Reader" in await town.pressed(
            "dana", card, "Assign to me"
        )
        assert "Bo Berg" in await town.pressed("bo", card, "Assign to me")


async def test_a_group_of_entra_gives_its_members_a_role(tmp_path: Path) -> None:
    settings = {"TOCSIN_ADMINISTRATORS": PEOPLE["ana"], "TOCSIN_RESPONDERS": f"group:{SOC}"}
    async with town_of(tmp_path, settings, **{SOC: ("bo", "chidi", "dana")}) as town:
        card = await town.raised()
        assert "Dana Duarte" in await town.pressed("dana", card, "Assign to me")
        await town.teams.group(SOC, "bo")
        await town.stop()
        await town.start()
        assert await town.pressed("dana", card, "Details") == "That is not available here."
        assert "Bo Berg" in await town.told("bo", f"assign {card['number']} me", in_="alerts")


async def test_where_graph_fails_the_last_known_members_count_for_a_day(tmp_path: Path) -> None:
    settings = {"TOCSIN_ADMINISTRATORS": PEOPLE["ana"], "TOCSIN_RESPONDERS": f"group:{SOC}"}
    async with town_of(tmp_path, settings, **{SOC: ("bo",)}) as town:
        card = await town.raised()
        await town.teams.fault("graph", status=503)
        await town.stop()
        await town.start()
        assert "Bo Berg" in await town.pressed("bo", card, "Assign to me")
        await town.teams.advance(25 * 3600)
        await town.stop()
        await town.start()
        assert "no permission role" in await town.told("bo", "queue", in_="alerts")


async def test_alerts_of_a_limited_service_exist_only_for_those_who_are_named(tmp_path: Path) -> None:
    """The seed's example: Office 365 alerts need one of the listed roles."""
    settings = {"TOCSIN_ACCESS_OFFICE365": f"{PEOPLE['bo']}, role:Security reader"}
    async with town_of(tmp_path, settings, **{SECURITY_READER: ("ana", "sam")}) as town:
        mail = (await town.report("graph", _mail()))["alerts"][0]
        await town.raised("For everybody")
        shown = [message["plain"] for message in await town.teams.from_bot("alerts")]
        assert not any("Phish" in text for text in shown)
        for person in ("ana", "bo"):
            assert "Phish" in await town.told(person, "queue")
            assert "Phish" in await town.told(person, f"details {mail}")
        for person in ("chidi", "dana"):
            queue = await town.told(person, "queue")
            assert "For everybody" in queue
            assert "Phish" not in queue
            assert "not available" in await town.told(person, f"details {mail}")
            assert "not available" in await town.told(person, f"resolve {mail} fp")
        # In a channel with people who may not see it, nobody can bring it up.
        assert "Phish" not in await town.told("ana", "queue", in_="alerts")
        assert "not available" in await town.told("ana", f"alert {mail}", in_="alerts")
        assert (await town.alert(mail)).revision == 1
        assert "Bo Berg" in await town.told("bo", f"assign {mail} me")


async def test_a_channel_of_people_who_may_all_see_them_gets_their_cards(tmp_path: Path) -> None:
    everybody = ",".join(PEOPLE[key] for key in ("ana", "bo", "chidi", "dana"))
    async with town_of(tmp_path, {"TOCSIN_ACCESS_OFFICE365": everybody}) as town:
        await town.told("ana", "help", in_="alerts")
        await town.report("graph", _mail())
        await town.teams.wait_for_card("alerts", "Phish")


async def test_a_card_says_no_more_once_somebody_in_the_channel_may_not_see_it(tmp_path: Path) -> None:
    everybody = ",".join(PEOPLE[key] for key in ("ana", "bo", "chidi", "dana"))
    async with town_of(tmp_path, {"TOCSIN_ACCESS_OFFICE365": everybody}) as town:
        mail = (await town.report("graph", _mail()))["alerts"][0]
        card = await town.teams.wait_for_card("alerts", "Phish")
        await town.told("ana", "help")
        await town.stop()
        town.more_settings = {**GENEROUS, "TOCSIN_ACCESS_OFFICE365": PEOPLE["ana"]}
        await town.start()
        assert "Ana Alvarez" in await town.told("ana", f"assign {mail} me")
        after = await town.teams.wait_for("alerts", lambda m: m["id"] == card["id"] and "Phish" not in str(m["cards"]))
        assert "Ana" not in str(after["cards"])


def _mail() -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return graph_alert(
        id="fa-mail",
        title="Phish delivered",
        serviceSource="microsoftDefenderForOffice365",
        incidentId=None,
        createdDateTime=now,
        firstActivityDateTime=now,
        lastActivityDateTime=now,
    )


async def test_an_administrator_takes_back_what_others_did_and_nobody_else_may(tmp_path: Path) -> None:
    settings = {"TOCSIN_ADMINISTRATORS": PEOPLE["ana"], "TOCSIN_RESPONDERS": f"{PEOPLE['bo']},{PEOPLE['chidi']}"}
    async with town_of(tmp_path, settings) as town:
        card = await town.raised("One")
        await town.raised("Two")
        await town.told("bo", "resolve 1-2 fp", in_="alerts")
        assert "only Bo Berg or an administrator" in await town.told("chidi", "undo bo", in_="alerts")
        assert "only Bo Berg or an administrator" in await town.told("chidi", "undo 1 bo", in_="alerts")
        assert (await town.alert(1)).revision == 2
        assert "Taken back on 2 alerts" in await town.told("ana", "undo bo", in_="alerts")
        assert not (await town.alert(2)).tags
        assert (await town.alert(2)).is_open
        assert "has taken that back already" in await town.told("bo", "undo", in_="alerts")
        assert "Taken back on 2 alerts" in await town.told("ana", "undo", in_="alerts"), "her own undo is redone"
        await town.told("bo", "tag 1 +vip", in_="alerts")
        await town.pressed("ana", card, "History")
        await town.pressed("ana", card, "Undo Bo Berg's step")
        assert (await town.alert(1)).tags == ()
        assert "do not know anybody" in await town.told("ana", "undo zoe", in_="alerts")


async def test_an_administrator_renames_tags_for_alerts_that_come_in_from_then_on(tmp_path: Path) -> None:
    settings = {"TOCSIN_ADMINISTRATORS": PEOPLE["ana"], "TOCSIN_RESPONDERS": PEOPLE["bo"]}
    async with town_of(tmp_path, settings) as town:
        first = await town.raised("One", systemTags=["lab"])
        assert "needs the permission role Administrator" in await town.told("bo", "tag rename lab test", in_="alerts")
        assert "No tag was renamed" in await town.told("bo", "tag rename", in_="alerts")
        assert "Say for example" in await town.told("ana", "tag rename lab", in_="alerts")
        assert "“test lab”" in await town.told("ana", 'tag rename lab "test lab"', in_="alerts", thread=first["id"])
        assert "“lab” → “test lab”" in await town.told("bo", "tag rename", in_="alerts")
        second = await town.raised("Two", systemTags=["Lab"])
        found = [await town.alert(one["number"]) for one in (first, second)]
        assert [alert.source_tags for alert in found] == [("lab",), ("test lab",)]
        await town.told("bo", f"tag {first['number']},{second['number']} +lab", in_="alerts")
        found = [await town.alert(one["number"]) for one in (first, second)]
        assert [alert.tags for alert in found] == [("lab",), ("test lab",)]


async def test_administrators_tune_for_the_whole_organisation_and_switch_the_creation_of_rules(tmp_path: Path) -> None:
    settings = {"TOCSIN_ADMINISTRATORS": f"{PEOPLE['ana']},{PEOPLE['bo']}", "TOCSIN_RESPONDERS": PEOPLE["chidi"]}
    async with town_of(tmp_path, settings) as town:
        rule = "hide only-this-type any-ioc on everywhere"
        first = await town.raised("Known scanner")
        refused = await town.told("chidi", f"tune {first['number']} {rule}", in_="alerts")
        assert "administrator" in refused.casefold()
        drafted = await town.told("ana", f"tune {first['number']} {rule}", in_="alerts")
        assert "The whole organisation" in drafted, drafted
        card = (await town.teams.from_bot("alerts"))[-1]
        assert "waits for a second person" in await town.pressed("ana", card, "Save, and 1 open alert")
        approval = await town.teams.wait_for_card("alerts", "asks for a second person")
        assert "administrator" in (await town.pressed("chidi", approval, "Approve")).casefold()
        assert not (await town.alert(first["number"])).is_hidden
        assert "in force" in await town.pressed("bo", approval, "Approve")
        assert (await town.alert(first["number"])).is_hidden
        assert "Administrator" in await town.told("chidi", "rules creation off", in_="alerts")
        await town.told("ana", "rules creation off", in_="alerts")
        other = await town.raised("Another", detectorId="another-type")
        assert "switched off" in await town.told("bo", f"tune {other['number']} {rule}", in_="alerts")


async def test_nothing_tells_of_alerts_of_a_limited_service(tmp_path: Path) -> None:
    """Not the name or the count of an incident, not a rule of triage, and no rule can be made for them."""
    settings = {"TOCSIN_ACCESS_OFFICE365": PEOPLE["ana"], "TOCSIN_GROUPING": "no"}
    async with town_of(tmp_path, settings) as town:
        mail = (await town.report("graph", _mail()))["alerts"][0]
        card = await town.raised("On the endpoint")
        await town.told("ana", f"link {mail} new")
        incident = (await town.alert(mail)).incident
        await town.told("ana", f"link {card['number']} to incident {incident}")
        said = await town.pressed("bo", card, "Link…")
        assert f"Now in incident {incident}" in said
        assert "Phish" not in said
        await town.teams.install("ana", chat="group")
        rule = "rules new hide service:office365 any-type host:web-1 on host:web-1"
        assert "would have caught" not in await town.told("bo", rule, in_="group")


async def test_lists_of_rules_are_for_those_with_a_role(tmp_path: Path) -> None:
    async with town_of(tmp_path, {"TOCSIN_ADMINISTRATORS": PEOPLE["ana"]}) as town:
        for words in ("triage", "triage 1", "maintenance", "routes", "rules"):
            assert "You have no permission role" in await town.told("chidi", words, in_="alerts"), words
