"""The program may stop at any moment: every alert, comment, entry and card is there afterwards."""

import asyncio

from bot.alerts.words import Status
from tests.support.payloads import graph_alert
from tests.support.sandbox import card_text, message_text
from tests.support.town import Town


async def restart(town: Town) -> None:
    await town.stop()
    await town.start()


async def test_a_whole_story_with_a_restart_between_every_step(bare_town: Town) -> None:
    town, teams = bare_town, bare_town.teams
    await teams.install("ana", channel="alerts")
    await restart(town)
    posted = await town.raised("Survivor")
    number = posted["number"]
    steps: list[tuple[str, str, dict[str, str]]] = [
        ("ana", "Assign to me", {}),
        ("ana", "Start", {}),
        ("bo", "Comment…", {}),
        ("bo", "Comment", {"comment": "still here"}),
        ("bo", "Link…", {}),
        ("bo", "Link", {"incident": "new"}),
        ("chidi", "Classify…", {}),
        ("chidi", "True positive", {}),
        ("chidi", "Classify", {"determination": "malware"}),
        ("ana", "Resolve…", {}),
        ("ana", "Resolve", {}),
        ("ana", "Undo", {}),
        ("ana", "Undo", {}),
    ]
    for person, action, inputs in steps:
        await restart(town)
        await town.pressed(person, posted, action, **inputs)
    await restart(town)
    kept = await town.alert(number)
    assert (kept.status, kept.incident, kept.comment_count, kept.revision) == (Status.RESOLVED, 1, 1, 9)
    assert len(await town.history(number)) == 9
    seen = await teams.wait_for("alerts", lambda m: m["id"] == posted["id"] and "Resolved" in message_text(m))
    for words in ("True positive", "still here", "incident 1"):
        assert words in card_text(seen["card"])
    assert len([m for m in await teams.from_bot("alerts") if f"#{number}" in (m["text"] or "")]) == 1


async def test_what_could_not_be_sent_before_goes_out_after_a_restart(town: Town) -> None:
    await town.teams.fault("any", status=503)
    report = await town.report("graph", [graph_alert(id=f"da{n}", incidentId=None, title=f"Kept {n}") for n in (1, 2)])
    await town.teams.says("ana", f"assign {report['alerts'][0]} me", in_="alerts")
    await town.stop()
    await town.teams.heal()
    assert not [m for m in await town.teams.from_bot("alerts") if "Kept" in message_text(m)]
    await town.start()
    first = await town.teams.wait_for_card("alerts", "Kept 1")
    await town.teams.wait_for_card("alerts", "Kept 2")
    await town.teams.wait_for("alerts", "#1: Ana Alvarez took it")
    assert "Ana Alvarez" in card_text(first["card"]), "what is shown is the newest state"


async def test_stopping_in_the_middle_of_a_burst_posts_nothing_twice(town: Town) -> None:
    """Stopped while posts are under way, again and again, until all are there."""
    for n in range(20):
        await town.report("graph", graph_alert(id=f"da{n}", incidentId=None, title=f"Burst {n:02}."))
        await asyncio.sleep(n * 0.001)
        await restart(town)

    async def all_there() -> bool:
        return len(await posted()) >= 20

    async def posted() -> list[str]:
        return [m["text"] for m in await town.teams.from_bot("alerts") if "Burst" in (m["text"] or "")]

    await town.teams.until(all_there, waiting_for="20 cards", seconds=20, show="alerts")
    assert len(await posted()) == len(set(await posted())) == 20


async def test_a_press_on_a_card_from_before_works_after(town: Town) -> None:
    posted = await town.raised()
    before = await town.teams.card("alerts", containing=f"#{posted['number']}")
    await restart(town)
    assert "Bo Berg" in await town.pressed("bo", posted, "Assign to me")
    assert "Assign to me" in card_text(before)
