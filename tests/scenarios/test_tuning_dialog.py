"""“Tune…” in dialogs, step by step as in the seed: the form, looking back, saving, and the allow list."""

from pathlib import Path
from typing import Any

from bot.alerts.condition_text import to_text
from bot.alerts.tuning import Standing, TuningRule
from tests.scenarios.test_tuning import on
from tests.support.program import run
from tests.support.sandbox import card_text, message_text
from tests.support.town import Town

Json = dict[str, Any]


async def comes(town: Town, number: int, host: str = "web-1", **fields: Any) -> Json:
    told = await town.report("graph", on(number, host, **fields))
    return {**await town.teams.wait_for_card("alerts", f"#{told['alerts'][0]}"), "number": told["alerts"][0]}


async def opened(town: Town, who: str, message: Json, title: str = "Tune…") -> Json:
    answer = await town.teams.press(who, message, title)
    assert (answer["status"], answer["outcome"]) == (200, "dialog"), answer
    card: Json = answer["body"]["task"]["value"]["card"]["content"]
    return card


async def sent(town: Town, who: str, action: str, **inputs: Any) -> str:
    """What the dialog shows then, all of it; the words that close it otherwise."""
    answer = await town.teams.submits(who, action, **inputs)
    assert answer["status"] == 200, answer
    if answer["body"] is None:
        return ""
    value = answer["body"]["task"]["value"]
    return value if isinstance(value, str) else value["title"] + "\n" + card_text(value["card"]["content"])


def standing_at(card: Json, name: str) -> str:
    return next(str(one.get("value", "")) for one in card["body"] if one.get("id") == name)


async def in_force(town: Town) -> TuningRule:
    return (await town.kept(lambda uow: uow.tuning.all(Standing.IN_FORCE)))[-1]


async def busy(town: Town) -> None:
    """So many other alerts that one is no large share."""
    for number in range(100, 120):
        await town.report("graph", on(number, f"pc-{number}", title="Something else"))


async def test_an_alert_is_tuned_from_its_card_to_the_allow_list(town: Town, tmp_path: Path) -> None:
    posted = await comes(town, 1, title="Known scanner")
    await busy(town)
    form = await opened(town, "ana", posted)
    assert standing_at(form, "services") == "microsoftDefenderForEndpoint"
    assert standing_at(form, "types") == "only"
    assert standing_at(form, "devices") == "web-1"
    assert standing_at(form, "name") == "Known scanner"

    everything = {
        "services": "microsoftDefenderForEndpoint", "types": "only", "devices": "web-1", "act": "resolve",
        "verdict": "informationalExpectedActivity:securityTesting", "name": "Scanner", "comment": "ours",
    }  # fmt: skip
    assert "at least one IOC" in await sent(town, "ana", "Next: look back", **everything)
    filled = await sent(town, "ana", "Auto fill all 2 alert related IOCs", **everything)
    assert "Scanner" in filled, "what was typed stays"
    looked = await sent(town, "ana", "Next: look back", **everything)
    for words in ("Before you save", "Resolves alerts as", "Security test", "1 of 21 alerts", "file.name:scan.exe"):
        assert words in looked, looked
    assert not await town.kept(lambda uow: uow.tuning.all(Standing.IN_FORCE))

    answer = await town.teams.submits("ana", "Save")
    card = answer["body"]["task"]["value"]["card"]["content"]
    for words in (
        "Successful rule creation",
        "It acted on 1 alert",
        "Select evidence (IOC) to allow",
        "scan.exe",
        "Not in effect until imported",
    ):
        assert words in card_text(card)
    assert (await town.alert(posted["number"])).resolved_by == "Scanner"

    ticked = standing_at(card, "evidence")
    assert ticked, "the file that set it off is ticked"
    assert "1 IOC is on the allow list" in await sent(town, "ana", "Save", evidence=ticked, groups="Servers")
    listed = await town.told("bo", "allowlist", in_="alerts")
    for words in ("File (SHA-256)", "scan.exe", "Servers", "Not in effect until imported"):
        assert words in listed
    done = await run("allowlist", str(tmp_path / "allow.csv"), environment=town.environment)
    assert "1 indicators" in done.out
    header, row = (tmp_path / "allow.csv").read_text("utf-8").splitlines()
    assert header.startswith("indicatorType,indicatorValue,expirationTime,action,")
    assert row.startswith(f"FileSha256,{'ab' * 32},,Allowed,,Scanner,")
    assert ",Servers," in row
    assert "off the list" in await town.told("bo", "allowlist remove 1", in_="alerts")
    assert "Nothing is on it" in await town.told("bo", "allowlist", in_="alerts")


