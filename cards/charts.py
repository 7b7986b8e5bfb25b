"""Charts as Teams draws them, each with a fallback of the same numbers for clients and screen readers that do not."""

from collections.abc import Sequence
from typing import Final

from cards.elements import BarColour, Element, fact, fact_set
from cards.safe import clean

#: For what has no colour of its own meaning.
PLAIN: Final[tuple[BarColour, ...]] = (
    "categoricalBlue", "categoricalTeal", "categoricalPurple", "categoricalMarigold", "categoricalGreen",
    "categoricalLavender", "categoricalLightBlue", "categoricalLime",
)  # fmt: skip


def donut(values: Sequence[tuple[str, int, BarColour]], *, title: str) -> Element:
    """Shares of a whole."""
    return Element(
        {
            "type": "Chart.Donut",
            "title": clean(title),
            "showTitle": False,
            "data": [{"legend": clean(name), "value": value, "color": color} for name, value, color in values],
            "fallback": fact_set([fact(name, str(value)) for name, value, _ in values]),
        }
    )


def stacked(
    names: Sequence[str], series: Sequence[tuple[str, Sequence[int], BarColour]], *, title: str, nothing: str
) -> Element:
    """A column for each name, made of the series' parts. `nothing` is said where a column has none."""
    return Element(
        {
            "type": "Chart.VerticalBar.Grouped",
            "stacked": True,
            "title": clean(title),
            "showTitle": False,
            "data": [
                {
                    "legend": clean(legend),
                    "color": color,
                    "values": [{"x": clean(name), "y": value} for name, value in zip(names, values, strict=True)],
                }
                for legend, values, color in series
            ],
            "fallback": fact_set(
                [
                    fact(name, _parts([(legend, values[place]) for legend, values, _ in series]) or nothing)
                    for place, name in enumerate(names)
                ]
            ),
        }
    )


def line(names: Sequence[str], values: Sequence[float | None], *, title: str, said: Sequence[str]) -> Element:
    """A point for each name that has a value; `said` are all values in words."""
    points = [{"x": clean(name), "y": value} for name, value in zip(names, values, strict=True) if value is not None]
    return Element(
        {
            "type": "Chart.Line",
            "title": clean(title),
            "showTitle": False,
            "data": [{"legend": clean(title), "color": PLAIN[0], "values": points}],
            "fallback": fact_set([fact(name, words) for name, words in zip(names, said, strict=True)]),
        }
    )


def _parts(counts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts if count)
