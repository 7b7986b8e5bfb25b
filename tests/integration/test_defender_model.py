"""However people, portal, failures and restarts interleave: both sides end up saying the same, and nothing is lost.

In each turn several things happen at once, so that they meet at every await. `TOCSIN_TEST_STORIES=200` tells as many
stories on each database; 20 otherwise.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.alerts.alert import Alert
from bot.alerts.mirror import MirrorState
from bot.alerts.words import Classification
from bot.usecases import assign, comment, incidents, link, resolve
from bot.usecases.incident_finding import final
from tests.support.two_books import ALERTS, ANA, Books, books, killed, undo_of_a_step

STORIES = int(os.environ.get("TOCSIN_TEST_STORIES", "20"))

#: A fault that is known and not mended: on PostgreSQL one story in about 80 ends with one comment that Defender never
#: got. `make test-stories` fails on it; the suite fails on two, and on any that is lost here or doubled anywhere.
UNHEARD = 0 if "TOCSIN_TEST_STORIES" in os.environ else 1

FAULTS: list[dict[str, Any]] = [
    {"status": 503},
    {"status": 429, "retryAfter": 1},
    {"drop": "before"},
    {"drop": "after"},
    {"drop": "after", "method": "POST"},
    {"drop": "after", "method": "PATCH"},
]

Step = Callable[[Books, random.Random, str, str], Awaitable[object]]


async def _comment(it: Books, rng: random.Random, name: str, _word: str) -> None:
    words = f"ours {rng.randrange(3)}"  # the same words may be said twice
    await it.do(name, lambda uow, act: comment.comment(uow, act, words), words)


async def _classify(it: Books, rng: random.Random, name: str, _word: str) -> None:
    if rng.random() < 0.5:
        await it.do(name, lambda uow, act: resolve.classify(uow, act, Classification.TRUE_POSITIVE, "malware"))
    else:
        await it.do(name, lambda uow, act: resolve.resolve(uow, act, Classification.FALSE_POSITIVE, "notMalicious"))


async def _assign(it: Books, rng: random.Random, name: str, _word: str) -> None:
    to = rng.choice([None, ANA.object_id])
    await it.do(name, lambda uow, act: assign.assign(uow, act, to))


async def _move(it: Books, rng: random.Random, name: str, word: str) -> None:
    said = rng.choice(["", word])
    to = (await it.alert(rng.choice(list(ALERTS)))).incident
    if to is None or rng.random() < 0.3:
        await it.do(name, lambda uow, act: link.link_to_new(uow, act, reason="sameActor", comment=said), said)
    else:
        await it.do(name, lambda uow, act: link.link(uow, act, to, "sameAsset", said), said)


async def _merge(it: Books, rng: random.Random, name: str, word: str) -> None:
    said = rng.choice(["", word])
    other = (await it.alert(rng.choice(list(ALERTS)))).incident
    if other is not None:
        await it.do_to_incident(name, lambda uow, act: incidents.merge(uow, act, other, "sameActor", said), said)


async def _their_verdict(it: Books, rng: random.Random, name: str, _word: str) -> None:
    kind = rng.choice(["phishing", "malware"])
    await it.in_the_portal(name, classification="truePositive", determination=kind)


async def _their_move(it: Books, rng: random.Random, name: str, _word: str) -> None:
    to = (await it.teams.in_the_portal("bo", rng.choice(list(ALERTS))))["incidentId"]
    await it.in_the_portal(name, move=rng.choice([to, "new"]))


async def _fault(it: Books, rng: random.Random, _name: str, _word: str) -> None:
    await it.teams.fault("graph", times=rng.randint(1, 3), **rng.choice(FAULTS))


async def _kill(it: Books, rng: random.Random, _name: str, _word: str) -> None:
    what = rng.choice([it.agree, it.asking.look, it.tell])
    await killed(it, what, rng)


#: What may happen, and how often.
STEPS: list[tuple[int, Step]] = [
    (2, lambda it, _r, name, _w: it.do(name, assign.start)),
    (2, lambda it, _r, name, _w: it.do(name, resolve.reopen)),
    (2, _classify),
    (2, _assign),
    (4, _comment),
    (3, _move),
    (3, _merge),
    (2, lambda it, _r, name, word: it.do_to_incident(name, lambda uow, act: incidents.rename(uow, act, word))),
    (2, lambda it, _r, name, word: it.do_to_incident(name, lambda u, act: incidents.comment(u, act, word), word)),
    (2, lambda it, _r, name, _w: it.do_to_incident(name, undo_of_a_step)),
    (2, lambda it, rng, name, _w: it.in_the_portal(name, status=rng.choice(["new", "inProgress", "resolved"]))),
    (2, _their_verdict),
    (2, lambda it, _r, name, word: it.in_the_portal(name, f"their {word}")),
    (2, _their_move),
    (2, lambda it, rng, name, _w: it.incident_in_the_portal(name, merge=rng.choice(list(ALERTS)))),
    (2, lambda it, _r, name, word: it.incident_in_the_portal(name, displayName=f"their {word}")),
    (1, lambda it, _r, name, word: it.incident_in_the_portal(name, f"their {word}")),
    (4, _fault),
    (4, _kill),
    (4, lambda it, _r, _n, _w: it.asking.look()),
    (6, lambda it, _r, _n, _w: it.tell()),
]


async def _tell(it: Books, rng: random.Random) -> None:
    """A story: turns in which several things happen at the same time."""
    kinds, weights = [step for _, step in STEPS], [weight for weight, _ in STEPS]
    for turn in range(rng.randint(8, 25)):
        chosen = rng.choices(kinds, weights, k=rng.randint(1, 5))
        names = [rng.choice(list(ALERTS)) for _ in chosen]
        steps = [step(it, rng, names[place], f"word {turn}.{place}") for place, step in enumerate(chosen)]
        await asyncio.gather(*steps)
        await it.passes(rng.choice([0.05, 1, 3, 40]))


async def _come_to_rest(it: Books) -> None:
    """All is well again, and both sides have time. What was refused is tried again with the next change."""
    await it.teams.heal()
    for _ in range(3):
        for _ in range(8):
            await it.passes(400)
            await it.agree()
        for name in ALERTS:
            if await _is_refused(it, name):
                await it.do(name, lambda uow, act: comment.comment(uow, act, "again"), "again")
                await it.do_to_incident(name, lambda uow, act: incidents.comment(uow, act, "again"), "again")


async def _is_refused(it: Books, name: str) -> bool:
    states = await _states(it, name)
    return MirrorState.REFUSED in states


async def _states(it: Books, name: str) -> set[MirrorState]:
    alert = await it.alert(name)
    mirrors = await it.store.read(lambda uow: uow.mirrors.many([alert.number]))
    theirs = await it.store.read(lambda uow: uow.incident_mirrors.many([alert.incident or 0]))
    return {one.state for one in (*mirrors.values(), *theirs.values())}


@pytest.mark.parametrize("seed", range(STORIES))
async def test_both_sides_end_up_equal_and_nothing_is_lost_or_doubled(seed: int, database: str) -> None:
    rng = random.Random(f"{seed}/{database[:4]}")  # noqa: S311 - no secrets
    async with books(database) as it:
        await _tell(it, rng)
        await _come_to_rest(it)
        for name in ALERTS:
            assert await _states(it, name) <= {MirrorState.DONE}, name
            ours, theirs = await it.alert(name), await it.teams.in_the_portal("bo", name)
            assert _plain(ours) == _as_ours(theirs), name
            await _is_in_the_same_incident(it, ours, theirs["incidentId"])
        await _nothing_is_lost_or_doubled(it)


async def _is_in_the_same_incident(it: Books, alert: Alert, theirs: str) -> None:
    assert alert.incident is not None
    ours = await it.store.read(lambda uow: uow.incidents.get(alert.incident or 0))
    there = await it.teams.defenders_incident(theirs)
    assert (ours.merged_into, there["redirectIncidentId"]) == (None, None), (ours, there)
    assert (ours.external_id, ours.name) == (theirs, there["displayName"])


async def _nothing_is_lost_or_doubled(it: Books) -> None:
    """Each word once on either side, and every change once: no entry changes a field to what it was already."""
    theirs = [one["comment"] for name in ALERTS for one in (await it.teams.in_the_portal("bo", name))["comments"]]
    theirs += [comment["comment"] for one in await it.teams.defenders_incidents() for comment in one["comments"]]
    ours, here_alone = [], []
    for number in it.numbers.values():
        entries = await it.store.read(lambda uow, number=number: uow.history.since(number, 0))
        ours += [entry.comment for entry in entries if entry.comment]
        for entry in entries[1:]:
            assert all(change.old != change.new for change in entry.changes), entry
    count = await it.store.write(lambda uow: uow.incidents.create("the last one", it.now()))
    for number in range(1, count):
        if number not in await it.store.read(lambda uow, number=number: uow.incidents.many([number])):
            continue  # gaps are allowed
        entries = await it.store.read(lambda uow, number=number: uow.incidents.entries(number, limit=1_000))
        # What is said when an alert is put in is said at the alert, too.
        said = [entry.comment for entry in entries if entry.comment and entry.kind != "linked"]
        ours += said
        if not (await it.store.read(lambda uow, number=number: final(uow, number))).source:
            here_alone += said  # it was empty again before Defender heard of it
        for entry in entries:
            assert all(change.old != change.new for change in entry.changes), entry
    assert _difference(ours, [*it.our_words, *it.their_words]) == ({}, {})
    said = [f"Ana Alvarez (Tocsin): {words}" for words in it.our_words]
    told = Counter(it.our_words) - Counter(here_alone)
    assert _difference(theirs, [*said, *it.their_words])[0] == {}
    must = [f"Ana Alvarez (Tocsin): {words}" for words in told.elements()]
    unheard = _difference(theirs, [*must, *it.their_words])[1]
    assert sum(unheard.values()) <= UNHEARD, unheard


def _difference(found: list[str], wanted: list[str]) -> tuple[dict[str, int], dict[str, int]]:
    """What is too much, and what is lost."""
    return dict(Counter(found) - Counter(wanted)), dict(Counter(wanted) - Counter(found))


def _plain(alert: Alert) -> tuple[str, str, str, str]:
    assignee = ANA.user_principal_name if alert.assignee == ANA.object_id else alert.assignee or ""
    return alert.status.value, alert.classification.value, alert.determination, assignee


def _as_ours(theirs: dict[str, Any]) -> tuple[str, str, str, str]:
    classification = theirs["classification"] or "unknown"
    determination = theirs["determination"] or "unknown"
    return (
        theirs["status"],
        "notSet" if classification == "unknown" else classification,
        "" if determination == "unknown" else determination,
        theirs["assignedTo"] or "",
    )
