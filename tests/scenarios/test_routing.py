"""Routes: several to a channel, a person's own, the fallback, limits of a day, and where an alert goes and why."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.alerts.ports import UnitOfWork
from bot.sandbox.config import SandboxConfig
from tests.scenarios.test_permission_roles import PEOPLE, town_of
from tests.scenarios.test_routes import on
from tests.support.sandbox import card_text, message_text
from tests.support.town import Town, running_town


async def seen(town: Town, where: str) -> str:
    return "\n".join(message_text(message) for message in await town.teams.from_bot(where))


async def reported(town: Town, number: int, host: str, title: str, **fields: object) -> int:
    (made,) = (await town.report("graph", on(number, host, title=title, **fields)))["alerts"]
    return int(made)


async def test_somebody_gets_in_their_own_chat_what_their_channels_get_and_they_asked_for(town: Town) -> None:
    told = await town.told("bo", "subscribe severity:high host:web-*")
    assert "your own chat" in told
    assert "For as long as you are in a channel" in told
    await reported(town, 1, "web-1", "For Bo, too", severity="high")
    await reported(town, 2, "pc-1", "Another host", severity="high")
    posted = await town.teams.wait_for_card("bo", "For Bo, too")
    assert "Bo Berg" in await town.pressed("bo", posted, "Assign to me")
    await town.teams.wait_for_card("alerts", "Another host")
    assert "Another host" not in await seen(town, "bo")
    assert "For Bo, too" not in await seen(town, "ana")

    assert "No new alerts are posted" in await town.told("bo", "unsubscribe")
    await reported(town, 3, "web-2", "After that", severity="high")
    await town.teams.wait_for_card("alerts", "After that")
    assert "After that" not in await seen(town, "bo")


async def test_it_ends_when_they_leave_the_channels(town: Town) -> None:
    await town.told("bo", "subscribe")
    await reported(town, 1, "web-1", "While Bo is here")
    there = await town.teams.wait_for_card("bo", "While Bo is here")
    ana = (await town.teams.person("ana"))["objectId"]

    def left(uow: UnitOfWork) -> None:
        (here,) = uow.conversations.subscribed()
        uow.conversations.keep_roster(here.id, [ana], datetime.now(UTC))

    await town.changed(left)
    number = await reported(town, 2, "web-2", "After Bo has left")
    await town.teams.wait_for_card("alerts", "After Bo has left")
    await town.told("ana", "comment 1 still here", in_="alerts")
    await town.teams.wait_for("bo", lambda m: m["id"] == there["id"] and "not available" in message_text(m))
    assert "After Bo has left" not in await seen(town, "bo")
    assert not (await town.kept(lambda uow: uow.routes.cards_of(number))).get(2, False)


async def test_one_who_leaves_before_the_card_goes_out_gets_none(town: Town) -> None:
    await town.told("bo", "subscribe")
    bo = (await town.teams.person("bo"))["objectId"]
    await town.teams.fault(on="post", conversation="bo", status=503, retryAfter=3, times=1)
    await reported(town, 1, "web-1", "Not for Bo any more")
    await town.teams.wait_for_card("alerts", "Not for Bo any more")

    def left(uow: UnitOfWork) -> None:
        (here,) = uow.conversations.subscribed()
        others = uow.conversations.roster(here.id).people - {bo}
        uow.conversations.keep_roster(here.id, others, datetime.now(UTC))

    await town.changed(left)

    async def settled() -> bool:
        return (await town.kept(lambda uow: uow.cards.next_due())) is None

    await town.teams.until(settled, seconds=10, waiting_for="nothing to wait any more")
    assert "Not for Bo any more" not in await seen(town, "bo")


async def test_a_channel_has_several_routes_with_names_and_one_card_for_each_alert(town: Town) -> None:
    await town.told("bo", "subscribe as web host:web-* limit:5", in_="quiet")
    told = await town.told("bo", "subscribe as bad severity:high", in_="quiet")
    assert "1 more route brings alerts here" in told
    await reported(town, 1, "web-1", "Both routes want it", severity="high")
    await reported(town, 2, "pc-1", "The second one", severity="high")
    await reported(town, 3, "pc-2", "Neither", severity="low")
    await town.teams.wait_for_card("quiet", "Both routes want it")
    await town.teams.wait_for_card("quiet", "The second one")
    await town.teams.wait_for_card("alerts", "Neither")
    there = await seen(town, "quiet")
    assert "Neither" not in there
    assert len([m for m in await town.teams.from_bot("quiet") if "Both routes" in card_text(m["card"] or {})]) == 1

    listed = await town.told("ana", "routes", in_="quiet")
    assert "web" in listed
    assert "0 of 5 cards today" in listed, "the route without a limit took it"
    assert "The route “bad” is gone." in await town.told("bo", "unsubscribe bad", in_="quiet")
    assert "There is no route “bad” here" in await town.told("bo", "unsubscribe bad", in_="quiet")
    await reported(town, 4, "pc-3", "Nobody there wants it", severity="high")
    await town.teams.wait_for_card("alerts", "Nobody there wants it")
    assert "Nobody there wants it" not in await seen(town, "quiet")


async def test_a_fallback_gets_what_no_other_route_takes(town: Town) -> None:
    await town.told("ana", "subscribe host:web-*", in_="alerts")
    assert "no other route takes" in await town.told("bo", "subscribe fallback", in_="quiet")
    await town.told("chidi", "subscribe host:pc-*")
    taken = await reported(town, 1, "web-1", "Taken")
    left = await reported(town, 2, "pc-1", "Left over")
    await town.teams.wait_for_card("quiet", "Left over")
    await town.teams.wait_for_card("alerts", "Taken")
    assert "Taken" not in await seen(town, "quiet")
    await town.teams.wait_for_card("chidi", "Left over")
    assert f"#{left}" in await town.told("bo", "queue", in_="quiet")
    assert f"#{taken}" not in await town.told("bo", "queue", in_="quiet")

    why = await town.told("bo", f"why {left}", in_="quiet")
    assert "no other route takes it, and this is a fallback" in why
    assert "1 other place" in why
    asked = await town.told("bo", f"where {taken}")
    assert "it fits: host:web-*" in asked
    assert "another route takes it" in asked


async def test_beyond_the_limit_of_the_day_alerts_share_a_card_and_high_severity_does_not(town: Town) -> None:
    told = await town.told("bo", "subscribe host:web-* limit:2", in_="quiet")
    assert "At most 2 cards a day" in told
    for number in range(1, 6):
        await reported(town, number, f"web-{number}", f"Number {number}.", severity="medium", detectorId=f"t{number}")
    worse = await reported(town, 6, "web-6", "The bad one", severity="high", detectorId="t6")
    await town.teams.wait_for_card("quiet", "The bad one")
    shared = await town.teams.wait_for_card("quiet", "Beyond today's limit of 2 cards")
    await town.teams.wait_for("quiet", lambda m: m["id"] == shared["id"] and "3 alerts" in message_text(m), seconds=10)
    shown = await town.pressed("bo", shared, "Show")
    for number in (3, 4, 5):
        assert f"#{number}" in shown
    assert f"#{worse}" not in shown
    assert "3 of 2 cards today · 3 alerts beyond it" in await town.told("bo", "routes", in_="quiet")
    assert "a card that several alerts share" in await town.told("bo", "where 4", in_="quiet")


async def test_where_says_which_tests_do_not_hold_and_hides_what_is_none_of_ones_business(town: Town) -> None:
    number = await reported(town, 1, "pc-1", "Somewhere", severity="medium")
    posted = await town.teams.wait_for_card("alerts", "Somewhere")
    await town.told("bo", "subscribe host:web-* severity>=medium service:identity", in_="quiet")
    await town.pressed("ana", posted, "Details")
    shown = await town.pressed("ana", posted, "Where it goes")
    assert "the route takes every alert" in shown
    assert "It has a card there." in shown
    assert "it does not fit: host:web-*, service:identity" in shown
    assert "host:web-*" not in await town.told("ana", f"where {number}", in_="alerts"), "another channel's filter"
    assert "not available" in await town.told("bo", f"where {number}", in_="quiet")
    assert "not available" in await town.told("bo", "where 999", in_="quiet")


async def test_routes_that_make_no_sense_are_refused_in_words(town: Town) -> None:
    for said, part in {
        "subscribe as": "A route's name is one word",
        "subscribe as a/b host:x": "A route's name is one word",
        "subscribe fallback severity:huge": "severity is one of",
        "subscribe severity:high severity:low limit:3": "contradicts itself",
    }.items():
        assert part in await town.told("bo", said, in_="quiet"), said


@pytest.fixture
async def night_town(tmp_path: Path) -> AsyncIterator[Town]:
    """In Madrid, on a Saturday at 21:00."""
    generous = {
        "TOCSIN_CONVERSATION_LIMITS": "1000/1",
        "TOCSIN_TENANT_LIMITS": "5000/1",
        "TOCSIN_ZONE": "Europe/Madrid",
    }
    async with running_town(tmp_path, settings=generous, config=SandboxConfig(enforce_limits=False)) as town:
        await at(town, "2026-11-21T20:00:00+00:00")
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


async def at(town: Town, moment: str) -> None:
    await town.teams.set_clock(moment)
    await asyncio.sleep(0.7)  # longer than the program takes to hear of it


async def test_maintenance_holds_cards_back_counts_them_and_tells_at_its_end(night_town: Town) -> None:
    town = night_town
    told = await town.told("bo", "maintenance host:web-* 22:00-02:00 for patching", in_="alerts")
    for words in ("Maintenance 1 is set", "22:00 – 22 Nov 02:00", "patching", "High severity still gets cards"):
        assert words in told
    await reported(town, 1, "web-1", "Before it", severity="medium", detectorId="t1")
    await town.teams.wait_for_card("alerts", "Before it")

    await at(town, "2026-11-21T22:30:00+00:00")
    held = await reported(town, 2, "web-2", "While it lasts", severity="medium", detectorId="t2")
    gone = await reported(town, 3, "web-3", "Gone by the end", severity="medium", detectorId="t3")
    await reported(town, 4, "web-4", "Bad all the same", severity="high", detectorId="t4")
    await reported(town, 5, "pc-1", "Another host", severity="medium", detectorId="t5")
    await town.teams.wait_for_card("alerts", "Bad all the same")
    await town.teams.wait_for_card("alerts", "Another host")
    assert "While it lasts" not in await seen(town, "alerts")
    assert f"#{held}" in await town.told("ana", "queue", in_="alerts"), "it is kept, and can be handled"
    shown = await town.told("ana", "maintenance 1", in_="alerts")
    assert "2 alerts held back" in shown
    assert "While it lasts" in shown
    why = await town.told("ana", f"where {held}", in_="alerts")
    assert "held back by maintenance 1 · patching · until 22 Nov 02:00" in why
    await town.told("ana", f"resolve {gone} expected", in_="alerts")

    await at(town, "2026-11-22T01:05:00+00:00")
    card = await town.teams.wait_for_card("alerts", "Maintenance 1 is over")
    assert "1 alert" in card_text(card["card"])
    assert "While it lasts" in card_text(card["card"])
    assert "None. Say" in await town.told("ana", "maintenance", in_="alerts")


async def test_maintenance_is_ended_early_by_a_press_and_can_hold_back_high_severity(night_town: Town) -> None:
    town = night_town
    await town.told("bo", "maintenance * 3h even high", in_="alerts")
    await reported(town, 1, "web-1", "Nobody hears of it", severity="high")
    listed = await town.told("ana", "maintenance", in_="alerts")
    assert "every alert" in listed
    assert "1 held back" in listed
    windows = await town.teams.wait_for("alerts", lambda m: "1 held back" in message_text(m))
    await town.pressed("ana", windows, "Show 1")
    assert "It is over now." in await town.pressed("ana", windows, "End it now")
    await town.teams.wait_for_card("alerts", "Maintenance 1 is over")
    assert "It is over already" in await town.told("ana", "maintenance 1 end", in_="alerts")
    assert "not available" in await town.told("bo", "maintenance 1", in_="quiet"), "it is another channel's"


async def test_weekly_maintenance_comes_again_at_the_same_wall_time(night_town: Town) -> None:
    town = night_town
    told = await town.told("bo", "maintenance every sunday 22:00-02:00 host:web-* for patching", in_="alerts")
    assert "every Sunday, next 22 Nov 22:00 – 23 Nov 02:00" in told
    await at(town, "2026-11-29T21:30:00+00:00")
    await reported(town, 1, "web-1", "A week later", severity="medium")
    assert "1 alert held back" in await town.told("ana", "maintenance 1", in_="alerts")
    await at(town, "2026-11-30T01:30:00+00:00")
    await town.teams.wait_for_card("alerts", "Maintenance 1 is over")
    assert "next 6 Dec 22:00 – 7 Dec 02:00" in await town.told("ana", "maintenance", in_="alerts")


async def test_maintenance_that_makes_no_sense_is_refused_in_words(night_town: Town) -> None:
    for said, part in {
        "maintenance host:web-*": "Maintenance when?",
        "maintenance 22:00-02:00": "Maintenance of what?",
        "maintenance host:web-* 2026-11-20 10:00-11:00": "over already",
        "maintenance host:web-* 20d": "at most 7 days",
        "maintenance severty:high 2h": "did you mean severity",
        "maintenance everywhere * 2h": "needs the permission role",
    }.items():
        assert part in await night_town.told("bo", said, in_="alerts"), said


async def test_where_says_that_a_service_is_not_for_everybody_there(tmp_path: Path) -> None:
    settings = {
        "TOCSIN_ADMINISTRATORS": PEOPLE["ana"],
        "TOCSIN_RESPONDERS": PEOPLE["bo"],
        "TOCSIN_ACCESS_OFFICE365": PEOPLE["ana"],
    }
    async with town_of(tmp_path, settings) as town:
        await town.told("ana", "subscribe")
        office = {"serviceSource": "microsoftDefenderForOffice365"}
        number = await reported(town, 1, "web-1", "Only for Ana", severity="high", **office)
        await town.teams.wait_for_card("ana", "Only for Ana")
        shown = await town.told("ana", f"where {number}")
        assert "somebody there may not see alerts of this service" in shown
        assert "the route takes every alert" in shown
        assert "Only for Ana" not in await seen(town, "alerts")
        assert "not available" in await town.told("bo", f"where {number}")
