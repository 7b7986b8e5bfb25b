"""A silence as Alertmanager tells of it."""

from typing import Any

import pytest

from bot.alerts.standing_silences import Matcher
from bot.sources.standing import read_standing

TOLD: dict[str, Any] = {
    "id": "abc",
    "matchers": [
        {"name": "a", "value": "1", "isRegex": False, "isEqual": True},
        {"name": "b", "value": "2", "isRegex": True, "isEqual": False},
        {"name": "c", "value": "3", "isRegex": False},
        "odd",
    ],
    "startsAt": "2026-11-21T03:00:00Z",
    "endsAt": "2026-11-21T04:00:00Z",
    "createdBy": "hugo",
    "comment": "why\u0000",
}


def test_matchers_are_read_with_their_operators() -> None:
    found = read_standing(TOLD, lambda name: f"https://x/{name}")
    assert found is not None
    assert found.matchers == (Matcher("a", "=", "1"), Matcher("b", "!~", "2"), Matcher("c", "=", "3"))
    assert (found.link, found.author, found.comment) == ("https://x/abc", "hugo", "why")


@pytest.mark.parametrize("odd", [{"id": None}, {"id": ""}, {"endsAt": "soon"}, {"startsAt": None}])
def test_what_lacks_an_id_or_its_times_is_none(odd: dict[str, Any]) -> None:
    assert read_standing(TOLD | odd, str) is None
