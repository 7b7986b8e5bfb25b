"""When maintenance is, as people say it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.errors import Refused
from bot.usecases.maintenance import read_window

MADRID = ZoneInfo("Europe/Madrid")
#: Saturday, 21:00 in Madrid.
NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


def spans(text: str, now: datetime = NOW) -> tuple[str, str, str]:
    window = read_window(text, now, MADRID).window
    times = (moment.astimezone(MADRID).strftime("%a %d %H:%M") for moment in (window.starts_at, window.ends_at))
    return (*times, window.wants)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "start", "end", "wants"),
    [
        ("host:web-* 22:00-02:00", "Sat 21 22:00", "Sun 22 02:00", "host:web-*"),
        ("host:web-* 20:00 – 22:00", "Sat 21 20:00", "Sat 21 22:00", "host:web-*"),
        ("host:web-* 18:00-19:00", "Sun 22 18:00", "Sun 22 19:00", "host:web-*"),
        (
            "22:00-06:00 severity<high host:db-1 for the upgrade",
            "Sat 21 22:00",
            "Sun 22 06:00",
            "severity<high host:db-1",
        ),
        ("host:db-1 2026-12-01 22:00-02:00", "Tue 01 22:00", "Wed 02 02:00", "host:db-1"),
        ("host:db-1 on-call sunday 9:00-10:00", "Sun 22 09:00", "Sun 22 10:00", "host:db-1 on-call"),
        ("every mon 22:00-02:00 host:db-1", "Mon 23 22:00", "Tue 24 02:00", "host:db-1"),
        ("host:db-1 30m", "Sat 21 21:00", "Sat 21 21:30", "host:db-1"),
        ('title:"22:00-23:00 for 2h" 2h', "Sat 21 21:00", "Sat 21 23:00", 'title:"22:00-23:00 for 2h"'),
        ("last:7d 2d", "Sat 21 21:00", "Mon 23 21:00", "last:7d"),
    ],
)
def test_a_time_is_the_one_that_is_now_or_comes_next(text: str, start: str, end: str, wants: str) -> None:
    assert spans(text) == (start, end, wants)


def test_after_midnight_the_window_of_last_night_is_meant() -> None:
    assert spans("* 22:00-02:00", NOW + timedelta(hours=4)) == ("Sat 21 22:00", "Sun 22 02:00", "")


def test_what_is_said_beside_it_is_kept() -> None:
    planned = read_window("everywhere host:a even high weekly sun 9:00-10:00 for patching, as ever", NOW, MADRID)
    window = planned.window
    assert planned.everywhere
    assert (window.even_high, window.weekly, window.reason, window.zone) == (
        True, True, "patching, as ever", "Europe/Madrid",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("host:a", "windowWhen"),
        ("host:a sunday", "windowWhen"),
        ("host:a 25:00-26:00", "windowWhen"),
        ("22:00-23:00", "windowOfWhat"),
        ("host:a 8d", "windowLong"),
        ("host:a 2026-11-20 9:00-10:00", "windowPast"),
        ("host:a 2026-13-40 9:00-10:00", "windowWhen"),
        ("severity:high severity:low 2h", "emptyFilter"),
        ("severty:high 2h", "badFilter"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read_window(text, NOW, MADRID)
    assert refused.value.reason == reason
