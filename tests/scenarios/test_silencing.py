"""Silence from the card: made in Alertmanager, seen there, lifted again, from either side."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.alertmanagers import PROGRAM, Manager, StandIn, real_alertmanager, stand_in
from tests.support.payloads import alertmanager_alert, alertmanager_webhook, graph_alert
from tests.support.sandbox import buttons, card_text
from tests.support.town import Town, running_town

Json = dict[str, Any]


@pytest.fixture(params=["the real one", "stand-in"])
async def manager(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Manager]:
    if request.param == "stand-in":
        async with stand_in() as (there, _):
            yield there
    elif PROGRAM is None:
        pytest.skip("Alertmanager is not installed")
    else:
        async with real_alertmanager(tmp_path) as there:
            yield there


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[tuple[Town, Manager, StandIn]]:
    async with AsyncExitStack() as stack:
        there, state = await stack.enter_async_context(stand_in())
        yield (
            await stack.enter_async_context(town_with(tmp_path, there, TOCSIN_ALERTMANAGER_TOKEN="secret")),
            there,
            state,
        )


def town_with(folder: Path, there: Manager, **settings: str) -> Any:
    more = {"TOCSIN_ALERTMANAGER_URL": there.url, "TOCSIN_ALERTMANAGER_SECONDS": "0.5", **settings}
    return running_town(folder, settings=more)


async def fired(town: Town) -> Json:
    await town.teams.install("ana", channel="alerts")
    now = datetime.now(UTC).isoformat()
    number = (await town.report("alertmanager", alertmanager_webhook(alertmanager_alert(startsAt=now))))["alerts"][0]
    return {**await town.teams.wait_for_card("alerts", f"#{number}"), "number": number}


async def standing(town: Town, there: Manager, count: int) -> list[Json]:
    async def so_many() -> bool:
        return len(await there.silences()) == count

    await town.teams.until(so_many, seconds=10, waiting_for=f"{count} silences")
    return await there.silences()


async def test_a_silence_is_made_extended_shown_and_lifted(manager: Manager, tmp_path: Path) -> None:
    async with town_with(tmp_path, manager) as town:
        posted = await fired(town)
        form = await town.pressed("ana", posted, "Silence…")
        assert "DiskAlmostFull" in str(form)
        await town.teams.press(
            "ana", posted, "Silence", inputs={"span": "4h", "labels": "alertname,instance", "comment": "deploying"}
        )
        (made,) = await standing(town, manager, 1)
        assert {(each["name"], each["value"], each["isRegex"]) for each in made["matchers"]} == {
            ("alertname", "DiskAlmostFull", False),
            ("instance", "web-1.example.com:9100", False),
        }
        assert made["comment"] == f"deploying (Tocsin #{posted['number']})"
        assert made["createdBy"].startswith("Ana")
        until = datetime.fromisoformat(made["endsAt"])
        assert timedelta(hours=3, minutes=58) < until - datetime.now(UTC) < timedelta(hours=4, minutes=1)
        shown = await town.teams.wait_for_card("alerts", "Silenced in Alertmanager until")
        assert shown["id"] == posted["id"]
        assert "deploying" in card_text(shown["card"])

        assert "silenced it until" in await town.told("ana", f"silence {posted['number']} 2d")
        await town.teams.until(
            lambda: _lasts(manager, timedelta(days=1)), seconds=10, waiting_for="the silence to be extended"
        )
        (longer,) = await standing(town, manager, 1)
        assert len(longer["matchers"]) == 4
        assert "Lift silence" in buttons((await seen(town, posted))["card"], hidden=True)

        await town.pressed("ana", posted, "Lift silence")
        assert await standing(town, manager, 0) == []
        history = [entry.kind.value for entry in await town.history(posted["number"])]
        assert history == ["created", "silenced", "silenced", "lifted"]


async def _lasts(manager: Manager, at_least: timedelta) -> bool:
    found = await manager.silences()
    return bool(found) and datetime.fromisoformat(found[0]["endsAt"]) - datetime.now(UTC) > at_least


async def seen(town: Town, posted: Json) -> Json:
    return next(m for m in await town.teams.messages("alerts", as_="ana") if m["id"] == posted["id"])


async def test_what_is_lifted_over_there_or_runs_out_is_said_on_the_card(manager: Manager, tmp_path: Path) -> None:
    async with town_with(tmp_path, manager) as town:
        posted = await fired(town)
        await town.told("ana", f"silence {posted['number']} 1h")
        (made,) = await standing(town, manager, 1)
        await town.teams.wait_for_card("alerts", "Silenced in Alertmanager until")
        await manager.lift(made["id"])

        async def is_over() -> bool:
            return not (await town.alert(posted["number"])).silenced_until

        await town.teams.until(is_over, seconds=10, waiting_for="the end of the silence")
        last = (await town.history(posted["number"]))[-1]
        assert (last.kind.value, last.actor.id) == ("lifted", "alertmanager")

        async def is_not_said() -> bool:
            return "Silenced in" not in card_text((await seen(town, posted))["card"])

        await town.teams.until(is_not_said, seconds=10, waiting_for="a card without a silence")


async def test_undo_takes_a_silence_back(manager: Manager, tmp_path: Path) -> None:
    async with town_with(tmp_path, manager) as town:
        posted = await fired(town)
        await town.told("ana", f"silence {posted['number']} 1h deploying")
        await standing(town, manager, 1)
        await town.told("ana", f"undo {posted['number']}")
        await standing(town, manager, 0)
        assert (await town.alert(posted["number"])).silenced_until == ""


async def test_while_alertmanager_is_away_the_card_says_so_and_it_is_tried_again(
    place: tuple[Town, Manager, StandIn],
) -> None:
    town, there, state = place
    posted = await fired(town)
    state.faults += [503, 503]
    await town.told("ana", f"silence {posted['number']} 1h")
    await town.teams.wait_for_card("alerts", "not yet in Alertmanager: 503")
    await standing(town, there, 1)
    await town.teams.wait_for_card("alerts", "Silenced in Alertmanager until")
    assert state.authorization == "Bearer secret"


async def test_an_answer_that_was_lost_makes_no_second_silence(place: tuple[Town, Manager, StandIn]) -> None:
    town, there, state = place
    posted = await fired(town)
    state.faults += [0]
    await town.told("ana", f"silence {posted['number']} 1h")
    await town.teams.wait_for_card("alerts", "Silenced in Alertmanager until")
    assert len(await there.silences()) == 1


async def test_what_alertmanager_refuses_stands_on_the_card_with_its_words(
    place: tuple[Town, Manager, StandIn],
) -> None:
    town, _, state = place
    posted = await fired(town)
    state.faults += [400]
    await town.told("ana", f"silence {posted['number']} 1h")
    shown = await town.teams.wait_for_card("alerts", "Alertmanager refused the silence")
    assert "no, not so" in card_text(shown["card"])


async def test_what_cannot_be_silenced_is_refused_in_words(place: tuple[Town, Manager, StandIn]) -> None:
    town, _, _ = place
    posted = await fired(town)
    other = (await town.report("graph", graph_alert(id="da1", incidentId=None)))["alerts"][0]
    assert "Only alerts of Alertmanager" in await town.told("ana", f"silence {other} 1h")
    assert "For how long?" in await town.told("ana", f"silence {posted['number']} for ever")
    assert "For how long?" in await town.told("ana", f"silence {posted['number']} 400d")
    assert "It is not silenced" in await town.told("ana", f"lift {posted['number']}")


async def test_without_an_alertmanager_there_is_no_button_and_the_command_says_what_is_missing(town: Town) -> None:
    number = (await town.report("alertmanager", alertmanager_webhook()))["alerts"][0]
    posted = await town.teams.wait_for_card("alerts", f"#{number}")
    assert "Silence…" not in buttons(posted["card"], hidden=True)
    assert "TOCSIN_ALERTMANAGER_URL" in await town.told("ana", f"silence {number} 1h")
