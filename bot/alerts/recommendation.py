"""What an alert will probably turn out to be, by how people judged those like it.

Verdicts are counted where they were given: for a rule at a site, and from there for ever wider circles. A narrow count
is drawn towards the wider one, the more so the fewer verdicts it has. Two things keep the confidence honest: a rule at
a site counts once in every wider circle, however many alerts it had, and no verdict is counted twice, because every
circle leaves out the narrower one that is looked at already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from bot.alerts.features import Likeness, number_of
from bot.alerts.words import Classification

#: The verdicts that count, in the order of every tally.
VERDICTS: Final = (Classification.TRUE_POSITIVE, Classification.EXPECTED, Classification.FALSE_POSITIVE)

Three = tuple[float, float, float]

#: How many verdicts the wider circle is worth to the narrower one. Set on real alerts; the figures hardly change within
#: a factor of one and a half.
_OF_ALL, _OF_KIND, _OF_SITE, _OF_SITE_KIND, _OF_HERE, _OF_ENTITY = 1.0, 3.0, 2.0, 1.5, 0.15, 4.0

#: How far the kind of alert tilts what is usual at a site, and an entity that was seen elsewhere what is usual at all.
_KIND_TILT, _ENTITY_TILT = 0.75, 0.5

#: What one change of mind adds to every verdict: who often thinks again is not sure.
_FLIP: Final = 0.5

#: From here on a recommendation is good enough for many alerts at once.
SURE, SURE_OF = 0.9, 5

#: Entities whose verdicts are counted.
_ENTITIES: Final = 6


class Tally(NamedTuple):
    """Verdicts of a circle: how many alerts, how much they weigh (a rule at a site 1), and changes of mind."""

    counts: tuple[int, int, int] = (0, 0, 0)
    mass: Three = (0.0, 0.0, 0.0)
    flips: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts)


_NONE: Final = Tally()


class Basis(StrEnum):
    """The narrowest circle in which there are verdicts."""

    HERE = "here"
    SITE_TYPE = "siteType"
    RULE = "rule"
    TYPE = "type"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Circles:
    """The numbers of the circles that an alert is in. `seen` are its entities: each at this site, and anywhere."""

    everything: int
    category: int
    kind: int
    rule: int
    site: int
    site_kind: int
    here: int
    seen: tuple[tuple[int, int], ...]

    @property
    def all(self) -> list[int]:
        own = [self.everything, self.category, self.kind, self.rule, self.site, self.site_kind, self.here]
        return own + [number for pair in self.seen for number in pair]

    @property
    def narrow(self) -> list[tuple[int, tuple[int, ...]]]:
        """The circles that count alerts themselves, each with the wider ones that count it once."""
        wider = (self.everything, self.category, self.kind, self.rule, self.site, self.site_kind)
        return [(self.here, wider), *((at_site, (anywhere,)) for at_site, anywhere in self.seen)]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A verdict, how sure it is, and what it rests on: `right` of `of` alerts in the circle `basis`."""

    verdict: Classification
    confidence: float
    basis: Basis
    counts: tuple[int, int, int]

    @property
    def right(self) -> int:
        return self.counts[VERDICTS.index(self.verdict)]

    @property
    def of(self) -> int:
        return sum(self.counts)

    @property
    def is_sure(self) -> bool:
        """Enough for many at once; never enough to act without a person."""
        return self.confidence >= SURE and self.of >= SURE_OF


def circles_of(like: Likeness) -> Circles:
    category, kind, rule, site = like.category, like.alert_type, like.rule, like.site
    return Circles(
        everything=number_of("other", "all"),
        category=number_of("category", "all", category),
        kind=number_of("type", "all", category, kind),
        rule=number_of("rule", "all", category, rule),
        site=number_of("site", "all", site),
        site_kind=number_of("siteType", "all", site, kind),
        here=number_of("siteRule", "all", site, category, rule),
        seen=tuple((number_of("other", "seen", site, str(entity)), entity) for entity in like.entities[:_ENTITIES]),
    )


