"""Which language somebody reads, and how it writes dates, times and plurals."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.people import Person
from bot.alerts.ports import People
from cards.languages import Languages, best, language

BERLIN = ZoneInfo("Europe/Berlin")
SHARED = Languages("en", ZoneInfo("UTC"))
NIGHT = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)


class Met:
    """People whom we have met."""

    def __init__(self, *people: Person) -> None:
        self._people = {person.object_id: person for person in people}

    def many(self, ids: Iterable[str]) -> Mapping[str, Person]:
        return {one: self._people[one] for one in ids if one in self._people}


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("de", "de"), ("de-DE", "de"), ("de_at", "de"), ("DE-ch", "de"), ("en-US", "en"), ("fr-FR", None), ("", None),
        ("d" * 500, None), ("../de", None), ("de\x00", None),
    ],
)  # fmt: skip
def test_a_locale_is_a_language_or_none_that_we_speak(locale: str, name: str | None) -> None:
    assert best(locale) == name


@pytest.mark.parametrize("zone", ["", "Atlantis/Capital", "../etc/passwd", "/etc/passwd", "x" * 300, "\x00", "Europe"])
def test_a_zone_that_nobody_knows_is_the_deployments(zone: str) -> None:
    assert SHARED.of(Person("a", "Ana", zone=zone)).zone == ZoneInfo("UTC")


def test_what_a_client_leaves_out_is_as_it_told_before() -> None:
    people = cast("People", Met(Person("a", "Ana", locale="de-DE", zone="Europe/Berlin")))
    silent = SHARED.known(Person("a", "Ana"), people)
    assert (silent.locale.language, silent.zone) == ("de", BERLIN)
    moved = SHARED.known(Person("a", "Ana", zone="Asia/Tokyo"), people)
    assert (moved.locale.language, moved.zone) == ("de", ZoneInfo("Asia/Tokyo"))
    assert SHARED.known(Person("b", "Bo"), people) == SHARED.shared
    assert SHARED.of(None) is SHARED.shared


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("en", {"now": "03:12", "before": "20 Nov 03:12", "long": "20 Nov 2025 03:12", "day": "Tuesday"}),
        ("de", {"now": "03:12", "before": "20. Nov. 03:12", "long": "20. Nov. 2025 03:12", "day": "Dienstag"}),
    ],
)
def test_dates_are_written_as_the_language_writes_them(name: str, told: Mapping[str, Any]) -> None:
    lang = Languages(name, BERLIN).shared
    assert lang.moment(NIGHT, now=NIGHT) == told["now"]
    assert lang.moment(NIGHT.replace(day=20), now=NIGHT) == told["before"]
    assert lang.moment(NIGHT.replace(year=2025, day=20), now=NIGHT) == told["long"]
    assert lang.weekday(date(2026, 11, 24)) == told["day"]


def test_german_has_its_plurals_and_keeps_the_capitals_of_its_nouns() -> None:
    german = language("de")
    assert [german.n("{count} alert", "{count} alerts", count) for count in (0, 1, 2)] == [
        "0 Warnungen",
        "1 Warnung",
        "2 Warnungen",
    ]
    assert german.inside(german.t("Assigned to")) == "Zugewiesen an"
    assert language("en").inside("Assigned to") == "assigned to"
