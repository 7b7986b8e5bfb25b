"""Rotas: turns by the wall clock over changes of clocks, overrides, and who is next in line."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.oncall import Layer, Override, Shift, coming, effective, last_ended, lasting, line, planned
from bot.alerts.oncall_ports import Rota, declared
from bot.alerts.rota_text import feeds_of, is_feed, read_rota

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

#: Both changes of clocks at different times of the year and of the day, half an hour of one, and none.
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu")

YEAR = (datetime(2025, 12, 28, tzinfo=UTC), datetime(2027, 1, 5, tzinfo=UTC))


def rota(text: str, zone: str = "UTC") -> tuple[Layer, ...]:
    return read_rota(text, zone)


def who(shifts: list[Shift], at: datetime) -> list[str]:
    return [shift.who for shift in lasting(shifts, at)]


def override(id_: int, person: str, start: datetime, end: datetime, ended: datetime | None = None) -> Override:
    return Override(
        id=id_,
        rota="soc",
        person=person,
        starts_at=start,
        ends_at=end,
        made_by="Ana",
        made_at=start,
        ended_at=ended,
    )


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", ["weekly monday 09:00: ana, bo, chidi", "daily 02:30: ana, bo"])
def test_a_year_of_turns_has_no_gap_and_no_overlap_and_is_handed_over_at_the_wall_time(zone: str, text: str) -> None:
    (layer,) = rota(text, zone)
    shifts = planned([layer], *YEAR)
    assert shifts[0].starts_at <= YEAR[0]
    assert shifts[-1].ends_at >= YEAR[1]
    people = [name for turn in layer.turns for name in turn]
    for before, after in pairwise(shifts):
        assert before.ends_at == after.starts_at
        assert people[(people.index(before.who) + 1) % len(people)] == after.who
        assert abs((before.ends_at - before.starts_at) - layer.days * DAY) <= HOUR
    odd = [shift for shift in shifts if shift.starts_at.astimezone(ZoneInfo(zone)).time() != layer.at]
    assert len(odd) <= 1, "only where the wall clock skips the time itself"


def test_a_turn_over_a_change_of_clocks_is_an_hour_shorter_and_one_longer() -> None:
    shifts = planned(rota("daily 08:00 Europe/Berlin: ana, bo"), *YEAR)
    lengths = [shift.ends_at - shift.starts_at for shift in shifts]
    assert lengths.count(23 * HOUR) == lengths.count(25 * HOUR) == 1


def test_levels_several_at_once_and_a_beginning_of_its_own() -> None:
    text = "weekly fri 17:30 Europe/Berlin from 2026-01-02: ana + bo, chidi\ndana; daily 08:00: bo, ana"
    first, second, third = rota(text)
    assert (first.days, first.at, first.zone, first.begins) == (7, time(17, 30), "Europe/Berlin", date(2026, 1, 2))
    assert first.turns == (("ana", "bo"), ("chidi",))
    assert (second.turns, second.days, second.level) == ((("dana",),), 7, 1)
    assert (third.days, third.zone, third.level) == (1, "UTC", 2)
    at = datetime(2026, 1, 3, tzinfo=UTC)
    assert who(planned((first, second, third), at, at + HOUR), at)[:3] == ["ana", "bo", "dana"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names nobody"),
        ("weekly monday 09:00 Europe/Berlin:", "names nobody"),
        ("weekly monday 25:00: ana", "no time of day"),
        ("weekly moonday 09:00: ana", "neither a day of the week"),
        ("weekly monday 09:00 Mars/Base: ana", "neither a day of the week"),
        ("weekly monday from 2026-02-30: ana", "no date"),
        ("every fortnight 09:00: ana", "every 14 days"),
        ("weekly monday 09:00: ana, bo + ", "without somebody beside it"),
        ("monday 09:00: ana", "is nobody"),
        ("ana;" * 9, "levels"),
    ],
)
def test_what_makes_no_sense_is_answered_with_what_was_understood_and_an_example(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as wrong:
        rota(text)
    assert "ana" in str(wrong.value) or "levels" in said or "09:00" in str(wrong.value) or "2026" in str(wrong.value)


def test_addresses_of_calendars_are_told_from_turns_and_leave_only_a_mark() -> None:
    text = "webcal://calendar.example/a.ics?key=hush https://calendar.example/b.ics"
    assert is_feed(text)
    assert not is_feed("weekly monday 09:00: ana")
    assert feeds_of(text)[0] == "https://calendar.example/a.ics?key=hush"
    kept = declared("soc", text, "UTC")
    assert "hush" not in repr(kept)
    assert [feed.level for feed in kept.feeds] == [0, 1]
    assert kept.layers == ()
    assert kept.text != declared("soc", text.replace("a.ics", "c.ics"), "UTC").text
    assert Rota(name="x", text="ana, bo", zone="UTC").layers[0].turns == (("ana",), ("bo",))


def test_an_override_takes_the_place_of_the_first_level_and_a_newer_one_of_an_older_one() -> None:
    base = [
        Shift(who="ana", starts_at=NOW - DAY, ends_at=NOW + DAY),
        Shift(who="dana", starts_at=NOW - DAY, ends_at=NOW + DAY, level=1),
    ]
    shifts = effective(base, [override(1, "bo", NOW, NOW + 4 * HOUR), override(2, "chidi", NOW + HOUR, NOW + 2 * HOUR)])
    assert who(shifts, NOW - HOUR) == ["ana", "dana"]
    assert who(shifts, NOW) == ["bo", "dana"]
    assert who(shifts, NOW + HOUR) == ["chidi", "dana"]
    assert who(shifts, NOW + 2 * HOUR) == ["bo", "dana"]
    assert who(shifts, NOW + 4 * HOUR) == ["ana", "dana"]
    ended = effective(base, [override(1, "bo", NOW, NOW + 4 * HOUR, ended=NOW + HOUR)])
    assert who(ended, NOW + HOUR) == ["ana", "dana"]
    never = effective(base, [override(1, "bo", NOW + HOUR, NOW + 4 * HOUR, ended=NOW)])
    assert who(never, NOW + 2 * HOUR) == ["ana", "dana"]


def test_in_line_are_the_levels_and_then_whoever_comes_next_and_nobody_twice() -> None:
    shifts = planned(rota("weekly monday 09:00: ana, bo, chidi; dana"), NOW, NOW + 30 * DAY)
    first, *others = line(shifts, NOW)
    assert others[0] == ("dana",)
    assert sorted([*first, *others[1], *others[2]]) == ["ana", "bo", "chidi"]
    assert len(others) == 3
    soonest = coming(shifts, NOW)[0]
    assert others[1] == (soonest.who,)


def test_the_last_shift_is_the_one_that_ended_last() -> None:
    shifts = planned(rota("daily 08:00: ana, bo"), NOW - 9 * DAY, NOW)
    found = last_ended(shifts, "ana", NOW)
    assert found is not None
    assert NOW - 2 * DAY < found.ends_at <= NOW
    assert last_ended(shifts, "chidi", NOW) is None


MOMENTS = st.integers(0, 240).map(lambda hours: NOW + hours * HOUR)
SPANS = st.tuples(MOMENTS, st.integers(0, 90)).map(lambda span: (span[0], span[0] + span[1] * HOUR))


@given(SPANS, st.lists(st.tuples(SPANS, st.sampled_from("bcd"), st.none() | MOMENTS), max_size=6))
def test_whoever_made_the_newest_override_has_it_and_else_the_rota_at_any_time(
    base: tuple[datetime, datetime], made: list[tuple[tuple[datetime, datetime], str, datetime | None]]
) -> None:
    shifts = [Shift(who="a", starts_at=base[0], ends_at=base[1])] if base[0] < base[1] else []
    overrides = [override(id_, person, *span, ended) for id_, (span, person, ended) in enumerate(made)]
    found = effective(shifts, overrides)
    assert all(shift.starts_at < shift.ends_at for shift in found)
    for hour in range(0, 340, 3):
        at = NOW + hour * HOUR
        standing = [one for one in overrides if one.starts_at <= at < one.end]
        wanted = standing[-1].person if standing else "a" if base[0] <= at < base[1] else None
        assert who(found, at) == ([wanted] if wanted else [])
        assert len([shift for shift in found if shift.lasts_at(at)]) <= 1
