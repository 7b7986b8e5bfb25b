"""Teams' published limits, as the sandbox counts them."""

from datetime import UTC, datetime, timedelta

from bot.sandbox.limits import Limits

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def calls(limits: Limits, count: int, *, at: float = 0, kind: str = "post", conversation: str = "a") -> int:
    """How many of `count` calls are let through at that second."""
    now = NOW + timedelta(seconds=at)
    return sum(limits.refuse(kind=kind, conversation=conversation, now=now) is None for _ in range(count))


def test_seven_in_a_second_eight_in_two_sixty_in_thirty() -> None:
    limits = Limits()
    assert calls(limits, 20) == 7
    assert calls(limits, 20, at=1.0) == 1
    assert calls(limits, 20, at=2.0) == 7
    admitted = sum(calls(limits, 20, at=3 + n / 2) for n in range(54))
    assert admitted + 15 == 60


def test_eighteen_hundred_in_an_hour() -> None:
    limits = Limits()
    assert sum(calls(limits, 8, at=2.0 * n) for n in range(1799)) == 1800


def test_conversations_do_not_share_a_limit_but_the_tenant_has_fifty_a_second() -> None:
    limits = Limits()
    assert [calls(limits, 7, conversation=str(n)) for n in range(8)] == [7, 7, 7, 7, 7, 7, 7, 1]


def test_updates_count_as_sends_and_reading_members_has_a_limit_of_its_own() -> None:
    limits = Limits()
    assert calls(limits, 5, kind="update") == 5
    assert calls(limits, 5, kind="post") == 2
    assert calls(limits, 20, kind="members") == 14


def test_a_refusal_says_when_to_come_back_even_after_the_clock_was_moved_back() -> None:
    limits = Limits()
    calls(limits, 7)
    what, seconds = limits.refuse(kind="post", conversation="a", now=NOW - timedelta(seconds=5)) or ("", 0)
    assert ("7 per 1" in what, seconds) == (True, 1)
    assert calls(limits, 7, at=-3600) == 7
