"""What people type about digests: understood, or refused with a reason; never anything else."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.errors import Refused
from bot.alerts.schedule import Rhythm, Timing
from bot.alerts.schedule_words import Wanted, read_schedule, read_time, read_zone, spelled
from cards.language import ENGLISH
from cards.refusals import refusal_text

WORDS = st.sampled_from(
    (
        *("daily", "every", "weekdays", "weekly", "mon", "fridays", "at", "8", "08:30", "25:99", "8pm", "in", "UTC"),
        *("Berlin", "Europe/Berlin", "europe/berln", "PST", "quiet:nothing", "quiet:", "severity>=medium"),
        *('"a b"', "not", "(", "\u00e4", "0"),
    )
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=7).map(" ".join)))
def test_whatever_is_typed_is_understood_or_refused_in_words(text: str) -> None:
    read = _read(text)
    if isinstance(read, Refused):
        assert read.reason.startswith("digest")
        assert "“" in refusal_text(read, None, ENGLISH)
        return
    assert _read(spelled(read.timing, says_quiet=read.says_quiet, wants=read.filter)) == read


def _read(text: str) -> Wanted | Refused:
    try:
        return read_schedule(text, zone="UTC")
    except Refused as refused:
        return refused


@given(
    st.builds(
        Timing,
        rhythm=st.sampled_from(Rhythm),
        at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
        zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
        weekday=st.integers(0, 6),
    )
)
def test_what_is_spelled_reads_back(timing: Timing) -> None:
    read = read_schedule(spelled(timing), zone="Asia/Tokyo").timing
    assert (read.rhythm, read.at, read.zone) == (timing.rhythm, timing.at, timing.zone)
    assert timing.rhythm is not Rhythm.WEEKLY or read.weekday == timing.weekday


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("8", time(8)),
        ("08:30", time(8, 30)),
        ("8:30pm", time(20, 30)),
        ("12am", time(0)),
        ("noon", time(12)),
        ("9h15", time(9, 15)),
    ],
)
def test_times_are_read_as_people_write_them(text: str, at: time) -> None:
    assert read_time(text) == at


@pytest.mark.parametrize(
    ("text", "near"),
    [("Berlin", "Europe/Berlin"), ("New York", "America/New_York"), ("Europe/Pariss", "Europe/Paris")],
)
def test_a_wrong_zone_is_answered_with_the_nearest(text: str, near: str) -> None:
    with pytest.raises(Refused) as refused:
        read_zone(text)
    found = refused.value.facts["near"]
    assert isinstance(found, list)
    assert near in found
