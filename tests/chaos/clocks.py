"""Time plays tricks: the clock is set forward and back, and the day has 23 or 25 hours, or begins elsewhere."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.sandbox.faults import Fault
from bot.usecases.digests import post_due
from storage.store import open_store
from storage.tables import digests
from tests.chaos.ground import Figures, Ground
from tests.support.chaos_oracle import judge
from tests.support.chaos_town import Arena, arena_of
from tests.support.payloads import graph_alert

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati")
TIMES = (time(0, 0), time(2, 30), time(3, 0), time(8, 0))
_HOUR = timedelta(hours=1)


async def set_forward_and_back(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """The clock goes an hour forward and back while posts are under way, longer than a lease; with two replicas where
    there can be two. Nothing is posted twice, and nothing waits for a time that was meant to be near."""
    figures: Figures = {"jumps": 0, "alerts": 0}
    with ground.fresh() as url:
        # The digest is due half an hour from now: each hour forward is over it, each hour back before it.
        async with arena_of(ground.forks, url, ground.folder, settings={"TOCSIN_DIGEST_AT": "12:30"}) as arena:
            arena.sandbox.clock.set(arena.sandbox.now().replace(hour=12, minute=0, second=0) + timedelta(days=1))
            count = 1 if ground.kind == "sqlite" else 2
            programs = [await arena.start(watchful=True, tick=0.1) for _ in range(count)]
            await arena.install()
            await arena.drained()
            for number in range(rounds):
                for seconds in (3600, -3600):
                    before = len(arena.calls("create", in_="alerts"))
                    arena.sandbox.faults.faults.append(Fault(on="create", times=1, delay=1.5))
                    alert = graph_alert(id=f"da{number} {seconds}", incidentId=None)
                    assert (await arena.send(alert, to=programs[-1])).status == 202
                    await arena.until(lambda: not arena.sandbox.faults.faults, waiting_for="a post under way")
                    # Behind it one that waits, for a time that will be an hour ahead or was an hour ago.
                    behind = graph_alert(id=f"da{number} {seconds} behind", incidentId=None)
                    assert (await arena.send(behind, to=programs[-1])).status == 202
                    arena.sandbox.clock.advance(seconds)
                    await arena.until(
                        lambda before=before: len(arena.calls("create", in_="alerts")) > before,  # type: ignore[misc]
                        waiting_for="its end",
                    )
                    figures["jumps"] += 1
                assert (await arena.send(graph_alert(id=f"da{number}", incidentId=None), to=programs[0])).status == 202
                await _settled(arena, seconds=30)
            found = await judge(arena)
            assert (found.doubles, found.ambiguous) == (0, 0), found
            slots = await arena.ask(lambda on: list(on.execute(select(digests.c.slot)).scalars()))
            assert len(slots) == len(set(slots)) == 1, slots
            figures |= {"alerts": found.alerts, "digests": len(slots)}
            for program in programs:
                await arena.end(program)
    return figures


async def _settled(arena: Arena, *, seconds: float) -> None:
    """Drained on the clock as it is: nobody moves it on. What was held for two minutes by a set clock may rest."""
    try:
        await arena.drained(seconds=1)
    except AssertionError:
        # A conversation rests for at most two minutes after the clock was set back.
        arena.sandbox.clock.advance(121)
        await arena.drained(seconds)


async def a_digest_a_day(ground: Ground, *, rounds: int, seed: int, whole: bool = True) -> Figures:
    """Every zone and time over `rounds` years from 2026: exactly one digest for each local date, not before its time.

    The given clock ticks hourly, and every ten minutes around a change of the clocks, and now and then goes back.
    Without `whole` only the days around New Year and around the changes are gone through.
    """
    figures: Figures = {"digests": 0, "ticks": 0}
    for zone in ZONES:
        for at in TIMES:
            with ground.fresh() as url:
                made, ticks = await _years(url, ZoneInfo(zone), at, rounds, whole=whole)
                figures["digests"] += made
                figures["ticks"] += ticks
    return figures


async def _years(url: str, zone: ZoneInfo, at: time, years: int, *, whole: bool) -> tuple[int, int]:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365 * years)]
    if not whole:
        days = [day for day in days if day.timetuple().tm_yday in (1, 2, 365) or _clocks_change(day, zone)]
    async with open_store(url) as store:
        await store.write(lambda uow: _subscribe(uow, datetime.combine(days[0], time(), zone)))
        ticks = 0
        for place in range(0, len(days), 91):
            some = days[place : place + 91]
            ticks += await store.write(lambda uow, some=some: sum(_tick(uow, day, at, zone) for day in some))  # type: ignore[misc]
        rows = await store.read(
            lambda uow: list(uow.digests._on.execute(select(digests.c.local_date, digests.c.created_at)))  # type: ignore[attr-defined]
        )
    made = Counter(row.local_date for row in rows)
    assert set(made.values()) == {1}, (zone, at, made.most_common(3))
    # Where days were left out, the last digest before the next one was missed, and is made up for.
    made_up_for = {day - timedelta(days=1) for day in days} - set(days)
    assert set(days) <= set(made) <= set(days) | made_up_for, (zone, at, sorted(set(days) ^ set(made))[:5])
    for row in rows:
        local = row.created_at.astimezone(zone)
        if row.local_date in made_up_for:
            assert local.date() == row.local_date + timedelta(days=1), (zone, at, row)
            continue
        assert local.date() == row.local_date, (zone, at, row)
        assert local.time() >= at, (zone, at, row)
        late = local.replace(tzinfo=None) - datetime.combine(row.local_date, at)
        assert late <= 2 * _HOUR, (zone, at, row)
    return len(rows), ticks


def _clocks_change(day: date, zone: ZoneInfo) -> bool:
    """On that day, or the day before or after."""
    return len({datetime.combine(day + timedelta(days=n), time(), zone).utcoffset() for n in (-1, 0, 1, 2)}) > 1


def _tick(uow: UnitOfWork, day: date, at: time, zone: ZoneInfo) -> int:
    """A local day from its first moment to its last, and an hour back now and then."""
    now = begin = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    step = timedelta(minutes=10) if _clocks_change(day, zone) else _HOUR
    ticks = 0
    while now < end:
        post_due(uow, now, at=at, zone=zone)
        ticks += 1
        if ticks % 7 == 0:
            post_due(uow, max(now - _HOUR, begin), at=at, zone=zone)
        now += step
    return ticks


def _subscribe(uow: UnitOfWork, begin: datetime) -> None:
    here = uow.conversations.meet(
        teams_id="19:a", kind=ConversationKind.CHANNEL, service_url="https://teams.example/", tenant_id="t"
    )
    uow.conversations.subscribe(here.id, at=begin - timedelta(days=2))
    uow.routes.put(here.id, at=begin - timedelta(days=2))
