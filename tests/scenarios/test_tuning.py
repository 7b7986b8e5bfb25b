"""Tuning by text, in the sandbox's channel: drafts that say what they would have caught, rules, and undoing them."""

from datetime import UTC, datetime
from typing import Any

from bot.alerts.tuning import Standing
from tests.support.payloads import graph_alert, graph_evidence
from tests.support.sandbox import card_text, message_text
from tests.support.town import Town


def on(number: int, host: str, **fields: object) -> dict[str, object]:
    """An alert of Defender's on a device, set off by a file."""
    now = datetime.now(UTC).isoformat()
    times = {"createdDateTime": now, "firstActivityDateTime": now, "lastActivityDateTime": now}
    device = graph_evidence("device", mdeDeviceId=f"id-{host}", deviceDnsName=host)
    details = {"fileName": "scan.exe", "filePath": "C:\\tools", "sha256": "ab" * 32}
    file = graph_evidence("file", detectionStatus="detected", fileDetails=details)
    return graph_alert(**({"id": f"da{number}", "incidentId": None, "evidence": [device, file]} | times | fields))


async def comes(town: Town, number: int, host: str = "web-1", **fields: Any) -> int:
    told = await town.report("graph", on(number, host, **fields))
    return int(told["alerts"][0])


async def drafted(town: Town, who: str, text: str, *, in_: str = "alerts") -> dict[str, Any]:
    """The card of the draft."""
    said = await town.told(who, text, in_=in_)
    assert "Draft" in said, said
    newest = (await town.teams.from_bot(in_))[-1]
    assert "would have caught" in card_text(newest["card"])
    return newest


async def test_a_rule_by_text_from_an_alert_hides_it_and_the_next_ones(town: Town) -> None:
    first = await comes(town, 1, title="Known scanner")
    await town.teams.wait_for_card("alerts", f"#{first}")
    card = await drafted(
        town, "ana", f'tune {first} hide only-this-type trigger name "Nightly scan" comment "our scanner" until 90d'
    )
    shown = card_text(card["card"])
    for words in (
        "Nightly scan",
        "Hides alerts",
        "Endpoint",
        "web-1",
        "evidence(role:trigger file.name:scan.exe",
        "In the last 30 days it would have caught 1 of 1 alert: 1 never classified.",
    ):
        assert words in shown
    assert not (await town.alert(first)).is_hidden, "a draft does nothing"

    # One of one is more than a tenth of all: a second person has to agree.
    assert "waits for a second person" in await town.pressed("ana", card, "Save")
    approval = await town.teams.wait_for("alerts", lambda m: "Ana Alvarez asks for a second person" in message_text(m))
    assert "it is your own rule" in await town.pressed("ana", approval, "Approve")
    assert "The rule is in force. It acted on 1 alert." in await town.pressed("bo", approval, "Approve")

    hidden = await town.alert(first)
    assert (hidden.hidden_by, hidden.comment_count) == ("Nightly scan", 1)
    second = await comes(town, 2, title="Known scanner")
    assert (await town.alert(second)).is_hidden
    other = await comes(town, 3, host="pc-7", title="Elsewhere")
    await town.teams.wait_for_card("alerts", f"#{other}")
    posted = "\n".join(message_text(message) for message in await town.teams.from_bot("alerts"))
    assert f"#{second}" not in posted, "what is hidden costs no card"

    listed = await town.told("bo", "queue", in_="alerts")
    assert f"#{other}" in listed
    assert f"#{second}" not in listed
    found = await town.told("bo", "search scanner", in_="alerts")
    assert f"#{second}" in found
    assert "hidden" in found
    rules = await town.told("bo", "rules", in_="alerts")
    for words in ("Nightly scan", "caught 2 alerts", "In force"):
        assert words in rules


async def a_rule(town: Town, text: str = "tune 1 hide only-this-type any-ioc") -> int:
    """A rule in force, made by Ana and approved by Bo; its number."""
    card = await drafted(town, "ana", text)
    await town.pressed("ana", card, "Save")
    number = (await town.kept(lambda uow: uow.tuning.all(Standing.WAITING, Standing.IN_FORCE)))[-1].id
    await town.told("bo", f"rules {number} approve", in_="alerts")
    return number


