"""Digests on schedules of their own: said in chat or chosen in a dialog, paused, looked at, and each one once."""

from pathlib import Path

import pytest

from tests.support.payloads import graph_alert
from tests.support.sandbox import Json, card_text, message_text
from tests.support.town import Town, running_town


async def digests_in(town: Town, place: str) -> list[str]:
    found = [m for m in await town.teams.from_bot(place) if m["plain"].startswith("Digest:")]
    return [message_text(message) for message in found]


async def wait_for(town: Town, place: str, count: int) -> list[str]:
    async def there() -> bool:
        return len(await digests_in(town, place)) >= count

    await town.teams.until(there, seconds=20, waiting_for=f"{count} digests", show=place)
    return await digests_in(town, place)


async def test_a_team_has_its_own_digest_on_weekdays_and_it_says_only_what_fits(tmp_path: Path) -> None:
    async with running_town(tmp_path, settings={"TOCSIN_ZONE": "UTC"}) as town:
        await town.teams.set_clock("2031-03-27T09:00:00Z")  # a Thursday
        await town.stop()
        await town.start()
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "Tocsin is here")
        said = await town.told("bo", "digest weekdays 08:30 Europe/Berlin severity:high", in_="alerts")
        for words in ("Weekdays at 08:30, Europe/Berlin", "severity:high", "28 Mar 08:30", "Every day at 08:00, UTC"):
            assert words in said
        for number, severity in enumerate(("high", "low")):
            fields = {"severity": severity, "title": f"A {severity} one", "incidentId": None}
            await town.report("graph", [graph_alert(id=f"da{number}", **fields)])

        await town.teams.set_clock("2031-03-28T07:30:10Z")
        (friday,) = await wait_for(town, "alerts", 1)
        assert "1 new alert (1 high)" in friday
        assert "A low one" not in friday
        # The weekend has none, and neither has the one of the settings.
        await town.teams.set_clock("2031-03-30T20:00:00Z")
        await town.teams.set_clock("2031-03-31T06:29:00Z")
        # On Sunday the clocks went forward: half past eight is an hour earlier now.
        assert len(await digests_in(town, "alerts")) == 1
        await town.teams.set_clock("2031-03-31T06:30:10Z")
        _, monday = await wait_for(town, "alerts", 2)
        assert "31 Mar" in monday
        # Tuesday's is missed, and made up for once.
        await town.stop()
        await town.teams.set_clock("2031-04-01T11:00:00Z")
        await town.start()
        *_, tuesday = await wait_for(town, "alerts", 3)
        assert "4 h 30 min late" in tuesday
        assert "1 Apr" in tuesday


async def test_they_are_listed_paused_previewed_changed_and_removed(town: Town) -> None:
    teams = town.teams
    await town.told("bo", "digest mondays 9 Europe/Berlin quiet:nothing", in_="alerts")
    await town.told("bo", "digest daily 17:00 severity>=medium", in_="alerts")
    listed = await town.told("ana", "digest list", in_="alerts")
    for words in ("default", "paused", "Every Monday at 09:00, Europe/Berlin", "nothing on quiet days", "set by Bo"):
        assert words in listed
    await town.told("bo", "digest pause 2", in_="alerts")
    one = await teams.wait_for_card("alerts", "It is paused")
    assert "next on" in await town.pressed("ana", one, "Resume")
    assert "next on" in await town.told("ana", "digest 2", in_="alerts")
    await town.raised("Worth a word")
    preview = await town.told("ana", "digest preview 2", in_="alerts")
    assert "A preview" in preview
    assert "1 new alert (1 high)" in preview
    changed = await town.told("bo", "digest change 1 fridays 16:00 UTC", in_="alerts")
    assert "Every Friday at 16:00, UTC" in changed
    gone = await town.told("bo", "digest remove 1", in_="alerts")
    assert "Digest 1 is removed" in gone
    assert "Friday" not in gone
    assert "There is no digest 1 here" in await town.told("bo", "digest pause 1", in_="alerts")


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("digest weekdays 08:30 Europe/Berln", ["I understood “weekdays 08:30”", "Europe/Berln", "Europe/Berlin”"]),
        ("digest weekdays 08:30 Berlin", ["“Berlin” is no time zone", "“digest weekdays 08:30 Europe/Berlin”"]),
        ("digest weekdays 25:30", ["I understood “weekdays”", "“25:30” is no time", "“digest weekdays 08:30”"]),
        ("digest weekdays", ["At what time?", "“digest weekdays 08:30”"]),
        ("digest weekly 08:30", ["On which day of the week?", "“digest weekly mon 09:00”"]),
        ("digest weekly mox 08:30", ["“mox” is no day", "“mon”", "“digest weekly mon 09:00”"]),
        ("digest dayly 08:30", ["“dayly”", "Did you mean “daily”?", "“digest weekdays 08:30 Europe/Berlin"]),
        ("digest daily 08:30 sverity:high", ["“sverity”", "did you mean severity?", "This works: severity>=medium"]),
        ("digest daily 08:30 quiet:maybe", ["“maybe”", "quiet:nothing"]),
        ("digest daily 08:30 assignee:me", ["“me” means nobody in a channel"]),
        ("digest pause 7", ["There is no digest 7 here", "“digest list”"]),
        ("digest remove all", ["Which one?", "“digest pause 2”"]),
    ],
)
async def test_what_makes_no_sense_is_answered_with_what_was_understood_and_what_works(
    town: Town, said: str, answers: list[str]
) -> None:
    answer = await town.told("bo", said, in_="alerts")
    for words in answers:
        assert words in answer, answer
    assert not await town.kept(lambda uow: uow.schedules.all())


