"""People press at the same time: one effect, one winner, and the others are told who."""

import asyncio
import uuid
from random import Random
from typing import Any

from bot.sandbox import caller
from tests.chaos.ground import Figures, Ground
from tests.support import card_reading
from tests.support.chaos_oracle import judge
from tests.support.chaos_process import Program
from tests.support.chaos_town import Answer, Arena, arena_of
from tests.support.payloads import graph_alert

Json = dict[str, Any]
_CARD = "application/vnd.microsoft.card.adaptive"

#: How often a press comes in.
_TIMES = 50


async def the_same_press(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """The same press 50 times at once: as the very same activity, and as Teams repeats it, under a new id."""
    figures: Figures = {"presses": 0, "effects": 0}
    with ground.fresh() as url:
        async with arena_of(ground.forks, url, ground.folder) as arena:
            programs = await _replicas(arena, ground)
            for number in range(rounds):
                sent = await arena.send(graph_alert(id=f"da{number}", incidentId=None), to=programs[0])
                alert = sent.body["alerts"][0]
                message = await arena.card_of(alert)
                for again, verb, inputs in ((False, "comment", {"comment": "once"}), (True, "assign", {"to": "me"})):
                    before = await _revision(arena, alert)
                    data = {"alert": alert, "rev": before, "nonce": f"{number}-{verb}", **inputs}
                    activity = arena.pressing(message, verb, data)
                    copies = [caller.repeated(arena.sandbox, activity) if again else activity for _ in range(_TIMES)]
                    answers = await asyncio.gather(
                        *(arena.deliver(copy, to=programs[place % len(programs)]) for place, copy in enumerate(copies))
                    )
                    assert all(answer.status == 200 and answer.body["type"] == _CARD for answer in answers), answers
                    after = await _revision(arena, alert)
                    assert after == before + 1, f"{verb} took effect {after - before} times"
                    figures["presses"] += _TIMES
                    figures["effects"] += after - before
            await arena.drained()
            await judge(arena)
            for program in programs:
                await arena.end(program)
    return figures


async def races(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """Two to twenty people press “Assign to me” on what they all see: one has it, the others are told who."""
    rng = Random(seed)  # noqa: S311 - a plan that can be repeated
    figures: Figures = {"races": 0, "presses": 0, "told who": 0}
    with ground.fresh() as url:
        async with arena_of(ground.forks, url, ground.folder) as arena:
            programs = await _replicas(arena, ground)
            for number in range(rounds):
                people = rng.randint(2, 20)
                figures["told who"] += await _race(arena, programs, number, people)
                figures["races"] += 1
                figures["presses"] += people
            await arena.drained()
            await judge(arena)
            for program in programs:
                await arena.end(program)
    return figures


async def _replicas(arena: Arena, ground: Ground) -> list[Program]:
    programs = [await arena.start() for _ in range(1 if ground.kind == "sqlite" else 2)]
    await arena.install()
    return programs


async def _race(arena: Arena, programs: list[Program], number: int, people: int) -> int:
    sent = await arena.send(graph_alert(id=f"da{number}", incidentId=None), to=programs[0])
    alert = sent.body["alerts"][0]
    message = await arena.card_of(alert)
    racers = [_racer(place) for place in range(people)]
    presses = [
        arena.pressing(message, "assign", {"alert": alert, "rev": 1, "nonce": "same", "to": "me"}, sender=racer)
        for racer in racers
    ]
    answers = await asyncio.gather(
        *(arena.deliver(press, to=programs[place % len(programs)]) for place, press in enumerate(presses))
    )
    kept = await arena.store.read(lambda uow: uow.alerts.get(alert))
    entries = await arena.store.read(lambda uow: uow.history.since(alert, 1))
    assert len(entries) == 1, f"{len(entries)} won"
    (winner,) = [racer for racer in racers if racer["aadObjectId"] == kept.assignee]
    told = 0
    for racer, answer in zip(racers, answers, strict=True):
        words = _words(answer)
        if racer is winner:
            assert "was first" not in words, words
        else:
            assert f"{winner['name']} was first" in words, f"{racer['name']} was told {words}"
            told += 1
    return told


def _racer(place: int) -> Json:
    name = f"Racer {place:02}"
    return {"id": f"29:racer-{place}", "name": name, "aadObjectId": str(uuid.uuid5(uuid.NAMESPACE_URL, name))}


def _words(answer: Answer) -> str:
    assert answer.status == 200, answer
    value = answer.body["value"]
    return value if isinstance(value, str) else card_reading.text(value)


async def _revision(arena: Arena, alert: int) -> int:
    kept = await arena.store.read(lambda uow: uow.alerts.get(alert))
    return kept.revision