async def test_a_wrong_rule_is_undone_as_a_whole_and_one_alert_alone(town: Town) -> None:
    for number in range(1, 4):
        await comes(town, number)
    rule = await a_rule(town)
    later = [await comes(town, number) for number in range(4, 7)]
    assert all([(await town.alert(number)).is_hidden for number in later])

    shown = await town.told("bo", f"alert {later[0]}", in_="alerts")
    assert "hidden by “Credential theft tool was run”" in shown
    assert "brought it back" in await town.told("bo", f"unhide {later[0]}", in_="alerts")
    told = await town.told("bo", f"rules {rule} undo since today", in_="alerts")
    assert "3 alerts are back as they were" in told, "alert 1, and two of the later ones"
    assert not any([(await town.alert(number)).is_hidden for number in (1, *later)])
    assert "Show all" in message_text(await town.teams.wait_for_card("alerts", "#1")), "they are shown, on one card"
    caught = await town.told("bo", f"rules {rule} caught", in_="alerts")
    assert "brought back" in caught
    history = await town.told("bo", f"history {later[1]}", in_="alerts")
    assert "Rule “Credential theft tool was run” hid it" in history
    assert "Bo Berg brought it back" in history


async def test_rules_are_switched_moved_edited_and_deleted_by_text(town: Town) -> None:
    await comes(town, 1)
    first = await a_rule(town, 'tune 1 hide only-this-type any-ioc name "First"')
    second = await a_rule(town, 'tune 1 hide any-type file.name:scan.exe name "Second"')
    assert f"{first} “First”, {second} “Second”" in await town.told("bo", "rules for 1", in_="alerts")
    assert "place 1 in the order" in await town.told("bo", f"rules {second} first", in_="alerts")
    assert f"{second} “Second”, {first} “First”" in await town.told("bo", "rules for 1", in_="alerts")
    assert "Switched off" in await town.told("bo", f"rules {second} off", in_="alerts")
    assert (await town.alert(await comes(town, 2))).hidden_by == "First"

    card = await drafted(town, "bo", f'rules {first} edit resolve as expected security test name "Scanner"')
    assert "Draft of a change" in card_text(card["card"])
    assert "Resolves alerts as Informational, expected activity · Security test" in card_text(card["card"])
    await town.pressed("bo", card, "Save")
    waiting = (await town.kept(lambda uow: uow.tuning.all(Standing.WAITING)))[0]
    await town.told("ana", f"rules {waiting.id} approve", in_="alerts")
    resolved = await town.alert(await comes(town, 3))
    assert (resolved.status.value, resolved.determination, resolved.resolved_by) == (
        "resolved",
        "securityTesting",
        "Scanner",
    )
    assert "Deleted" in await town.told("bo", f"rules {first} delete", in_="alerts")
    assert (await town.alert(await comes(town, 4))).status.value == "new"


async def test_what_is_not_right_is_said_in_words_with_the_place(town: Town) -> None:
    number = await comes(town, 1)
    for said, parts in {
        f"tune {number}": ("hide", "resolve as"),
        f"tune {number} hide": ("at least one IOC", "any-ioc"),
        f"tune {number} hide any-type any-ioc": ("would catch everything",),
        f"tune {number} hide only-this-type flie.name:x": ("flie.name", "did you mean file"),
        f"tune {number} hide host:web-1 severity:huge": ("huge", "informational, low, medium, high"),
        f"tune {number} hide host:web-1 severity:low severity:high": ("contradicts itself",),
        f"tune {number} resolve as nonsense host:web-1": ("at “resolve”", "resolve as expected security test"),
        f"tune {number} hide host:web-1 name": ("at “name”", "value is missing"),
        f"tune {number} hide host:web-1 until someday": ("someday", "30d or 2026-12-31"),
        f"tune {number} hide host:web-1 on everything": ("whole organisation", "Administrator"),
        f"tune {number} hide host:web-1 on user:ana": ("users alone",),
        f"tune {number} hide host:web-1 on nothing": ("at “on”", "say where"),
        "rules 99": ("not available",),
        "rules 99 off": ("not available",),
        "rules dance": ("rules 3 off",),
        "rules creation off": ("Administrator",),
        "rules new hide host:web-1 on host:web-1": ("needs a name",),
    }.items():
        answer = await town.told("ana", said, in_="alerts")
        for part in parts:
            assert part in answer, (said, answer)
    assert not await town.kept(lambda uow: uow.tuning.all(*Standing))


