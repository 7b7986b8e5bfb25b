"""The morning's digest: one for each channel and local date, whatever happens."""

from pathlib import Path

from tests.support.payloads import graph_alert
from tests.support.sandbox import Json, message_text
from tests.support.town import Town, running_town


async def digests_in(town: Town, place: str) -> list[Json]:
    return [m for m in await town.teams.from_bot(place) if m["plain"].startswith("Digest:")]


async def wait_for_digests(town: Town, place: str, count: int) -> Json:
    async def there() -> bool:
        return len(await digests_in(town, place)) >= count

    await town.teams.until(there, seconds=20, waiting_for=f"digest number {count}", show=place)
    return (await digests_in(town, place))[-1]


async def test_each_channel_gets_one_a_day_at_eight_local_time_over_a_change_of_the_clock(tmp_path: Path) -> None:
    """In Berlin the clocks go forward on Sunday, 30 March 2031."""
    async with running_town(tmp_path, settings={"TOCSIN_ZONE": "Europe/Berlin"}) as town:
        teams = town.teams
        await teams.set_clock("2031-03-28T06:50:00Z")
        await town.stop()
        await town.start()
        await teams.install("ana", channel="alerts")
        await teams.wait_for_card("alerts", "Tocsin is here")
        await town.told("bo", "subscribe", in_="quiet")
        await town.report("graph", [graph_alert(id=f"da{n}", incidentId=None, title=f"Alert {n}") for n in (1, 2)])
        await town.told("bo", "assign 2 me", in_="quiet")
        assert not await digests_in(town, "alerts")

        await teams.set_clock("2031-03-28T07:00:10Z")
        for place in ("alerts", "quiet"):
            first = message_text(await wait_for_digests(town, place, 1))
            for words in ("28 Mar", "2 new alerts", "2 open", "Waits", "Alert 1"):
                assert words in first
        await town.stop()
        await teams.set_clock("2031-03-29T12:00:00Z")
        await town.start()
        await wait_for_digests(town, "alerts", 2)

        await town.told("bo", "unsubscribe", in_="quiet")
        await teams.set_clock("2031-03-30T06:00:10Z")
        third = message_text(await wait_for_digests(town, "alerts", 3))
        assert "30 Mar" in third
        assert "nothing new" in third
        assert [len(await digests_in(town, place)) for place in ("alerts", "quiet")] == [3, 2]
