"""One action on several alerts: an entry each, told together, taken back together."""

from typing import Any

from bot.alerts.words import Classification, Status
from tests.support.payloads import graph_alert, graph_evidence, graph_page
from tests.support.sandbox import buttons, card_text, message_text
from tests.support.town import Town

Json = dict[str, Any]


def on_host(number: int, host: str) -> Json:
    device = graph_evidence("device", mdeDeviceId=f"id-{host}", deviceDnsName=host)
    given = {"id": f"da{number}", "incidentId": None, "detectorId": "malware", "evidence": [device]}
    return graph_alert(**given)


async def raised(town: Town, count: int) -> list[int]:
    return [(await town.raised(f"Alert {place}"))["number"] for place in range(1, count + 1)]


async def statuses(town: Town, numbers: list[int]) -> list[Status]:
    return [(await town.alert(number)).status for number in numbers]


async def test_what_a_range_was_told_is_taken_back_by_one_word_and_redone_by_another(town: Town) -> None:
    numbers = await raised(town, 4)
    told = await town.told("ana", "resolve 1-4 expected security test", in_="alerts")
    assert "Done to 4 alerts" in told
    assert "#1–#4: Ana Alvarez resolved it" in told

    told = await town.told("ana", "undo", in_="alerts")
    assert "Taken back on 4 alerts" in told
    assert await statuses(town, numbers) == [Status.NEW] * 4
    assert "Taken back on 4 alerts" in await town.told("ana", "undo", in_="alerts")
    assert await statuses(town, numbers) == [Status.RESOLVED] * 4
    assert [entry.kind.value for entry in await town.history(2)] == ["created", "resolved", "undone", "undone"]
    assert (
        len({entry.action for n in numbers for entry in await town.history(n) if entry.kind.value == "resolved"}) == 1
    )


async def test_undo_without_a_number_takes_back_one_alert_where_that_was_the_last_action(town: Town) -> None:
    numbers = await raised(town, 3)
    await town.told("ana", "resolve 1-2 fp", in_="alerts")
    await town.told("ana", "tag 3 +vip", in_="alerts")
    assert "#3: Ana Alvarez undid" in await town.told("ana", "undo", in_="alerts")
    assert (await town.alert(3)).tags == ()
    assert await statuses(town, numbers[:2]) == [Status.RESOLVED] * 2
    assert "nothing of yours to undo" in await town.told("bo", "undo", in_="alerts")


async def test_the_answer_has_a_button_that_takes_all_of_it_back_once_and_for_who_did_it_only(town: Town) -> None:
    numbers = await raised(town, 3)
    await town.told("ana", "resolve 1-3 fp", in_="alerts")
    answer = await town.teams.wait_for("alerts", lambda m: "Done to 3 alerts" in message_text(m))
    assert "only Ana Alvarez or an administrator" in await town.pressed("bo", answer, "Undo all of it")
    assert await statuses(town, numbers) == [Status.RESOLVED] * 3

    shown = await town.teams.press("ana", answer, "Undo all of it", repeat=2)
    assert "Taken back on 3 alerts" in card_text(shown["body"]["value"])
    assert await statuses(town, numbers) == [Status.NEW] * 3
    assert len(await town.history(1)) == 3, "a press that Teams repeats takes effect once"
    shown = await town.pressed("ana", answer, "Redo")
    assert "Taken back on 3 alerts" in shown
    assert await statuses(town, numbers) == [Status.RESOLVED] * 3


async def test_alerts_that_changed_since_stay_as_they_are_and_are_named_and_the_others_are_taken_back(
    town: Town,
) -> None:
    numbers = await raised(town, 3)
    await town.told("ana", "resolve 1-3 fp", in_="alerts")
    await town.told("bo", "reopen 2", in_="alerts")
    told = await town.told("ana", "undo", in_="alerts")
    assert "Taken back on 2 alerts" in told
    assert "#1, #3: Ana Alvarez undid" in told
    assert "#2: This cannot be undone: Bo Berg has changed “Status” since." in told
    assert await statuses(town, numbers) == [Status.NEW] * 3
    assert (await town.alert(2)).classification is Classification.FALSE_POSITIVE
    assert [entry.kind.value for entry in await town.history(2)] == ["created", "resolved", "reopened"]


async def test_undo_on_the_card_of_one_of_them_takes_back_that_one_and_says_so(town: Town) -> None:
    posted = await town.raised("One")
    await town.raised("Two")
    await town.told("ana", "resolve 1-2 fp", in_="alerts")
    history = await town.pressed("ana", posted, "History")
    assert "with 1 other" in history
    shown = await town.pressed("ana", posted, "Undo")
    assert "Taken back here only" in shown
    assert await statuses(town, [1, 2]) == [Status.NEW, Status.RESOLVED]
    history = await town.pressed("ana", posted, "History")
    assert "with 1 other · undone" in history