async def test_warnings_stand_on_the_draft(town: Town) -> None:
    await comes(town, 1)
    await a_rule(town, 'tune 1 hide only-this-type host:web-* name "Wide"')
    card = await drafted(town, "bo", "tune 1 hide only-this-type host:web-* file.name:scan.exe not tag:lab")
    shown = card_text(card["card"])
    assert "“Wide” comes first and catches all of this" in shown
    assert "It asks for tag, which people and triage rules change later" in shown
    nothing = await drafted(town, "bo", "tune 1 hide only-this-type file.name:other.exe")
    assert "would have caught nothing" in card_text(nothing["card"])
    assert "Deleted" in await town.pressed("bo", nothing, "Discard")
    doubtful = await drafted(town, "bo", "tune 1 hide only-this-type file.nmae:scan.exe")
    assert "file.nmae: did you mean file.name?" in card_text(doubtful["card"])


async def test_true_positives_are_shown_and_a_rule_may_be_declined(town: Town) -> None:
    real = await comes(town, 1)
    await town.told("bo", f"resolve {real} tp malware", in_="alerts")
    await comes(town, 2)
    card = await drafted(town, "ana", "tune 2 hide only-this-type any-ioc")
    assert "1 true positive" in card_text(card["card"])
    assert f"#{real}" in await town.pressed("bo", card, "Show true positives")
    await town.pressed("bo", card, "Back")
    assert "This draft is Ana Alvarez's" in await town.pressed("bo", card, "Save")
    assert "waits for a second person" in await town.pressed("ana", card, "Save")
    declined = await town.pressed("bo", card, "Decline")
    assert "Declined by Bo Berg" in declined
    assert not (await town.alert(2)).is_hidden


async def test_a_rule_without_an_alert_is_made_from_the_list(town: Town) -> None:
    for number in range(1, 13):
        await comes(town, number, host="web-1" if number == 1 else f"pc-{number}")
    text = 'rules new hide any-type services endpoint on host:web-1 file.name:scan.* name "Scans" description "weekly"'
    card = await drafted(town, "ana", text)
    assert "1 of 12 alerts" in card_text(card["card"])
    assert "The rule is in force" in await town.pressed("ana", card, "Save, and 1 open alert")
    assert (await town.alert(1)).hidden_by == "Scans"
    assert not (await town.alert(2)).is_hidden


async def test_a_rule_from_ones_own_chat_is_approved_in_the_channel_and_undone_by_buttons(town: Town) -> None:
    await comes(town, 1)
    await town.teams.wait_for_card("alerts", "#1")
    await town.teams.install("ana")
    await town.teams.wait_for_card("ana", "Tocsin is here")
    said = await town.told("ana", 'tune 1 hide only-this-type any-ioc name "From the chat"')
    assert "Draft" in said
    mine = (await town.teams.from_bot("ana"))[-1]
    await town.pressed("ana", mine, "Save")
    asked = await town.teams.wait_for("alerts", lambda m: "asks for a second person" in message_text(m))
    await town.pressed("bo", asked, "Approve")
    await town.teams.wait_for("ana", lambda m: m["id"] == mine["id"] and "In force" in message_text(m))
    assert (await town.alert(1)).is_hidden

    await town.told("bo", "rules", in_="alerts")
    listed = await town.teams.wait_for("alerts", lambda m: "Alert tuning" in message_text(m))
    opened = await town.pressed("bo", listed, "Open rule 1")
    assert "From the chat" in opened
    assert "Bring back everything" in await town.pressed("bo", listed, "Bring back…")
    assert "1 alert is back as it was" in await town.pressed("bo", listed, "Bring back", since="today")
    assert not (await town.alert(1)).is_hidden
    assert "#1" in await town.pressed("bo", listed, "Alerts it caught")
    assert "Assign to me" in await town.pressed("bo", listed, "Open #1")
    await town.pressed("bo", listed, "Back")
