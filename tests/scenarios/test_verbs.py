"""Each verb, by its button: what it does, who sees it, and what the history keeps."""

from bot.alerts.history import Entry
from bot.alerts.people import Way
from bot.alerts.words import Status
from bot.sandbox.carddata import buttons as card_buttons
from tests.support.payloads import graph_alert
from tests.support.sandbox import buttons, card_text
from tests.support.town import Town


def told(entry: Entry) -> tuple[str, str, dict[str, tuple[object, object]]]:
    """Who did what, from which values to which."""
    changes = {change.field: (change.old, change.new) for change in entry.changes}
    return entry.actor.name, entry.kind.value, changes


async def test_every_verb_leaves_one_entry_with_who_when_what_from_and_to(town: Town) -> None:
    posted = await town.raised()
    number, ana = posted["number"], (await town.teams.person("ana"))["objectId"]

    await town.pressed("ana", posted, "Assign to me")
    await town.pressed("ana", posted, "Start")
    await town.pressed("bo", posted, "Comment…")
    await town.pressed("bo", posted, "Comment", comment="Saw it too.\nLooks real.")
    await town.pressed("bo", posted, "Tag…")
    await town.pressed("bo", posted, "Save tags", tags="+vip lab")
    await town.pressed("chidi", posted, "Link…")
    await town.pressed("chidi", posted, "Link", incident="new")
    await town.pressed("chidi", posted, "Classify…")
    await town.pressed("chidi", posted, "True positive")
    await town.pressed("chidi", posted, "Classify", determination="malware")
    await town.pressed("ana", posted, "Resolve…")
    await town.pressed("ana", posted, "Resolve")
    await town.pressed("bo", posted, "Reopen")

    created, *rest = await town.history(number)
    assert told(created)[:2] == ("graph", "created")
    assert [told(entry) for entry in rest] == [
        ("Ana Alvarez", "assigned", {"assignee": (None, ana)}),
        ("Ana Alvarez", "started", {"status": ("new", "inProgress")}),
        ("Bo Berg", "commented", {}),
        ("Bo Berg", "tagged", {"tags": ([], ["vip", "lab"])}),
        ("Chidi Cole", "linked", {"incident": (None, 1)}),
        (
            "Chidi Cole",
            "classified",
            {"classification": ("notSet", "truePositive"), "determination": ("", "malware")},
        ),
        ("Ana Alvarez", "resolved", {"status": ("inProgress", "resolved")}),
        ("Bo Berg", "reopened", {"status": ("resolved", "inProgress")}),
    ]
    assert {entry.way for entry in rest} == {Way.CHAT}
    assert [entry.revision for entry in rest] == list(range(2, 10))
    assert rest[2].comment == "Saw it too.\nLooks real."

    shown = await town.pressed("bo", posted, "History")
    for words in ("Bo Berg reopened it", "Chidi Cole linked it to incident 1", "Ana Alvarez took it", "Looks real."):
        assert words in shown


async def test_every_copy_of_a_card_shows_the_change_in_place_wherever_it_was_made(town: Town) -> None:
    teams = town.teams
    await town.told("bo", "subscribe", in_="quiet")
    posted = await town.raised("Phishing mail delivered")
    number = posted["number"]
    in_quiet = await teams.wait_for_card("quiet", f"#{number}")
    await teams.says("chidi", f"alert {number}")
    in_chat = await teams.wait_for_card("chidi", f"#{number}")

    await town.pressed("chidi", in_chat, "Assign to me")

    for place, copy in (("alerts", posted), ("quiet", in_quiet), ("chidi", in_chat)):
        seen = await teams.wait_for_card(place, "Chidi Cole")
        assert seen["id"] == copy["id"]
        assert len([m for m in await teams.from_bot(place) if f"#{number}" in (m["text"] or "")]) == 1
    assert not await teams.journal("delete")


async def test_classify_asks_for_the_determinations_that_fit_with_guidance_and_may_be_taken_back(town: Town) -> None:
    posted = await town.raised()
    first = await town.pressed("ana", posted, "Classify…")
    assert "False positive" in first
    second = await town.pressed("ana", posted, "False positive")
    assert "Not malicious" in second
    assert "Malware" not in second
    elsewhere = await town.pressed("ana", posted, "Another classification")
    assert "True positive" in elsewhere
    await town.pressed("ana", posted, "False positive")
    assert "False positive" in await town.pressed("ana", posted, "Classify", determination="notMalicious")

    await town.pressed("ana", posted, "Classify…")
    again = await town.pressed("ana", posted, "Set back to not set")
    assert "False positive" not in again
    kept = await town.alert(posted["number"])
    assert (kept.classification.value, kept.determination) == ("notSet", "")


