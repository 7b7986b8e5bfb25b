"""What people say after `export`."""

import pytest

from bot.alerts.errors import Refused
from bot.alerts.export import About, Form, Wanted
from bot.teams.export_words import read_export

XLSX, CSV = Form.XLSX, Form.CSV


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Wanted(About.QUEUE)),
        ("csv", Wanted(About.QUEUE, CSV)),
        ("1042", Wanted(About.ALERTS, XLSX, numbers=(1042,))),
        ("#1042 as csv", Wanted(About.ALERTS, CSV, numbers=(1042,))),
        ("csv 4-6, 9", Wanted(About.ALERTS, CSV, numbers=(4, 5, 6, 9))),
        ("alert 7 xlsx", Wanted(About.ALERTS, XLSX, numbers=(7,))),
        ("Incident #12 CSV", Wanted(About.INCIDENT, CSV, numbers=(12,))),
        ("severity>=medium", Wanted(About.QUEUE, XLSX, "severity>=medium")),
        ("queue host:web-* Excel", Wanted(About.QUEUE, XLSX, "host:web-*")),
        ("mine", Wanted(About.MINE)),
        ('search "a csv file" last:7d csv', Wanted(About.SEARCH, CSV, '"a csv file" last:7d')),
        ("all", Wanted(About.SEARCH)),
    ],
)
def test_words_are_understood(text: str, wanted: Wanted) -> None:
    assert read_export(text, alert=None, incident=None) == wanted


def test_in_a_thread_nothing_more_needs_to_be_said() -> None:
    assert read_export("csv", alert=7, incident=None) == Wanted(About.ALERTS, CSV, numbers=(7,))
    assert read_export("", alert=None, incident=12) == Wanted(About.INCIDENT, numbers=(12,))
    assert read_export("queue", alert=7, incident=None) == Wanted(About.QUEUE)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("incident", "exportWords"),
        ("incident twelve", "exportWords"),
        ("4 please", "exportWords"),
        ("1-51", "manyPicked"),
        ("1-999999999999", "manyPicked"),
        ("alert", None),
    ],
)
def test_what_is_not_understood_is_not_guessed(text: str, why: str | None) -> None:
    if why is None:
        assert read_export(text, alert=None, incident=None).about is About.QUEUE
        return
    with pytest.raises(Refused) as refused:
        read_export(text, alert=None, incident=None)
    assert refused.value.reason == why
