"""Everybody reads what only they see in their own language and zone; what a channel sees is in one language."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.app import running
from bot.sandbox.carddata import buttons as card_buttons
from bot.sandbox.config import SandboxConfig
from bot.settings import Settings, SettingsError
from tests.support.sandbox import buttons, card_text, message_text
from tests.support.town import Town, running_town

Json = dict[str, Any]


@pytest.fixture
async def german_town(tmp_path: Path) -> AsyncIterator[Town]:
    """The deployment's language is German, its zone Berlin."""
    settings = {"TOCSIN_LANGUAGE": "de", "TOCSIN_ZONE": "Europe/Berlin"}
    async with running_town(tmp_path, settings=settings, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "Tocsin ist da")
        yield town


async def test_a_press_is_answered_in_the_pressers_language_and_the_channel_stays_as_it_was(town: Town) -> None:
    await town.teams.sets("bo", locale="de-DE", timezone="Europe/Berlin")
    posted = await town.raised()

    assert "Wohin sie geht" in await town.pressed("bo", posted, "Details")
    assert "Where it goes" in await town.pressed("ana", posted, "Details")
    assert "Mir zuweisen" in await town.pressed("bo", posted, "Zurück")

    assert "Bo Berg hat sie" in await town.pressed("bo", posted, "Mir zuweisen")
    shared = await town.teams.wait_for_card("alerts", "Bo Berg has it", as_="chidi")
    assert "Start" in buttons(shared["card"])


async def test_a_refusal_is_in_the_language_of_who_was_refused(town: Town) -> None:
    await town.teams.sets("bo", locale="de-AT")
    posted = await town.raised()
    stale = next(one.action["data"] for one in card_buttons(posted["card"]) if one.action["title"] == "Assign to me")
    await town.told("ana", f"assign {posted['number']} me", in_="alerts")
    late = await town.teams.press("bo", posted, verb="assign", data=dict(stale))
    assert "Ana Alvarez war schneller" in card_text(late["body"]["value"])


async def test_somebody_chooses_another_language_than_their_teams(town: Town) -> None:
    posted = await town.raised()
    await town.teams.install("bo", chat="bo")
    await town.teams.wait_for_card("bo", "Tocsin is here", as_="bo")

    assert "There are: de (Deutsch), en (English)." in await town.told("bo", "language")
    assert "I do not speak “klingon”" in await town.told("bo", "language klingon")
    assert "Was nur Sie sehen, ist von jetzt an auf Deutsch." in await town.told("bo", "language german")
    assert "Wohin sie geht" in await town.pressed("bo", posted, "Details")
    assert "Warteschlange" in await town.told("bo", "queue")
    assert "Where it goes" in await town.pressed("ana", posted, "Details")

    assert "the language of your Teams again: English" in await town.told("bo", "language teams")
    assert "Queue" in await town.told("bo", "queue")


async def test_what_is_wrong_with_a_filter_is_said_in_the_language_of_who_typed_it(town: Town) -> None:
    await town.teams.sets("bo", locale="de-DE")
    await town.teams.install("bo", chat="bo")
    for typed, told in (
        ("queue severty:high", "ein Feld severty gibt es nicht; gemeint war severity?"),
        ("queue (tag:lab", "diese Klammer ist nicht geschlossen."),
        ("tune 1 hide any-type on", "Die Regel stimmt bei „on“ nicht"),
    ):
        await town.teams.says("bo", typed)
        await town.teams.wait_for("bo", lambda m, told=told: told in message_text(m), as_="bo")  # type: ignore[misc]


async def test_a_dialog_is_in_the_language_of_who_opened_it(town: Town) -> None:
    await town.teams.sets("bo", locale="de-DE")
    posted = await town.raised()

    opened = await town.teams.press("bo", posted, "Manage…")
    value = opened["body"]["task"]["value"]
    assert value["title"] == f"Warnung #{posted['number']} verwalten"
    text = card_text(value["card"]["content"])
    assert "Was Sie sahen" in text
    assert "In Bearbeitung" in text

    refused = await town.teams.submits("bo", "Speichern", tags="x" * 90)
    assert "Ein Tag hat 1 bis" in card_text(refused["body"]["task"]["value"]["card"]["content"])


