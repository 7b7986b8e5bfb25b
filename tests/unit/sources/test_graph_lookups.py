"""What Graph's answers about a user mean."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.alerts.triage import LookupFailed
from bot.sources.graph.lookups import is_away, is_high_risk

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def scheduled(start: str, end: str, zone: str = "UTC") -> dict[str, Any]:
    return {
        "status": "scheduled",
        "scheduledStartDateTime": {"dateTime": start, "timeZone": zone},
        "scheduledEndDateTime": {"dateTime": end, "timeZone": zone},
    }


@pytest.mark.parametrize(
    ("setting", "away"),
    [
        ({"status": "disabled"}, False),
        ({"status": "alwaysEnabled"}, True),
        (scheduled("2026-11-20T00:00:00.0000000", "2026-11-22T00:00:00.0000000"), True),
        (scheduled("2026-11-22T00:00:00.0000000", "2026-11-23T00:00:00.0000000"), False),
        (scheduled("2026-11-21T13:30:00", "2026-11-21T15:00:00", "Europe/Madrid"), False),
        (scheduled("2026-11-21T12:30:00", "2026-11-21T15:00:00", "Europe/Madrid"), True),
    ],
)
def test_automatic_replies(setting: dict[str, Any], *, away: bool) -> None:
    assert is_away(setting, NOW) is away


@pytest.mark.parametrize(
    "setting",
    [
        {},
        {"status": "unknown"},
        scheduled("nonsense", "2026-11-22T00:00:00"),
        scheduled("2026-11-20", "x", "W. Europe"),
    ],
)
def test_what_cannot_be_read_is_no_answer(setting: dict[str, Any]) -> None:
    with pytest.raises(LookupFailed):
        is_away(setting, NOW)


@pytest.mark.parametrize(
    ("level", "state", "risky"),
    [
        ("high", "atRisk", True),
        ("medium", "atRisk", False),
        ("low", "confirmedCompromised", True),
        ("high", "remediated", False),
        ("high", "dismissed", False),
        ("none", "none", False),
    ],
)
def test_high_risk(level: str, state: str, *, risky: bool) -> None:
    assert is_high_risk({"riskLevel": level, "riskState": state}) is risky


@pytest.mark.parametrize(("level", "state"), [("hidden", "atRisk"), ("high", "unknownFutureValue"), (None, None)])
def test_a_risk_that_is_not_told_is_no_answer(level: str | None, state: str | None) -> None:
    with pytest.raises(LookupFailed):
        is_high_risk({"riskLevel": level, "riskState": state})
