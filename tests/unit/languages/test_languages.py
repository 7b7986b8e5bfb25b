"""Which language somebody reads, and how it writes dates, times and plurals."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.people import Person
from bot.alerts.ports import People
from cards.languages import Languages, best, language

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)


@pytest.fixture
def shared() -> Languages:
    return Languages("en", ZoneInfo("UTC"))


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
def test_a_zone_that_nobody_knows_is_the_deployments(shared: Languages, zone: str) -> None:
    assert shared.of(Person("a", "Ana", zone=zone)).zone == ZoneInfo("UTC")


def test_what_a_client_leaves_out_is_as_it_told_before(shared: Languages) -> None:
    people = cast("People", Met(Person("a", "Ana", locale="de-DE", zone="Europe/Berlin")))
    silent = shared.known(Person("a", "Ana"), people)
    assert (silent.locale.language, silent.zone) == ("de", BERLIN)
    moved = shared.known(Person("a", "Ana", zone="Asia/Tokyo"), people)
    assert (moved.locale.language, moved.zone) == ("de", ZoneInfo("Asia/Tokyo"))
    assert shared.known(Person("b", "Bo"), people) == replace(shared.shared, names_zone=False)
    assert shared.of(None) == shared.of(Person("b", "Bo"))


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


@pytest.mark.parametrize(
    ("name", "zone", "others", "told"),
    [
        ("en", "UTC", [], "03:02 – 03:11"),
        ("en", "UTC", ["UTC", "Atlantic/Reykjavik", "", "Atlantis"], "03:02 – 03:11"),
        ("en", "UTC", ["Europe/London"], "03:02 – 03:11 UTC"),
        ("en", "Europe/Berlin", ["Europe/Madrid"], "04:02 – 04:11"),
        ("en", "Europe/Berlin", ["America/New_York"], "04:02 – 04:11 CET"),
        ("de", "Europe/Berlin", ["Asia/Tokyo"], "04:02 – 04:11 MEZ"),
        ("de", "America/New_York", ["Asia/Tokyo"], "22:02 – 22:11 EST"),
        ("de", "America/Sao_Paulo", ["Asia/Tokyo"], "00:02 – 00:11 UTC-03"),
    ],
)
def test_what_all_see_names_its_zone_where_somebodys_clock_shows_something_else(
    name: str, zone: str, others: list[str], told: str
) -> None:
    languages = Languages(name, ZoneInfo(zone))
    languages.read_in(others)
    night = datetime(2026, 11, 24, 3, 2, tzinfo=UTC)
    assert languages.shared.period(night, night.replace(minute=11), now=night) == told
    own = languages.of(Person("a", "Ana", zone=zone))
    assert own.period(night, night.replace(minute=11), now=night) == told[: len("03:02 – 03:11")]
