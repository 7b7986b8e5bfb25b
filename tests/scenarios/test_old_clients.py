"""Clients too old for Action.Execute send its fallback, a message with data; the answer is a message too."""

from collections.abc import Awaitable, Callable

from bot.sandbox.carddata import buttons
from tests.support.sandbox import Json, card_text
from tests.support.town import Town


async def fallback_data(town: Town, posted: Json, title: str) -> Json:
    card = await town.teams.card(posted["conversation"], containing=f"#{posted['number']}")
    action = next(button.action for button in buttons(card) if button.action.get("title") == title)
    return dict(action["fallback"]["data"])


async def test_a_press_of_an_old_client_takes_effect_and_is_answered_in_the_thread(town: Town) -> None:
    posted = await town.raised()
    data = await fallback_data(town, posted, "Assign to me")
    answer = await town.teams.press("bo", posted, submit=data)
    assert answer["outcome"] == "none"
    reply = await town.teams.wait_for_card("alerts", "Bo Berg")
    assert (await town.alert(posted["number"])).assignee == (await town.teams.person("bo"))["objectId"]
    assert reply["thread"] in (None, posted["id"])


async def test_a_form_of_an_old_client_comes_as_a_message_and_can_be_sent(town: Town) -> None:
    posted = await town.raised()
    await town.teams.press("bo", posted, submit=await fallback_data(town, posted, "Comment…"))
    form = await town.teams.wait_for_card("alerts", "What you saw, did")
    save = next(b.action for b in buttons(form["card"]) if b.action.get("title") == "Comment")
    await town.teams.press("bo", form, submit={**save["fallback"]["data"], "comment": "from an old phone"})
    await town.teams.wait_for_card("alerts", "from an old phone")
    assert (await town.alert(posted["number"])).comment_count == 1


async def test_a_message_of_an_old_client_that_comes_twice_is_answered_once(town: Town) -> None:
    posted = await town.raised()
    value = await fallback_data(town, posted, "Assign to me")
    for _ in range(3):
        sent = {"value": value, "id": "1700000000456"}
        await town.teams.sends("bo", in_="alerts", thread=posted["id"], overrides=sent, without=["text", "entities"])
    await town.told("bo", "help")
    await town.told("bo", "help", in_="alerts")
    replies = [m for m in await town.teams.from_bot("alerts") if m["thread"] == posted["id"]]
    assert len(replies) == 1
    assert len(await town.history(posted["number"])) == 2


async def test_data_that_makes_no_sense_is_answered_in_words(town: Town) -> None:
    posted = await town.raised()
    good = await fallback_data(town, posted, "Assign to me")
    for bad in ({**good, "verb": "explode"}, {**good, "actor": "ana"}, {**good, "verb": "classify",
                "classification": "evil", "determination": "x"}, {"x": 1}, [1], 7):  # fmt: skip
        before = len(await town.teams.from_bot("alerts"))
        await town.teams.press("bo", posted, submit=bad)
        await town.teams.until(_said(town, before + 1), waiting_for="an answer", show="alerts")
        newest = (await town.teams.from_bot("alerts"))[-1]
        assert "could not be understood" in newest["plain"]
        assert not newest["card"]
    assert (await town.alert(posted["number"])).revision == 1


async def test_a_refused_press_of_an_old_client_is_answered_with_the_fresh_card(town: Town) -> None:
    posted = await town.raised()
    data = await fallback_data(town, posted, "Assign to me")
    await town.pressed("ana", posted, "Assign to me")
    await town.teams.press("bo", posted, submit=data)
    answer = await town.teams.wait_for_card("alerts", "Ana Alvarez was first")
    assert "Ana Alvarez has it" in card_text(answer["card"])


def _said(town: Town, count: int) -> Callable[[], Awaitable[bool]]:
    async def there() -> bool:
        return len(await town.teams.from_bot("alerts")) >= count

    return there
