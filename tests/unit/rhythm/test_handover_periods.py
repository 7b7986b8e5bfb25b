"""What time a handover is about, as people say it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.errors import Refused
from bot.alerts.handover import Basis, Period, read_period
from cards.handover import read_token, token_of
from cards.language import ENGLISH
from cards.refusals import refusal_text

MADRID = ZoneInfo("Europe/Madrid")
#: A Monday, 08:30 in Madrid.
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def said(text: str) -> str:
    period = read_period(text, NOW, MADRID)
    return " ".join(f"{at.astimezone(MADRID):%a %d %H:%M}" for at in (period.since, period.until))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("since fri 18:00", "Fri 20 18:00 Mon 23 08:30"),
        ("fri 18:00", "Fri 20 18:00 Mon 23 08:30"),
        ("12h", "Sun 22 20:30 Mon 23 08:30"),
        ("18:00-08:00", "Sun 22 18:00 Mon 23 08:00"),
        ("06:00 - 14:00", "Mon 23 06:00 Mon 23 08:30"),
        ("fri 18:00 until mon 8:00", "Fri 20 18:00 Mon 23 08:00"),
        ("fri 18:00 - sun 20:00", "Fri 20 18:00 Sun 22 20:00"),
        ("yesterday to now", "Sun 22 00:00 Mon 23 08:30"),
    ],
)
def test_a_time_is_understood(text: str, meant: str) -> None:
    assert said(text) == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("since whenever", "“whenever” is no time that I know"),
        ("fri 18:00 please", "I understood “fri 18:00”, but not “please” after it"),
        ("mon 8:00 until fri 18:00", "“mon 8:00 until fri 18:00” ends before it begins"),
        ("2026-11-24", "“2026-11-24” is still to come: that is 24 Nov 00:00"),
        ("fri 25:00", "I understood “fri”, but not “25:00” after it"),
    ],
)
def test_what_makes_no_sense_is_answered(text: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        read_period(text, NOW, MADRID)
    lang = type(ENGLISH)(ENGLISH.catalogue, MADRID)
    assert words in refusal_text(refused.value, None, lang, now=NOW)


@given(
    since=st.datetimes(timezones=st.just(UTC)),
    length=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=9)),
)
def test_a_button_carries_a_period_there_and_back(since: datetime, length: timedelta) -> None:
    try:
        period = Period(since, since + length, Basis.SHIFT)
    except OverflowError:
        return
    assert read_token(token_of(period)) == period


@given(st.text(max_size=80))
def test_no_token_of_others_is_too_much(token: str) -> None:
    period = read_token(token)
    assert period is None or period.since < period.until