def share(counts: Sequence[float]) -> Three:
    """What a narrow circle weighs in the wider ones: 1 in all, or nothing where it is empty."""
    total = sum(counts)
    if total <= 0:
        return (0.0, 0.0, 0.0)
    first, second, third = (max(0.0, count) / total for count in counts)
    return (first, second, third)


def chances(circles: Circles, tallies: Mapping[int, Tally]) -> Three:
    """How probable each verdict is, in the order of VERDICTS."""

    def mass(circle: int, but: Sequence[float] = (0, 0, 0)) -> Three:
        first, second, third = tallies.get(circle, _NONE).mass
        return max(0.0, first - but[0]), max(0.0, second - but[1]), max(0.0, third - but[2])

    here = tallies.get(circles.here, _NONE)
    own = share(here.counts)
    usual = _drawn(mass(circles.everything), (1 / 3, 1 / 3, 1 / 3), _OF_ALL)
    of_kind = usual
    for circle in (circles.category, circles.kind, circles.rule):
        of_kind = _drawn(mass(circle, own), of_kind, _OF_KIND)
    at_site = _drawn(mass(circles.site, mass(circles.site_kind)), usual, _OF_SITE)
    expected = _tilted(at_site, of_kind, usual, _KIND_TILT)
    expected = _drawn(mass(circles.site_kind, own), expected, _OF_SITE_KIND)
    doubt = _FLIP * here.flips
    expected = _drawn(tuple(count + doubt for count in here.counts), expected, _OF_HERE)
    seen = max((tallies.get(anywhere, _NONE).mass for _, anywhere in circles.seen), key=sum, default=_NONE.mass)
    if sum(seen) > 0:
        expected = _tilted(expected, _drawn(seen, usual, _OF_ENTITY), usual, _ENTITY_TILT)
    return expected


def without(circles: Circles, tallies: Mapping[int, Tally], verdict: Classification) -> dict[int, Tally]:
    """The counts as if this one verdict had not been given: an alert is no precedent for itself."""
    kept = dict(tallies)
    one = tuple(int(word is verdict) for word in VERDICTS)
    for narrow, wider in circles.narrow:
        before = kept.get(narrow, _NONE)
        after = _less(before, one, (0.0, 0.0, 0.0))
        lost = tuple(then - now for then, now in zip(share(before.counts), share(after.counts), strict=True))
        kept[narrow] = after
        for circle in wider:
            kept[circle] = _less(kept.get(circle, _NONE), one, lost)
    return kept


def _less(tally: Tally, counts: Sequence[int], mass: Sequence[float]) -> Tally:
    one, two, three = (max(0, now - gone) for now, gone in zip(tally.counts, counts, strict=True))
    first, second, third = (max(0.0, now - gone) for now, gone in zip(tally.mass, mass, strict=True))
    return Tally((one, two, three), (first, second, third), tally.flips)


def recommend(circles: Circles, tallies: Mapping[int, Tally]) -> Recommendation | None:
    """None where nobody has judged anything near enough to be named."""
    for basis, circle in (
        (Basis.HERE, circles.here),
        (Basis.SITE_TYPE, circles.site_kind),
        (Basis.RULE, circles.rule),
        (Basis.TYPE, circles.kind),
        (Basis.SITE, circles.site),
    ):
        tally = tallies.get(circle, _NONE)
        if tally.total > 0:
            expected = chances(circles, tallies)
            best = max(range(3), key=expected.__getitem__)
            return Recommendation(VERDICTS[best], expected[best], basis, tally.counts)
    return None


def _drawn(counts: Sequence[float], wider: Three, worth: float) -> Three:
    """The share of each verdict, drawn towards the wider circle's as if that were so many verdicts."""
    total = sum(counts) + worth
    first, second, third = ((count + worth * chance) / total for count, chance in zip(counts, wider, strict=True))
    return first, second, third


def _tilted(chance: Three, towards: Three, away_from: Three, strength: float) -> Three:
    first, second, third = (
        one * (more / less) ** strength for one, more, less in zip(chance, towards, away_from, strict=True)
    )
    total = first + second + third
    return first / total, second / total, third / total