async def test_history_takes_back_all_of_it(town: Town) -> None:
    posted = await town.raised("One")
    await town.raised("Two")
    await town.told("ana", "resolve 1-2 fp", in_="alerts")
    await town.pressed("ana", posted, "History")
    await town.pressed("ana", posted, "Undo on all 2")
    assert await statuses(town, [1, 2]) == [Status.NEW, Status.NEW]
    answer = await town.teams.press("bo", posted, "History")
    assert "Undo on all 2" not in buttons(answer["body"]["value"])


async def test_in_the_thread_of_an_alert_undo_means_that_one_unless_it_was_part_of_the_last_action(town: Town) -> None:
    posted = await town.raised("One")
    await town.raised("Two")
    await town.raised("Three")
    thread = posted["id"]
    await town.told("ana", "tag vip", in_="alerts", thread=thread)
    await town.told("ana", "resolve 2-3 fp", in_="alerts")
    await town.told("ana", "undo", in_="alerts", thread=thread)
    assert (await town.alert(1)).tags == ()
    assert await statuses(town, [2, 3]) == [Status.RESOLVED] * 2
    await town.told("ana", "assign 1-3 me", in_="alerts")
    assert "#1: Ana Alvarez undid" in await town.told("ana", "undo", in_="alerts", thread=thread)
    await town.told("ana", "tag 1,2,3 lab", in_="alerts")
    assert "Taken back on 3 alerts" in await town.told("ana", "undo", in_="alerts", thread=thread)
    assert [(await town.alert(number)).tags for number in (1, 2, 3)] == [(), (), ()]


async def test_ranges_for_reopen_and_undo_mean_what_is_resolved_and_what_is_there(town: Town) -> None:
    numbers = await raised(town, 3)
    await town.told("ana", "resolve 1-3 fp", in_="alerts")
    assert "Done to 3" in await town.told("bo", "reopen 1-9", in_="alerts")
    assert await statuses(town, numbers) == [Status.NEW] * 3
    assert "#1–#3: Bo Berg undid" in await town.told("bo", "undo 1-3", in_="alerts")
    assert await statuses(town, numbers) == [Status.RESOLVED] * 3
    assert "None of these alerts is here" in await town.told("bo", "undo 50-60", in_="alerts")


async def test_an_action_on_alerts_that_are_not_available_here_is_not_undone_here(town: Town) -> None:
    await raised(town, 2)
    await town.told("ana", "resolve 1-2 fp", in_="alerts")
    await town.teams.install("ana", chat="group")
    await town.teams.wait_for_card("group")
    told = await town.told("ana", "undo", in_="group")
    assert "not available here" in told
    assert await statuses(town, [1, 2]) == [Status.RESOLVED] * 2
    pressed = await town.teams.press("ana", None, in_="group", verb="undo", data={"action": "1/2", "nonce": "n"})
    missing = await town.teams.press("ana", None, in_="group", verb="undo", data={"action": "99/2", "nonce": "n"})
    assert pressed["body"] == missing["body"]
    bad = await town.teams.press("ana", None, in_="group", verb="undo", data={"action": "1/99999999999", "nonce": "n"})
    assert bad["body"]["statusCode"] == 400


async def test_what_was_done_to_a_shared_card_is_told_in_its_thread_and_taken_back_at_once(town: Town) -> None:
    teams = town.teams
    numbers = (await town.report("graph", graph_page(*(on_host(place, "web-1") for place in (1, 2, 3)))))["alerts"]
    posted = await teams.wait_for_card("alerts", "2 more like it")
    await town.pressed("bo", posted, "Show all")
    await town.pressed("bo", posted, "Resolve all…")
    await town.pressed("bo", posted, "Resolve all 3", classification="falsePositive:notMalicious")
    told = await teams.wait_for("alerts", lambda m: "Done to 3 alerts" in message_text(m))
    assert told["thread"] == posted["id"]
    assert await statuses(town, numbers) == [Status.RESOLVED] * 3
    await town.pressed("bo", told, "Undo all of it")
    assert await statuses(town, numbers) == [Status.NEW] * 3


async def test_undo_is_possible_for_a_time(town: Town) -> None:
    await raised(town, 2)
    await town.told("ana", "resolve 1-2 fp", in_="alerts")
    history = await town.history(1)
    later = history[-1].at.replace(year=history[-1].at.year + 1)
    await town.teams.set_clock(later.isoformat())

    async def late() -> bool:
        return "too late" in await town.told("ana", "undo", in_="alerts")

    await town.teams.until(late, seconds=5, waiting_for="the program to hear of the moved clock")
