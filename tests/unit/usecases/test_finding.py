"""What may be the id of an alert at its source."""

import pytest

from bot.sources.graph.ids import names_of
from bot.usecases.finding import may_be_id


@pytest.mark.parametrize(
    "text", ["da637551227677560813_-961444813", "fa123a456b-c789-1d2e-12f1g33h445h6i", "924518", " 5ef77f1f8a3ecf8d "]
)
def test_an_id_is_one_word_with_a_figure_in_it(text: str) -> None:
    assert may_be_id(text)


@pytest.mark.parametrize(
    "text", ["", "mimikatz", "service:office365", "two words 1", "severity>=2", "a" * 301 + "1", "1"]
)
def test_words_and_filters_are_none(text: str) -> None:
    assert not may_be_id(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("da637551227677560813_-961444813", {"637551227677560813_-961444813"}),
        ("637551227677560813_-961444813", {"637551227677560813_-961444813"}),
        ("FA123A456B-c789-1d2e-a2f1-33a445b6c7d8", {"123a456b-c789-1d2e-a2f1-33a445b6c7d8"}),
        ("fa123a456b-c789-1d2e-12f1g33h445h6i", {"123a456b-c789-1d2e-12f1g33h445h6i"}),
        ("da63755122", {"da63755122", "63755122"}),
        ("opaque-1", {"opaque-1"}),
    ],
)
def test_all_names_by_which_it_may_be_kept_are_tried(text: str, names: set[str]) -> None:
    assert names <= set(names_of(text))