async def test_the_examples_in_those_answers_work(town: Town) -> None:
    for said in ("digest weekly mon 09:00", "digest daily 08:00 quiet:nothing", "digest weekdays 08:30 Europe/Berlin"):
        assert "is set" in await town.told("bo", said, in_="alerts"), said


async def test_a_person_has_digests_of_what_they_may_see_in_their_own_chat(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        teams = town.teams
        await teams.set_clock("2031-03-27T09:00:00Z")
        await town.stop()
        await town.start()
        await town.told("dana", "digest daily 08:30")
        await teams.wait_for("dana", "No alerts come here")
        await teams.install("ana", channel="alerts")
        await teams.wait_for_card("alerts", "Tocsin is here")
        await town.told("bo", "digest daily 08:30 UTC assignee:me")
        await town.raised("Taken by Bo")
        await town.raised("Taken by nobody")
        await town.told("bo", "assign 1 me")
        await teams.set_clock("2031-03-28T08:30:10Z")
        (mine,) = await wait_for(town, "bo", 1)
        assert "1 new alert (1 high)" in mine
        assert "Taken by Bo" in mine


async def test_one_is_chosen_in_a_dialog_and_changed_there(town: Town) -> None:
    teams = town.teams
    await town.told("bo", "digest list", in_="alerts")
    listed = await teams.wait_for_card("alerts", "Digests here")
    await _opened(town, "bo", listed, "New digest…")
    answer = await teams.submits("bo", "Save", on="weekdays", at="halfpast", zone="UTC", quiet="false")
    assert "“halfpast” is no time of day" in _shown(answer)
    assert "halfpast" in _shown(answer)
    await teams.submits("bo", "Save", on="thursday", at="07:15", zone="europe/paris", quiet="false")
    made = await teams.wait_for_card("alerts", "Digest 1 is set")
    assert "Every Thursday at 07:15, Europe/Paris" in card_text(made["card"])
    assert "nothing on quiet days" in card_text(made["card"])
    await _opened(town, "ana", made, "Change…")
    await teams.submits("ana", "Save", at="09:45")
    changed = await teams.wait_for_card("alerts", "at 09:45")
    assert "Every Thursday at 09:45, Europe/Paris" in card_text(changed["card"])


async def test_a_reader_may_look_but_not_set_the_channels_digests(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        ana = (await town.teams.person("ana"))["objectId"]
        bo = (await town.teams.person("bo"))["objectId"]
    folder = tmp_path / "again"
    folder.mkdir()
    async with running_town(folder, settings={"TOCSIN_ADMINISTRATORS": ana, "TOCSIN_READERS": bo}) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "Tocsin is here")
        assert "needs the permission role Responder" in await town.told("bo", "digest daily 08:30", in_="alerts")
        assert "Digests here" in await town.told("bo", "digest list", in_="alerts")
        assert "is set" in await town.told("bo", "digest daily 08:30")


async def test_one_acts_from_the_digest(town: Town) -> None:
    first, second = await town.raised("Waits longest of all"), await town.raised("Came after it")
    await town.raised("Resolved by now")
    await town.told("bo", f"resolve {second['number'] + 1}", in_="alerts")
    await town.told("bo", "digest", in_="alerts")
    digest = await town.teams.wait_for_card("alerts", "All numbers")
    shown = await town.pressed("ana", digest, "Take the oldest")
    assert "Waits longest of all" in shown
    assert (await town.alert(first["number"])).assignee == (await town.teams.person("ana"))["objectId"]
    # The second press is another person's, and takes the next one.
    assert "Came after it" in await town.pressed("bo", digest, "Take the oldest")
    assert "Nothing waits any more" in await town.pressed("chidi", digest, "Take the oldest")
    assert "Resolved by now" in await town.pressed("chidi", digest, "Show them")
    assert "Came after it" in await town.pressed("dana", digest, "Open the queue")


async def test_an_alert_opened_from_a_posted_digest_leads_back_to_it(tmp_path: Path) -> None:
    async with running_town(tmp_path, settings={"TOCSIN_DIGEST_AT": "08:00"}) as town:
        await town.teams.set_clock("2031-03-27T07:30:00Z")
        await town.stop()
        await town.start()
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "Tocsin is here")
        await town.report("graph", [graph_alert(id="da1", title="From the night", incidentId=None)])
        await town.teams.set_clock("2031-03-27T08:00:05Z")
        digest = await town.teams.wait_for_card("alerts", "All numbers")
        assert "Details" in await town.pressed("ana", digest, "Open #1")
        assert "All numbers" in await town.pressed("ana", digest, "Back")
        # Whoever is in another conversation gets nothing by its number.
        data = {"action": {"type": "Action.Execute", "verb": "digest", "data": {"page": 1, "do": "back", "nonce": "x"}}}
        elsewhere = await town.teams.invokes("bo", "adaptiveCard/action", data, in_="quiet")
        assert "From the night" not in str(elsewhere["body"])


async def test_a_repeated_press_takes_one_alert_only(town: Town) -> None:
    numbers = [(await town.raised(title))["number"] for title in ("One", "Another")]
    await town.told("bo", "digest", in_="alerts")
    digest = await town.teams.wait_for_card("alerts", "All numbers")
    answer = await town.teams.press("ana", digest, "Take the oldest", repeat=2)
    assert answer["status"] == 200
    assert [bool((await town.alert(number)).assignee) for number in numbers] == [True, False]


async def _opened(town: Town, who: str, message: Json, button: str) -> None:
    answer = await town.teams.press(who, message, button)
    assert answer["status"] == 200, answer


def _shown(answer: Json) -> str:
    value = answer["body"]["task"]["value"]
    return value if isinstance(value, str) else card_text(value["card"]["content"])
