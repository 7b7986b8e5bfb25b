"""How large a card may be, and what is left out first.

Teams refuses messages that are too large, and counts more than it was sent. So a card is built again with less room
until it fits; title, severity, number and buttons do not depend on the room.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from pydantic_core import to_json

from cards.elements import Card

#: Bytes of a card. With its text and envelope the whole message stays within 28 KB, which is safe in every client.
LIMIT = 27 * 1024


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be shown: facts of a piece (and labels), pieces of evidence, entries of lists, letters of prose."""

    facts: int = 10
    evidence: int = 40
    entries: int = 40
    text: int = 4_000


def size(card: Card) -> int:
    """Bytes of the card as JSON, in the form that needs most of them: nobody downstream can send more than this."""
    return len(json.dumps(card))


def fit(build: Callable[[Room], Card], *, limit: int = LIMIT) -> Card:
    """The card with as much as fits. The order is always the same: facts go first, prose last."""
    card = build(_STEPS[0])
    for room in _STEPS[1:]:
        if _fits(card, limit):
            break
        card = build(room)
    return card


def _fits(card: Card, limit: int) -> bool:
    """Most cards are far below: no form of a card has three times as many bytes as the compact one, quick to make."""
    try:
        if 3 * len(to_json(card)) <= limit:
            return True
    except ValueError:
        pass
    return size(card) <= limit


def _steps() -> tuple[Room, ...]:
    steps = [Room()]
    steps += [replace(steps[-1], facts=facts) for facts in (4, 0)]
    steps += [replace(steps[-1], evidence=evidence) for evidence in (20, 10, 4, 0)]
    steps += [replace(steps[-1], entries=entries) for entries in (20, 10, 5, 2)]
    steps += [replace(steps[-1], text=text) for text in (1_500, 500, 150, 50)]
    return tuple(steps)


_STEPS = _steps()