async def test_resolve_takes_verdict_and_comment_in_the_same_step(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("bo", posted, "Resolve…")
    shown = await town.pressed(
        "bo", posted, "Resolve", classification="falsePositive:notMalicious", comment="Our own backup job."
    )
    assert "Resolved" in shown
    assert "False positive" in shown
    kept = await town.alert(posted["number"])
    assert kept.status is Status.RESOLVED
    assert kept.resolved_at is not None
    assert kept.comment_count == 1
    assert (await town.history(posted["number"]))[-1].comment == "Our own backup job."


async def test_resolve_works_where_teams_leaves_empty_inputs_out(town: Town) -> None:
    posted = await town.raised(classification="truePositive", determination="apt")
    form = (await town.teams.press("bo", posted, "Resolve…"))["body"]["value"]
    save = next(button.action for button in card_buttons(form) if button.action.get("title") == "Resolve")
    await town.teams.press("bo", posted, verb="resolve", data=save["data"])
    assert (await town.alert(posted["number"])).status is Status.RESOLVED


async def test_reopen_goes_back_to_new_where_nobody_has_it(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Resolve…")
    await town.pressed("ana", posted, "Resolve")
    assert "New" in await town.pressed("bo", posted, "Reopen")
    kept = await town.alert(posted["number"])
    assert (kept.status, kept.assignee, kept.resolved_at) == (Status.NEW, None, None)


async def test_link_offers_incidents_that_exist_and_a_new_one(town: Town) -> None:
    first = await town.raised("First step")
    await town.pressed("ana", first, "Link…")
    await town.pressed("ana", first, "Link", incident="new")
    second = await town.raised("Second step")
    offered = await town.pressed("bo", second, "Link…")
    assert "1: First step" in offered
    assert "New incident: Second step" in offered
    assert "incident 1" in await town.pressed("bo", second, "Link", incident="1")
    assert [(await town.alert(posted["number"])).incident for posted in (first, second)] == [1, 1]


async def test_similar_details_and_history_are_only_for_who_pressed_and_lead_back(town: Town) -> None:
    first = await town.raised("Backup job dumps memory", **_one_device())
    await town.told("ana", f"resolve {first['number']} fp not malicious")
    posted = await town.raised("Backup job dumps memory", **_one_device())

    shown = await town.pressed("ana", posted, "Similar")
    assert f"#{first['number']}" in shown
    assert "web-1" in shown
    assert "False positive" in shown
    assert "Assign to me" in await town.pressed("ana", posted, "Back")

    details = await town.pressed("ana", posted, "Details")
    for words in ("web-1", "Isolate the device", "T1003"):
        assert words in details
    assert "Assign to me" in buttons(await town.teams.card("alerts", as_="bo", containing=f"#{posted['number']}"))
    assert "Assign to me" in await town.pressed("ana", posted, "Back")
    assert (await town.alert(posted["number"])).revision == 1, "looking changes nothing"


async def test_an_alert_opened_from_the_queue_leads_back_to_its_page_and_can_be_refreshed(town: Town) -> None:
    posted = await town.raised()
    await town.told("bo", "queue", in_="alerts")
    queue = await town.teams.wait_for_card("alerts", "Queue")
    opened = await town.pressed("bo", queue, f"Open #{posted['number']}")
    assert "Assign to me" in opened
    await town.pressed("ana", posted, "Assign to me")
    assert "Ana Alvarez" in await town.pressed("bo", queue, "Refresh")
    assert "Isolate the device" in await town.pressed("bo", queue, "Details")
    await town.pressed("bo", queue, "Back")
    assert "1 open" in await town.pressed("bo", queue, "Back")


async def test_text_of_attackers_and_people_stays_text(town: Town) -> None:
    posted = await town.raised("<at>Ana Alvarez</at> [reset now](https://evil.example) **x**")
    await town.pressed("bo", posted, "Comment…")
    await town.pressed("bo", posted, "Comment", comment="<at>Tocsin</at> [here](https://evil.example)")
    seen = await town.teams.wait_for_card("alerts", "Bo Berg")
    assert not [entity for entity in seen["entities"] if entity.get("type") == "mention"]
    assert "Bo Berg" in card_text(seen["card"])


def _one_device() -> dict[str, object]:
    evidence = graph_alert(full=True)["evidence"]
    return {"evidence": evidence[:1]}
