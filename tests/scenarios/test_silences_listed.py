"""Silences that stand at Alertmanager: one list of all, whoever made them, each lifted by a button."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.scenarios.test_permission_roles import PEOPLE
from tests.scenarios.test_silencing import fired, manager, standing, town_with
from tests.support.alertmanagers import Manager, stand_in
from tests.support.sandbox import buttons
from tests.support.town import Town

__all__ = ["manager"]

Json = dict[str, Any]


async def made_there(there: Manager, name: str, *, hours: float = 2, begins: float = 0, **more: Any) -> str:
    """Somebody makes a silence in Alertmanager itself; its id."""
    now = datetime.now(UTC)
    body = {
        "matchers": [
            {"name": "alertname", "value": name, "isRegex": False, "isEqual": True},
            {"name": "instance", "value": "web-.*", "isRegex": True, "isEqual": False},
        ],
        "startsAt": (now + timedelta(hours=begins)).isoformat(),
        "endsAt": (now + timedelta(hours=begins + hours)).isoformat(),
        "createdBy": "hugo",
        "comment": "disks are being replaced",
    } | more
    async with there.http.post(f"{there.url}/api/v2/silences", json=body) as answer:
        answer.raise_for_status()
        found: str = (await answer.json())["silenceID"]
    return found


async def listed(town: Town, containing: str, *, by: str = "ana", in_: str = "alerts") -> Json:
    """Ask for the list until it says something; its message."""
    told = ""
    for _ in range(40):
        told = await town.told(by, "silences", in_=in_)
        if containing in told:
            return await town.teams.wait_for_card(in_, containing)
        await town.teams.until(_soon(), seconds=5, waiting_for="the next look")
    raise AssertionError(f"{containing!r} is not among {told}")


def _soon() -> Any:
    begun = datetime.now(UTC)

    async def over() -> bool:
        return datetime.now(UTC) - begun > timedelta(seconds=0.3)

    return over


async def test_all_that_stands_is_listed_whoever_made_it(manager: Manager, tmp_path: Path) -> None:
    async with town_with(tmp_path, manager) as town:
        posted = await fired(town)
        await made_there(manager, "NodeDown", hours=1)
        await town.told("ana", f"silence {posted['number']} 4h deploying")
        await standing(town, manager, 2)
        message = await listed(town, f"Lift #{posted['number']}")
        words = await town.told("ana", "silences", in_="alerts")
        assert words.index("alertname=NodeDown · instance!~web-.*") < words.index("DiskAlmostFull")
        assert "59 min left" in words or "1 h 0 min left" in words
        assert "hugo" in words
        assert "disks are being replaced" in words
        assert "Ana" in words
        assert "2 silences" in words
        assert {"Lift NodeDown", f"Lift #{posted['number']}"} <= set(buttons(message["card"]))


async def test_each_is_lifted_by_its_button_and_ours_stands_in_the_history(manager: Manager, tmp_path: Path) -> None:
    async with town_with(tmp_path, manager) as town:
        posted = await fired(town)
        await made_there(manager, "NodeDown")
        await town.told("ana", f"silence {posted['number']} 4h deploying")
        await standing(town, manager, 2)
        message = await listed(town, "Lift NodeDown")
        assert "lifts it" in await town.pressed("ana", message, "Lift NodeDown")
        (left,) = await standing(town, manager, 1)
        assert left["comment"].startswith("deploying")
        message = await listed(town, f"Lift #{posted['number']}")
        await town.pressed("ana", message, f"Lift #{posted['number']}")
        await standing(town, manager, 0)
        assert [entry.kind.value for entry in await town.history(posted["number"])] == ["created", "silenced", "lifted"]
        await listed(town, "No silence stands.")


async def test_what_is_lifted_over_there_is_gone_from_the_list(manager: Manager, tmp_path: Path) -> None:
    async with town_with(tmp_path, manager) as town:
        await fired(town)
        there = await made_there(manager, "NodeDown")
        message = await listed(town, "Lift NodeDown")
        await manager.lift(there)
        await listed(town, "No silence stands.")
        data = {"silence": there, "do": "lift", "nonce": "late"}
        late = await town.teams.press("ana", message, verb="silences", data=data)
        assert "no such silence any more" in str(late["body"])


async def test_what_begins_later_says_when_and_many_have_pages(manager: Manager, tmp_path: Path) -> None:
    async with town_with(tmp_path, manager) as town:
        await fired(town)
        for place in range(7):
            await made_there(manager, f"Plan{place}", begins=24 + place)
        message = await listed(town, "7 silences")
        first = await town.told("ana", "silences", in_="alerts")
        assert "from " in first
        assert "Plan5" in first
        assert "Plan6" not in first
        assert "Plan6" in await town.pressed("ana", message, "Next")
        assert "Plan0" in await town.pressed("ana", message, "Previous")
        assert "Plan6" in await town.told("ana", "silences 2", in_="alerts")


async def test_whoever_sees_some_alerts_only_sees_no_silences_of_others(tmp_path: Path) -> None:
    """What a silence is for may tell of hosts that one knows nothing of."""
    async with stand_in() as (there, _):
        roles = {
            "TOCSIN_ADMINISTRATORS": PEOPLE["ana"],
            "TOCSIN_RESPONDERS": PEOPLE["bo"],
            "TOCSIN_READERS": PEOPLE["dana"],
        }
        async with town_with(tmp_path, there, **roles) as town:
            await fired(town)
            await made_there(there, "NodeDown")
            await listed(town, "Lift NodeDown")
            assert "No silence stands." in await town.told("bo", "silences", in_="quiet")
            assert "No silence stands." in await town.told("ana", "silences", in_="quiet"), "Bo reads it, too"
            assert "NodeDown" in await town.told("ana", "silences")
            message = await town.teams.wait_for_card("alerts", "Lift NodeDown")
            refused = await town.pressed("dana", message, "Lift NodeDown")
            assert "needs the permission role Responder" in refused
            looked = await town.told("dana", "silences", in_="alerts")
            assert "NodeDown" in looked
            assert "Lift NodeDown" not in looked


async def test_while_alertmanager_is_away_the_list_says_when_it_was_asked_last(tmp_path: Path) -> None:
    async with stand_in() as (there, state), town_with(tmp_path, there) as town:
        await fired(town)
        await made_there(there, "NodeDown")
        message = await listed(town, "Lift NodeDown")
        assert "In Alertmanager as of" in await town.told("ana", "silences", in_="alerts")
        state.lifting += [503, 503]
        await town.pressed("ana", message, "Lift NodeDown")
        await listed(town, "lifts it: 503")
        await standing(town, there, 0)


async def test_without_an_alertmanager_it_says_what_is_missing(town: Town) -> None:
    assert "TOCSIN_ALERTMANAGER_URL" in await town.told("ana", "silences", in_="alerts")
