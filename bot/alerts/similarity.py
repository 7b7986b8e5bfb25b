"""Which alerts are like one, how much, and why: shared words, weighed by how rare they are.

The work is bounded, however many alerts there are: the newest alerts of each word, the rarest word first, and beside
them what was ever judged to be more than a false alarm. The best of these are compared word for word.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from bot.alerts.features import ENTITY_KINDS, WEIGHTS, Feature, kind_of
from bot.alerts.recommendation import VERDICTS, Three
from bot.alerts.words import Classification

#: The newest alerts that are looked at for each word, and in all.
POSTINGS: Final = 200
CANDIDATES: Final = 1_500

#: Words looked up at a time, the rarest first.
_AT_ONCE: Final = 8

#: Alerts that are compared word for word, and how many of them are there for having been judged.
_COMPARED: Final = 200
_JUDGED: Final = 60

#: How much it counts that an alert ended as this one probably will: it decides among those that are about as alike. A
#: true positive counts as expected wherever one in ten would be one: nobody looks for precedents to overlook those.
_PRECEDENT: Final = 0.25
_ONE_IN: Final = 10

#: Words that say two things at once are told as these; and what goes without saying where the other is said.
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "siteRule": ("rule", "site"),
    "siteType": ("type", "site"),
    "siteCategory": ("category", "site"),
}
_SINGLE: Final = frozenset({"rule", "type", "category", "site"})
_IMPLIED: Final[Mapping[str, str]] = {"type": "rule", "category": "rule"}

#: What everything of a kind shares is no reason that a person would name.
_NEVER_SAID: Final = frozenset({"detection"})

_REASONS: Final = 3

#: What an alert is about, as against what kind of alert it is.
_TOUCHED: Final = frozenset(ENTITY_KINDS.values()) | {"label"}


class Postings(Protocol):
    """The index: which alerts have which words, and how often each word was seen."""

    def total(self) -> int:
        """How many alerts it knows, roughly."""
        ...

    def frequencies(self, words: Collection[int]) -> Mapping[int, int]:
        """In how many alerts each word is, roughly; words may be missing."""
        ...

    def newest(self, words: Sequence[int], *, each: int) -> Mapping[int, Sequence[int]]:
        """The newest alerts of each word."""
        ...

    def judged(self, kind: int, *, most: int) -> Sequence[int]:
        """The newest alerts of a type, by its circle, that were more than false positives: true positives first."""
        ...

    def visible(self, alerts: Collection[int]) -> AbstractSet[int]:
        """Those that the reader may see."""
        ...

    def words(self, alerts: Collection[int]) -> Mapping[int, Mapping[int, int]]:
        """All words of some alerts, each with its frequency."""
        ...

    def verdicts(self, alerts: Collection[int]) -> Mapping[int, Classification]: ...


@dataclass(frozen=True, slots=True)
class Reason:
    """Something shared: its kind (rule, type, site, technique, host …), and how people call it."""

    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Match:
    """An alert like another, by its number. `score` is 1 for one that has all the same words and ended as expected."""

    alert: int
    score: float
    reasons: tuple[Reason, ...]


def weight(number: int, frequency: int, total: int) -> float:
    """How much a word says: less, the more alerts have it."""
    rarity = math.log((total + 1) / (min(frequency, total) + 0.5))
    return WEIGHTS.get(kind_of(number), 0.5) * max(rarity, 0.0)


def find(
    features: Sequence[Feature], kind: int, postings: Postings, *, but: int, expected: Three, limit: int
) -> list[Match]:
    """The most alike first, the newest first among those that are alike to the same degree.

    `kind` is the circle of the alert's type, `but` its own number, `expected` how probable each verdict is for it.
    """
    total = postings.total()
    known = postings.frequencies([feature.number for feature in features])
    weights = {feature.number: weight(feature.number, known.get(feature.number, 1), total) for feature in features}
    partial, rest = _candidates(weights, postings), postings.judged(kind, most=_JUDGED)
    near = postings.visible({*partial, *rest} - {but})
    best = sorted(near & partial.keys(), key=lambda alert: (partial[alert], alert), reverse=True)
    compared = list(dict.fromkeys((*best[:_COMPARED], *(alert for alert in rest if alert in near))))
    verdicts = postings.verdicts(compared)
    own = sum(weights.values())
    others: dict[int, float] = {}
    found = [
        (
            round(_likeness(weights, own, words, others, total) * _precedent(verdicts.get(alert), expected), 9),
            alert,
            words,
        )
        for alert, words in postings.words(compared).items()
    ]
    found.sort(key=lambda one: one[:2], reverse=True)
    labels = {feature.number: feature for feature in features}

    def matched(one: _Found) -> Match:
        score, alert, words = one
        return Match(alert, score, reasons([(labels[word], weights[word]) for word in words if word in weights]))

    # What shares only what nobody would name is at the end of the list, if anywhere.
    matches = (match for one in found if one[0] > 0 and (match := matched(one)).reasons)
    true = {alert for alert in rest if verdicts.get(alert) is Classification.TRUE_POSITIVE}
    return _with_a_true_positive(matches, true, limit)


_Found = tuple[float, int, Mapping[int, int]]


def _with_a_true_positive(matches: Iterator[Match], true: AbstractSet[int], limit: int) -> list[Match]:
    """The first ones; the last place is for a true positive of the same type, where all of them would be cut off."""
    shown = list(islice(matches, limit))
    if len(shown) == limit and true and not any(match.alert in true for match in shown):
        shown[-1:] = [next((match for match in matches if match.alert in true), shown[-1])]
    return shown


def _candidates(weights: Mapping[int, float], postings: Postings) -> dict[int, float]:
    """Alerts that share something, with the weight of what was seen of it."""
    partial: dict[int, float] = {}
    rarest = sorted(weights, key=lambda word: weights[word], reverse=True)
    for start in range(0, len(rarest), _AT_ONCE):
        if len(partial) >= CANDIDATES:
            break
        for word, alerts in postings.newest(rarest[start : start + _AT_ONCE], each=POSTINGS).items():
            for alert in alerts:
                partial[alert] = partial.get(alert, 0.0) + weights[word]
    return partial


def _likeness(
    weights: Mapping[int, float], own: float, words: Mapping[int, int], others: dict[int, float], total: int
) -> float:
    """Jaccard's: what both have of what either has. `own` is what the alert's own words weigh together; `others`
    remembers what other words weigh."""
    shared = unshared = 0.0
    for word, frequency in words.items():
        if word in weights:
            shared += weights[word]
        else:
            weighs = others.get(word)
            if weighs is None:
                weighs = others[word] = weight(word, frequency, total)
            unshared += weighs
    either = own + unshared
    return shared / either if either > 0 else 0.0


def _precedent(verdict: Classification | None, expected: Three) -> float:
    if verdict is Classification.TRUE_POSITIVE:
        ended = min(max(expected), _ONE_IN * expected[VERDICTS.index(verdict)])
    elif verdict in VERDICTS:
        ended = expected[VERDICTS.index(verdict)]
    else:
        ended = sum(chance * chance for chance in expected)
    return 1 - _PRECEDENT + _PRECEDENT * ended


def reasons(shared: Iterable[tuple[Feature, float]]) -> tuple[Reason, ...]:
    """The things that count most among what is shared, two or three; one can be touched, where there is such a one."""
    weights: dict[tuple[str, str], float] = {}
    single: dict[str, tuple[float, str]] = {}
    for feature, counts in shared:
        if feature.kind not in _SINGLE and feature.kind not in _PARTS:
            weights[feature.kind, feature.label] = counts
            continue
        parts = _PARTS.get(feature.kind, (feature.kind,))
        for part in parts:
            before, label = single.get(part, (0.0, ""))
            # Of a word that says two things, only the site is known by name; the other thing is among the words itself.
            own = feature.label if part in (feature.kind, "site") else ""
            single[part] = (before + counts / len(parts), label or own)
    for implied, by in _IMPLIED.items():
        if by in single:
            single.pop(implied, None)
    weights |= {(kind, label): counts for kind, (counts, label) in single.items()}
    told = [
        (counts, kind, label) for (kind, label), counts in weights.items() if counts > 0 and kind not in _NEVER_SAID
    ]
    told.sort(key=lambda one: (-one[0], one[1:]))
    touched = next((one for one in told if one[1] in _TOUCHED), None)
    if touched is not None and touched not in told[:_REASONS]:
        told.insert(_REASONS - 1, touched)
    return tuple(Reason(kind, label) for _, kind, label in told[:_REASONS])
