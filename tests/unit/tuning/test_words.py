"""What people type to tune, clause by clause; the examples of the documentation work."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.condition_text import to_text
from bot.alerts.errors import Refused
from bot.alerts.tuning import Action
from bot.alerts.words import Classification
from bot.teams.since import read_since
from bot.teams.tune_terms import until
from bot.teams.tune_words import Reach, TuneWords, read_tune

NOW = datetime(2026, 11, 25, 3, 2, tzinfo=UTC)  # a Wednesday
MADRID = ZoneInfo("Europe/Madrid")


def test_clauses_in_any_order_and_the_rest_is_the_condition() -> None:
    said = read_tune(
        'name "Nightly, scan" file.name:scan*.exe hide on host:web-1,"web 2" group:Servers user:ana'
        ' (tag:a or title:"hide on") any-type until 30d also-open comment ours services endpoint,source:grafana'
    )
    assert said.name == "Nightly, scan"
    assert said.action is Action.HIDE
    assert said.reach == Reach(devices=("web-1", "web 2"), groups=("Servers",), users=("ana",))
    assert said.condition is not None
    assert to_text(said.condition) == 'file.name:scan*.exe (tag:a or title:"hide on")'
    assert (said.only_type, said.until, said.with_open, said.comment) == (False, "30d", True, "ours")
    assert said.services == ("microsoftDefenderForEndpoint", "source:grafana")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("resolve as fp not malicious host:a", (Classification.FALSE_POSITIVE, "notMalicious")),
        ("resolve expected security test only-this-type", (Classification.EXPECTED, "securityTesting")),
        ("resolve tp host:a", (Classification.TRUE_POSITIVE, "")),
    ],
)
def test_resolving_takes_as_many_words_as_make_a_verdict(text: str, verdict: object) -> None:
    said = read_tune(text)
    assert (said.action, said.verdict) == (Action.RESOLVE, verdict)


def test_a_phones_curly_quotes_are_quotes() -> None:
    assert read_tune("hide name “Nightly scan” any-ioc").name == "Nightly scan"


def test_nothing_said_is_nothing() -> None:
    assert read_tune("  ") == TuneWords()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("hide name", "name"),
        ("hide name on everything", "name"),
        ("hide on", "on"),
        ("resolve nothing much", "resolve"),
        ("resolve as none", "resolve"),
    ],
)
def test_what_is_missing_is_said_with_its_place(text: str, where: str) -> None:
    with pytest.raises(Refused) as refused:
        read_tune(text)
    assert (refused.value.reason, refused.value.facts["where"]) == ("badTune", where)


def test_an_error_of_the_condition_has_its_place_in_the_whole_text() -> None:
    text = 'hide name "x" severity:huge any-type'
    with pytest.raises(Refused) as refused:
        read_tune(text)
    error = refused.value.facts["error"]
    assert text[error.position : error.position + error.length] == "huge"  # type: ignore[attr-defined]


def test_the_examples_of_the_documentation_can_be_read() -> None:
    page = (Path(__file__).parents[3] / "docs" / "tuning.md").read_text("utf-8")
    block = re.search(r"```\n(.*?)```", page, re.DOTALL)
    assert block is not None
    for line in block[1].splitlines():
        said = read_tune(line.removeprefix("tune 1042 ").removeprefix("rules new "))
        assert said.action is not None, line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("monday", datetime(2026, 11, 22, 23, tzinfo=UTC)),
        ("since wed", datetime(2026, 11, 24, 23, tzinfo=UTC)),
        ("thursday", datetime(2026, 11, 18, 23, tzinfo=UTC)),
        ("today", datetime(2026, 11, 24, 23, tzinfo=UTC)),
        ("yesterday", datetime(2026, 11, 23, 23, tzinfo=UTC)),
        ("2h", NOW - timedelta(hours=2)),
        ("2026-11-20", datetime(2026, 11, 19, 23, tzinfo=UTC)),
        ("2026-11-20T08:00", datetime(2026, 11, 20, 7, tzinfo=UTC)),
        ("", datetime(2000, 1, 1, tzinfo=UTC)),
    ],
)
def test_since_when_is_said_as_people_say_it(text: str, expected: datetime) -> None:
    assert read_since(text, NOW, MADRID) == expected


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "7x", "99999999d"])
def test_no_time_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_since(text, NOW, MADRID)
    with pytest.raises(Refused):
        until(text, NOW, MADRID)


def test_a_day_to_expire_means_its_end_where_tocsin_is() -> None:
    assert until("2026-12-31", NOW, MADRID) == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert until("30d", NOW, MADRID) == NOW + timedelta(days=30)
    assert until("2026-12-31T08:00", NOW, MADRID) == datetime(2026, 12, 31, 7, tzinfo=UTC)
