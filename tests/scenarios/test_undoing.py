"""Undo: one's own last step, its inverse, and redo."""

from bot.alerts.words import Status
from tests.support.sandbox import card_text
from tests.support.town import Town


async def test_undo_takes_back_ones_last_step_and_undo_again_redoes_it(town: Town) -> None:
    posted = await town.raised()
    number = posted["number"]
    await town.pressed("ana", posted, "Resolve…")
    await town.pressed("ana", posted, "Resolve", classification="falsePositive:notMalicious", comment="A test.")

    shown = await town.pressed("ana", posted, "Undo")
    assert "New" in shown
    assert "False positive" not in shown
    taken_back = await town.alert(number)
    assert (taken_back.status, taken_back.determination, taken_back.comment_count) == (Status.NEW, "", 0)
    assert taken_back.resolved_at is None

    shown = await town.pressed("ana", posted, "Undo")
    assert "Resolved" in shown
    redone = await town.alert(number)
    assert (redone.status, redone.determination, redone.comment_count) == (Status.RESOLVED, "notMalicious", 1)
    assert [entry.kind.value for entry in await town.history(number)] == ["created", "resolved", "undone", "undone"]


async def test_a_withdrawn_comment_is_struck_through_and_not_on_the_card(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("bo", posted, "Comment…")
    await town.pressed("bo", posted, "Comment", comment="wrong window, sorry")
    assert "wrong window" not in await town.pressed("bo", posted, "Undo")
    answer = await town.teams.press("ana", posted, "History")
    struck = [run for run in _runs(answer["body"]["value"]) if "wrong window" in run["text"]]
    assert struck
    assert all(run.get("strikethrough") for run in struck)
    assert "Bo Berg took a comment back" in card_text(answer["body"]["value"])

    await town.pressed("bo", posted, "Undo")
    await town.teams.wait_for_card("alerts", "wrong window", as_="chidi")
    assert (await town.alert(posted["number"])).comment_count == 1


async def test_undo_is_refused_where_the_field_has_changed_since_and_shows_the_fresh_card(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Assign to me")
    await town.told("bo", f"assign {posted['number']} me", in_="alerts")
    shown = await town.pressed("ana", posted, "Undo")
    assert "cannot be undone: Bo Berg has changed “Assigned to” since" in shown
    assert "Bo Berg" in shown
    assert (await town.alert(posted["number"])).revision == 3


async def test_undo_never_touches_what_others_did(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Assign to me")
    shown = await town.pressed("bo", posted, "Undo")
    assert "nothing of yours" in shown
    await town.pressed("bo", posted, "Tag…")
    await town.pressed("bo", posted, "Save tags", tags="vip")
    await town.pressed("ana", posted, "Undo")
    kept = await town.alert(posted["number"])
    assert (kept.assignee, kept.tags) == (None, ("vip",))


async def test_undo_by_command_takes_back_a_press_and_the_other_way_round(town: Town) -> None:
    posted = await town.raised()
    number = posted["number"]
    await town.pressed("ana", posted, "Assign to me")
    assert f"#{number}: Ana Alvarez undid" in await town.told("ana", f"undo {number}", in_="alerts")
    assert (await town.alert(number)).assignee is None
    await town.told("ana", f"tag {number} +lab", in_="alerts")
    await town.pressed("ana", posted, "Undo")
    assert (await town.alert(number)).tags == ()


def _runs(node: object) -> list[dict[str, str]]:
    if isinstance(node, list):
        return [run for item in node for run in _runs(item)]
    if not isinstance(node, dict):
        return []
    mine = [node] if node.get("type") == "TextRun" else []
    return mine + [run for value in node.values() for run in _runs(value)]
