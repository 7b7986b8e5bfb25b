"""So many times in so many seconds, for each who asks."""

from datetime import timedelta

from bot.alerts.conversation import Limit
from bot.web.pacing import REMEMBERED, Pace


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def pace(*limits: tuple[int, float]) -> tuple[Pace, Time]:
    time = Time()
    return Pace([Limit(count, timedelta(seconds=seconds)) for count, seconds in limits], time), time


def test_all_limits_hold_and_waiting_opens_them_again() -> None:
    asked, time = pace((2, 1), (3, 60))
    for _ in range(2):
        assert asked.wait("a") == 0
        asked.count("a")
    assert asked.wait("a") == 1
    assert asked.wait("b") == 0
    time.now += 1
    assert asked.wait("a") == 0
    asked.count("a")
    assert asked.wait("a") == 59
    time.now += 59
    assert asked.wait("a") == 0


def test_what_is_remembered_is_bounded() -> None:
    asked, _ = pace((1, 60))
    for key in range(REMEMBERED + 5):
        asked.count(key)
    assert asked.wait(0) == 0
    assert asked.wait(REMEMBERED) == 60
    assert len(asked._calls) == REMEMBERED
