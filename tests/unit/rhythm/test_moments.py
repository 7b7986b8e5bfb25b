"""Moments as people say them, in five zones, over both changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.errors import Refused
from bot.alerts.moments import FURTHEST, read_ahead, read_back
from cards.language import ENGLISH
from cards.refusals import refusal_text

MADRID = ZoneInfo("Europe/Madrid")
#: A Wednesday, 03:02 in Madrid.
NOW = datetime(2026, 11, 25, 2, 2, tzinfo=UTC)
ZONES = [ZoneInfo(name) for name in (
    "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago",
)]  # fmt: skip


def local(text: str, *, back: bool = False, now: datetime = NOW, zone: ZoneInfo = MADRID) -> str:
    """`25 Nov 14:00 | ask Bo`"""
    found = (read_back if back else read_ahead)(text, now, zone)
    return f"{found.at.astimezone(zone):%d %b %H:%M}" + (f" | {found.rest}" if found.rest else "")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2h", "25 Nov 05:02"),
        ("in 30 min", "25 Nov 03:32"),
        ("1h30m look again", "25 Nov 04:32 | look again"),
        ("1 hour 5 minutes", "25 Nov 04:07"),
        ("2d", "27 Nov 03:02"),
        ("1w", "02 Dec 03:02"),
        ("9:00", "25 Nov 09:00"),
        ("2:00", "26 Nov 02:00"),
        ("at 2pm", "25 Nov 14:00"),
        ("9.30", "25 Nov 09:30"),
        ("12 am", "26 Nov 00:00"),
        ("noon", "25 Nov 12:00"),
        ("today 14:00: call", "25 Nov 14:00 | call"),
        ("tonight", "25 Nov 22:00"),
        ("tomorrow", "26 Nov 09:00"),
        ("tomorrow 7:15", "26 Nov 07:15"),
        ("tomorrow evening", "26 Nov 18:00"),
        ("fri 14:00 ask Bo about the host", "27 Nov 14:00 | ask Bo about the host"),
        ("on Friday at 14:00, ask Bo", "27 Nov 14:00 | ask Bo"),
        ("next monday", "30 Nov 09:00"),
        ("wed 02:00", "02 Dec 02:00"),
        ("wed 04:00", "25 Nov 04:00"),
        ("2026-12-24 18:30 ring home", "24 Dec 18:30 | ring home"),
        ("2026-12-24T18:30", "24 Dec 18:30"),
        ("2026-12-24", "24 Dec 09:00"),
        ("2h 3 hosts are left", "25 Nov 05:02 | 3 hosts are left"),
    ],
)
def test_what_is_said_is_what_is_meant(said: str, meant: str) -> None:
    assert local(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("8h", "24 Nov 19:02"),
        ("8h ago", "24 Nov 19:02"),
        ("18:00", "24 Nov 18:00"),
        ("2:00", "25 Nov 02:00"),
        ("fri 18:00", "20 Nov 18:00"),
        ("since friday", "20 Nov 00:00"),
        ("today", "25 Nov 00:00"),
        ("yesterday 22:00", "24 Nov 22:00"),
        ("wed 04:00", "18 Nov 04:00"),
        ("2026-11-01 8:00", "01 Nov 08:00"),
    ],
)
def test_and_looking_back_the_last_one_of_its_name(said: str, meant: str) -> None:
    assert local(said, back=True) == meant


@pytest.mark.parametrize(
    ("said", "reason", "words"),
    [
        ("", "badWhen", "is no time that I know"),
        ("soon", "badWhen", "“soon” is no time that I know. Say for example “2h”"),
        ("tomorrow 25:00", "badWhen", "I understood “tomorrow”, but not “25:00” after it"),
        ("fri 9:75", "badWhen", "I understood “fri”, but not “9:75”"),
        ("13pm", "badWhen", "“13pm” is no time"),
        ("2026-02-30", "badWhen", "“2026-02-30” is no time"),
        ("today 1:00", "pastWhen", "“today 1:00” is over: that was 25 Nov 01:00"),
        ("yesterday", "pastWhen", "“yesterday” is over"),
        ("2026-11-24 09:00", "pastWhen", "24 Nov 09:00"),
        ("0h", "pastWhen", "is over"),
        ("2028-01-01", "farWhen", "at most 366 days"),
        ("99999w", "farWhen", "too far away"),
        ("99999d", "farWhen", "too far away"),
        ("9999-12-31 23:59", "farWhen", "too far away"),
    ],
)
def test_what_makes_no_sense_is_answered_with_what_was_understood(said: str, reason: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        read_ahead(said, NOW, MADRID)
    assert refused.value.reason == reason
    lang = type(ENGLISH)(ENGLISH.catalogue, MADRID)
    assert words in refusal_text(refused.value, None, lang, now=NOW)


def test_a_time_that_is_left_out_comes_an_hour_later_and_one_that_comes_twice_is_the_next() -> None:
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert local("tomorrow 2:30", now=spring) == "29 Mar 03:30"
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    first = read_ahead("tomorrow 2:30", autumn, MADRID).at
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert read_ahead("2:30", first, MADRID).at == first + timedelta(hours=1)
    assert local("1d", now=datetime(2026, 10, 24, 18, tzinfo=UTC)) == "25 Oct 20:00"


@given(
    minutes=st.integers(0, 366 * 24 * 60),
    zone=st.sampled_from(ZONES),
    said=st.sampled_from(["2h", "1d", "1w", "9:00", "2:30", "0:00", "tomorrow", "tomorrow 2:30", "sun 2:00", "fri"]),
)
def test_at_any_moment_of_a_year_it_is_ahead_and_reads_the_same_on_the_wall(
    minutes: int, zone: ZoneInfo, said: str
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = read_ahead(said, now, zone)
    assert now < found.at <= now + timedelta(days=8)
    clock = {"9:00": 9, "tomorrow": 9, "fri": 9}.get(said)
    if clock is not None:
        assert found.at.astimezone(zone).hour == clock
    if said.startswith("tomorrow"):
        assert found.at.astimezone(zone).date() == now.astimezone(zone).date() + timedelta(days=1)


@given(st.text(max_size=60), st.booleans())
def test_no_text_is_too_much(text: str, back: bool) -> None:
    known, at = {"badWhen", "pastWhen", "aheadWhen", "farWhen"}, NOW
    try:
        at = (read_back if back else read_ahead)(text, NOW, MADRID).at
    except Refused as refused:
        known -= {refused.reason}
    assert (len(known) == 3) == (at == NOW)
    assert abs(at - NOW) <= FURTHEST