async def test_the_own_chat_is_in_ones_own_language_and_a_channel_in_the_deployments(town: Town) -> None:
    await town.teams.sets("bo", locale="de-DE")
    posted = await town.raised()
    await town.teams.install("bo", chat="bo")

    await town.teams.says("bo", "queue")
    await town.teams.wait_for_card("bo", "Warteschlange", as_="bo")
    await town.teams.says("bo", f"alert {posted['number']}")
    copy = await town.teams.wait_for_card("bo", "noch bei niemandem", as_="bo")
    await town.teams.says("bo", "hlep")
    await town.teams.wait_for("bo", lambda m: "Gemeint war „help“?" in message_text(m), as_="bo")

    await town.teams.says("bo", "queue", in_="alerts")
    answer = await town.teams.wait_for_card("alerts", "Queue", as_="bo")
    assert "Nobody" in card_text(answer["card"]) or "nobody" in card_text(answer["card"])

    await town.pressed("ana", posted, "Assign to me")
    changed = await town.teams.wait_for_card("bo", "Ana Alvarez hat sie", as_="bo")
    assert changed["id"] == copy["id"]


async def test_times_are_in_the_zone_of_who_reads_them(town: Town) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    for who, zone in (("ana", "Asia/Tokyo"), ("chidi", "America/New_York")):
        await town.teams.sets(who, timezone=zone)
        await town.teams.install(who, chat=who)
    posted = await town.raised(firstActivityDateTime=began.isoformat(), lastActivityDateTime=began.isoformat())
    assert f"{began:%H:%M}" in card_text(posted["card"]), "a channel has the deployment's zone, UTC"

    for who, zone in (("ana", "Asia/Tokyo"), ("chidi", "America/New_York")):
        here = f"{began.astimezone(ZoneInfo(zone)):%H:%M}"
        await town.teams.says(who, f"alert {posted['number']}")
        await town.teams.wait_for_card(who, here, as_=who)
        assert here in await town.pressed(who, posted, "Details")

    await town.told("chidi", f"assign {posted['number']} me")
    shared = await town.teams.wait_for_card("alerts", "Chidi Cole has it", as_="bo")
    assert f"{began:%H:%M} UTC" in card_text(shared["card"]), "somebody's clock shows something else, so it says whose"


async def test_a_time_that_is_typed_is_in_the_zone_of_the_answer(town: Town) -> None:
    await town.teams.sets("ana", timezone="Asia/Tokyo")
    await town.teams.install("ana", chat="ana")
    await town.teams.says("ana", "maintenance host:web-9 22:00-02:00 for patching")
    await town.teams.wait_for_card("ana", "22:00", as_="ana")
    (window,) = await town.kept(lambda uow: uow.windows.standing(datetime.now(UTC)))
    assert window.starts_at.astimezone(ZoneInfo("Asia/Tokyo")).hour == 22


async def test_a_deployment_may_speak_german(german_town: Town) -> None:
    town = german_town
    posted = await town.raised()
    assert {"Mir zuweisen", "Lösen…"} <= set(buttons(posted["card"]))
    assert "noch bei niemandem" in card_text(posted["card"])
    assert "Hoch" in message_text(posted)
    # Ana's Teams is English.
    assert "Where it goes" in await town.pressed("ana", posted, "Details")
    # Nobody has made a French catalogue yet.
    await town.teams.sets("bo", locale="fr-FR")
    assert "Wohin sie geht" in await town.pressed("bo", posted, "Details")


async def test_a_language_that_there_is_not_stops_the_start(town: Town) -> None:
    settings = Settings.from_environment({**town.environment, "TOCSIN_LANGUAGE": "tlh"})
    with pytest.raises(SettingsError, match=r"TOCSIN_LANGUAGE: 'tlh' is none of de, en"):
        async with running(settings):
            pass
