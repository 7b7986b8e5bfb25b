"""The oracle: what was acknowledged, what Teams has, and what the database says must agree.

- I1 what was acknowledged is stored, once
- I2 each alert is shown by a card in each subscribed conversation, its own or one that it is folded into, or set aside
- I3 the card in Teams says what the database says
- I4 histories have no gaps, and end where the alert is
- I5 nothing is stuck: nothing pending, nothing leased

A double is a message of the bot that no card knows: Teams took it, and its proof was lost. Each must be counted, which
is its card's `ambiguous`.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from bot.sandbox.world import Message
from storage.tables import alerts, cards, comments, conversations, folds, history, people
from tests.support import card_reading
from tests.support.chaos_town import Arena, card_of, walk

#: How a page begins, which names an alert and is no card of it.
_PAGES = ("Page. ", "Still waiting for you. ", "Nobody has answered. ", "Nobody is on call. ", "Taken care of: ")

_STATUS = {"new": "New", "inProgress": "In progress", "resolved": "Resolved"}


@dataclass(frozen=True)
class Found:
    """What the oracle counted. `doubles` are posts beyond the first, `ambiguous` those that the program counts."""

    alerts: int
    doubles: int
    ambiguous: int
    set_aside: int


@dataclass(frozen=True)
class _State:
    """Everything that is compared."""

    alerts: dict[int, Any]
    cards: list[Any]
    places: dict[int, Any]
    folds: dict[tuple[int, int], int]
    histories: dict[int, tuple[int, int]]
    comments: Counter[tuple[int, str]]
    people: dict[str, str]


async def judge(arena: Arena) -> Found:
    """Raises AssertionError where an invariant is broken. Nothing may be under way."""
    state: _State = await arena.ask(_state)
    posted = _posted(arena)
    _stored(arena, state)
    _shown(state, posted)
    _true(state, posted)
    _contiguous(state)
    _settled(state)
    doubles = _doubles(state, posted)
    return Found(
        alerts=len(state.alerts),
        doubles=doubles,
        ambiguous=sum(card.ambiguous for card in state.cards),
        set_aside=sum(card.state == "set aside" for card in state.cards),
    )


def _state(on: Any) -> _State:
    ends = select(history.c.alert, func.count(), func.max(history.c.revision)).group_by(history.c.alert)
    return _State(
        alerts={row.number: row for row in on.execute(select(alerts))},
        cards=list(on.execute(select(cards))),
        places={row.id: row for row in on.execute(select(conversations))},
        folds={(row.conversation, row.alert): row.card for row in on.execute(select(folds))},
        histories={row[0]: (row[1], row[2]) for row in on.execute(ends)},
        comments=Counter((row.alert, row.text) for row in on.execute(select(comments))),
        people={row.object_id: row.name for row in on.execute(select(people))},
    )


def _posted(arena: Arena) -> dict[tuple[str, str], Message]:
    """The bot's messages by the conversation's Teams id and their own."""
    return {
        (place.id, message.id): message
        for place in arena.sandbox.world.conversations.values()
        for message in arena.messages(place.key)
    }


def _stored(arena: Arena, state: _State) -> None:
    """I1."""
    stored = {row.external_id: number for number, row in state.alerts.items()}
    for external, number in arena.ledger.alerts.items():
        assert stored.get(external) == number, f"acknowledged as #{number} and lost: {external}"
    for text, number in arena.ledger.comments.items():
        times = state.comments[number, text]
        assert times == 1, f"the acknowledged comment {text!r} on #{number} is there {times} times"
    for (number, text), times in state.comments.items():
        assert times == 1, f"the comment {text!r} on #{number} took effect {times} times"


def _shown(state: _State, posted: dict[tuple[str, str], Message]) -> None:
    """I2."""
    by_id = {card.id: card for card in state.cards}
    own = {
        (card.conversation, card.subject_id): card
        for card in state.cards
        if card.subject == "alert" and not card.origin
    }
    for place in state.places.values():
        if place.subscribed_at is None or place.gone:
            continue
        for number, alert in state.alerts.items():
            if alert.received_at < place.subscribed_at:
                continue
            card = own.get((place.id, number)) or by_id.get(state.folds.get((place.id, number), 0))
            assert card is not None, f"no card shows #{number} in {place.name}"
            if card.state == "set aside":
                continue
            assert card.state == "shown", f"#{number} in {place.name} is {card.state}: {card.why}"
            assert (place.teams_id, card.activity_id) in posted, f"#{number} was never posted in {place.name}"


def _true(state: _State, posted: dict[tuple[str, str], Message]) -> None:
    """I3."""
    for card in state.cards:
        if card.subject != "alert" or card.state != "shown":
            continue
        place, alert = state.places[card.conversation], state.alerts[card.subject_id]
        message = posted.get((place.teams_id, card.activity_id))
        if place.gone or message is None:
            continue
        content = card_of(message)
        revisions = {node["rev"] for node in walk(content) if node.get("alert") == alert.number and "rev" in node}
        assert revisions == {alert.revision}, f"#{alert.number} shows {revisions} and is at {alert.revision}"
        read = card_reading.text(content)
        assert _STATUS[alert.status] in read, f"#{alert.number} is {alert.status} and its card says\n{read}"
        if alert.assignee and alert.status != "resolved":
            who = state.people.get(alert.assignee, alert.assignee)
            assert who in read, f"{who} has #{alert.number} and its card says\n{read}"


def _contiguous(state: _State) -> None:
    """I4."""
    for number, alert in state.alerts.items():
        count, last = state.histories.get(number, (0, 0))
        assert count == last == alert.revision, f"#{number}: {count} entries to {last}, revision {alert.revision}"


def _settled(state: _State) -> None:
    """I5."""
    for card in state.cards:
        gone = state.places[card.conversation].gone
        assert gone or card.state != "pending", f"card {card.id} is still pending: {card.why}"
        assert card.lease_until is None, f"card {card.id} is still leased to {card.owner}"
        assert card.owner is None, f"card {card.id} still has an owner"


def _doubles(state: _State, posted: dict[tuple[str, str], Message]) -> int:
    """Messages that no card knows; each must be one of a card that is marked."""
    known = {(state.places[card.conversation].teams_id, card.activity_id) for card in state.cards if card.activity_id}
    counted: dict[tuple[str, str, int], int] = defaultdict(int)
    for card in state.cards:
        if card.ambiguous:
            counted[(state.places[card.conversation].teams_id, *_subject(card))] += 1
    doubles = 0
    for (place, activity), message in posted.items():
        if (place, activity) in known:
            continue
        doubles += 1
        key = (place, *_of_message(message))
        if key[1]:
            assert counted[key], f"{message.text!r} was posted twice in {place} and is not counted"
    return doubles


def _subject(card: Any) -> tuple[str, int]:
    return ("alert", card.subject_id) if card.subject == "alert" else ("", 0)


def _of_message(message: Message) -> tuple[str, int]:
    """What a message is a card of: an alert by its number; ("", 0) for anything else."""
    if any(lead in message.text for lead in _PAGES):
        return ("", 0)
    found = message.text.rpartition("(#")[2].removesuffix(")")
    return ("alert", int(found)) if found.isdigit() else ("", 0)