async def test_any_ioc_hides_and_other_open_ones_on_request(town: Town) -> None:
    posted = await comes(town, 1)
    await town.report("graph", on(2, "web-1", title="Again"))
    await busy(town)
    await opened(town, "ana", posted)
    given = {"services": "microsoftDefenderForEndpoint", "types": "only", "devices": "web-1", "act": "hide"}
    looked = await sent(town, "ana", "Next: look back", **given, any="true", name="Quiet")
    assert "2 of 22 alerts" in looked
    assert "It acted on 2 alerts" in await sent(town, "ana", "Save, and 2 open alerts")
    assert await sent(town, "ana", "Close") == ""
    assert [(await town.alert(number)).hidden_by for number in (1, 2)] == ["Quiet", "Quiet"]
    shown = await town.teams.wait_for("alerts", lambda m: "TUNING RULE" in message_text(m) and m["card"])
    assert "Quiet" in card_text(shown["card"]), "everybody there sees it"


async def test_the_trigger_fills_a_subgroup_that_can_be_edited_with_wildcards(town: Town) -> None:
    posted = await comes(town, 1)
    await busy(town)
    await opened(town, "ana", posted)
    given = {
        "services": "microsoftDefenderForEndpoint",
        "types": "any",
        "devices": "web-1",
        "act": "hide",
        "name": "T",
    }
    filled = await sent(town, "ana", "Entity Role: Trigger equals any", **given)
    assert "scan.exe" in filled
    wild = "evidence(role:trigger file.name:scan*)"
    assert "file.name:scan*" in await sent(town, "ana", "Next: look back", **given, c_text=wild)
    changed = await sent(town, "ana", "Change it")
    assert "Edit rule" in changed
    await sent(town, "ana", "Next: look back", **given, c_text=wild)
    await sent(town, "ana", "Save")
    rule = await in_force(town)
    assert to_text(rule.terms.indicators) == wild
    assert rule.terms.alert_type == ""


async def test_a_rule_is_made_and_edited_from_the_list(town: Town) -> None:
    await comes(town, 1)
    await busy(town)
    await town.told("ana", "rules", in_="alerts")
    listed = await town.teams.wait_for("alerts", lambda m: "Alert tuning" in message_text(m))
    await opened(town, "ana", listed, "Add new rule…")
    given = {"services": "microsoftDefenderForEndpoint", "types": "any", "groups": "Servers", "act": "hide"}
    assert "needs a name" in await sent(town, "ana", "Next: look back", **given, c_text="file.name:scan.exe")
    looked = await sent(town, "ana", "Next: look back", **given, c_text="file.name:scan.exe", name="From the list")
    assert "would have caught nothing" in looked
    saved = await sent(town, "ana", "Save")
    assert "Successful rule creation" in saved
    assert "to allow" not in saved, "there is no alert to take it from"
    card = await town.teams.wait_for("alerts", lambda m: "From the list" in message_text(m))
    form = await opened(town, "bo", card, "Edit rule…")
    assert standing_at(form, "groups") == "Servers"
    looked = await sent(town, "bo", "Next: look back", **(given | {"groups": "", "devices": "web-1"}), name="Edited")
    assert "Draft of a change" in looked
    await sent(town, "bo", "Save")
    rule = await in_force(town)
    assert (rule.terms.name, rule.terms.devices, rule.terms.groups) == ("Edited", ("web-1",), ())


async def test_a_rule_that_needs_approval_is_asked_for_in_the_channel(town: Town) -> None:
    posted = await comes(town, 1)
    await town.told("bo", "resolve 1 tp malware", in_="alerts")
    await opened(town, "ana", posted)
    given = {"services": "microsoftDefenderForEndpoint", "types": "only", "devices": "web-1", "act": "hide"}
    looked = await sent(town, "ana", "Next: look back", **given, any="true", name="Risky")
    assert "Saving asks a second person" in looked
    assert "waits for a second person" in await sent(town, "ana", "Save")
    asked = await town.teams.wait_for("alerts", lambda m: "asks for a second person's approval" in message_text(m))
    assert "In force" in await town.pressed("bo", asked, "Approve")


async def test_what_may_not_be_is_said_in_the_dialog(town: Town) -> None:
    posted = await comes(town, 1)
    await opened(town, "ana", posted)
    given = {"services": "microsoftDefenderForEndpoint", "types": "only", "act": "hide", "name": "X", "any": "true"}
    given["devices"] = ""
    assert "Name devices" in await sent(town, "ana", "Next: look back", **given)
    assert "Administrator" in await sent(town, "ana", "Next: look back", **given, everywhere="true")
    assert "users alone" in await sent(town, "ana", "Next: look back", **given, users="ana", everywhere="false")
    given["devices"] = "web-1"
    resolving = given | {"act": "resolve"}
    assert "Say what the alerts are" in await sent(town, "ana", "Next: look back", **resolving)
    assert "no time to expire" in await sent(town, "ana", "Next: look back", **given, until="soon")
    bad = await sent(town, "ana", "Next: look back", **given, c_text="severity:huge")
    assert "huge" in bad
