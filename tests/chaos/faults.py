"""What the Connector may answer, and the rule for each; the clock is moved by hand.

Every fault has a channel of its own and all come at once, so that each is also proof that the others do not matter.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.config import SandboxConfig
from bot.sandbox.faults import Fault
from tests.chaos.ground import Figures, Ground
from tests.support.chaos_oracle import judge
from tests.support.chaos_process import Program
from tests.support.chaos_town import Arena, arena_of
from tests.support.payloads import graph_alert

Json = dict[str, Any]

#: The program gives up on a call sooner than it would, and the sandbox holds one for longer. Seconds.
CALL_TIMEOUT, TOO_LONG = 0.4, 0.8

#: A while in which a watchful program would have called, had it wanted to: it asks for the clock every 20 ms here, and
#: looks for something to do every 100 ms.
_A_WHILE = 0.3

#: Back-off begins at 2 s, spread by a fifth.
_FIRST_BACKOFF = 1.6


@dataclass(frozen=True)
class Case:
    """A fault of one call, and what has to come of it.

    `then`: again (tried again after a back-off), anew (posted as a new message), aside (set aside until the next
    change), gone (nothing more until the bot is installed again), once (repeated at once with a fresh token).
    `doubles` says how many messages too many there are, `unsure` whether a post counts as ambiguous.
    """

    name: str
    fault: Json
    then: str
    doubles: int = 0
    unsure: bool = False
    on: tuple[str, ...] = ("create", "update")


CASES = (
    Case("412", {"status": 412}, "again"),
    Case("429 without a time", {"status": 429}, "again"),
    Case("502", {"status": 502}, "again", unsure=True),
    Case("503", {"status": 503}, "again"),
    Case("504", {"status": 504}, "again", unsure=True),
    Case("reset before", {"drop": "before"}, "again", unsure=True),
    Case("reset after", {"drop": "after"}, "again", unsure=True, doubles=1),
    Case("time-out before", {"delay": TOO_LONG, "drop": "before"}, "again", unsure=True),
    Case("time-out after", {"delay": TOO_LONG}, "again", unsure=True, doubles=1),
    Case("401", {"status": 401}, "once"),
    Case("500", {"status": 500}, "aside"),
    Case("400", {"status": 400}, "aside"),
    Case("403 other", {"status": 403, "code": "ForbiddenOperationException"}, "aside"),
    Case("403 not in roster", {"status": 403, "code": "BotNotInConversationRoster"}, "gone"),
    Case("403 writes blocked", {"status": 403, "code": "MessageWritesBlocked"}, "gone"),
    Case("404 conversation", {"status": 404, "code": "ConversationNotFound"}, "gone"),
    Case("404 activity", {"status": 404, "code": "ActivityNotFoundInConversation"}, "anew", on=("update",)),
)


async def each_fault_has_its_rule(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """All faults of posts, and of updates, in a town of many channels; `seed` changes nothing."""
    figures: Figures = {"faults": 0, "doubles": 0, "counted ambiguous": 0}
    for _ in range(rounds):
        with ground.fresh() as url:
            config = SandboxConfig(enforce_limits=False, more_channels=len(CASES))
            async with arena_of(ground.forks, url, ground.folder, config=config) as arena:
                await _each(arena, figures)
    return figures


async def _each(arena: Arena, figures: Figures) -> None:
    program = await arena.start(call_timeout=CALL_TIMEOUT, watchful=True)
    await arena.install("alerts")
    places = {f"channel-{place}": case for place, case in enumerate(CASES, 1)}
    for channel in places:
        await arena.subscribe(channel)
    await arena.drained()
    expected = 0
    for on, change in (("create", {}), ("update", {"title": "Changed"})):
        concerned = {channel: case for channel, case in places.items() if on in case.on}
        for channel, case in concerned.items():
            arena.sandbox.faults.faults.append(Fault(on=on, conversation=channel, times=1, **case.fault))
            if case.then == "anew":
                arena.messages(channel)[-1].deleted = True
        before = len(arena.sandbox.journal)
        alert = graph_alert(id="da1", incidentId=None, title="First") | change
        assert (await arena.send(alert, to=program)).status == 202
        await _meets(arena, before, concerned)
        await _rules(arena, program, before, concerned, alert=alert, on=on)
        expected += sum(case.doubles for case in concerned.values()) if on == "create" else 0
        figures["faults"] += len(concerned)
    found = await judge(arena)
    unsure = sum(case.unsure for case in CASES)
    assert (found.doubles, found.ambiguous) == (expected, unsure), found
    metrics = await arena.get("/metrics", of=program)
    assert f"tocsin_posts_ambiguous {unsure:.1f}" in metrics.body, metrics.body
    figures["doubles"] += found.doubles
    figures["counted ambiguous"] += found.ambiguous
    await arena.end(program)


async def _meets(arena: Arena, before: int, concerned: dict[str, Case]) -> None:
    """Until every fault was met, and the channel without one has what it should."""

    def met() -> bool:
        calls = list(arena.sandbox.journal)[before:]
        return {call["conversation"] for call in calls if call["kind"] in ("create", "update")} >= {
            *concerned,
            "alerts",
        } and not arena.sandbox.faults.faults

    await arena.until(met, waiting_for="every channel to be called")
    await asyncio.sleep(TOO_LONG - CALL_TIMEOUT + _A_WHILE)


async def _rules(
    arena: Arena, program: Program, before: int, concerned: dict[str, Case], *, alert: Json, on: str
) -> None:
    """What each fault must have led to, before the clock moves, after it, after a change and after coming back."""

    def seen(channel: str) -> list[Json]:
        calls = list(arena.sandbox.journal)[before:]
        return [call for call in calls if call["conversation"] == channel and call["kind"] in ("create", "update")]

    for channel, case in concerned.items():
        allowed = {"again": (1, 2), "once": (2,), "anew": (2,)}.get(case.then, (1,))
        assert len(seen(channel)) in allowed, f"{case.name} on {on}: {seen(channel)}"
    arena.sandbox.clock.advance(3)
    again = [channel for channel, case in concerned.items() if case.then == "again"]
    await arena.until(lambda: all(len(seen(channel)) == 2 for channel in again), waiting_for="what is tried again")
    for channel in again:
        case, (first, second) = concerned[channel], seen(channel)
        if on == "update" and case.fault.get("drop"):
            continue  # a PUT on a kept connection that breaks: the HTTP client itself repeats it once, at once
        waited = at(second["began"]) - at(first["began"])
        assert waited >= timedelta(seconds=_FIRST_BACKOFF), f"{case.name} on {on} after {waited}"
    await asyncio.sleep(_A_WHILE)
    for channel, case in concerned.items():
        tries = 1 if case.then in ("aside", "gone") else 2
        assert len(seen(channel)) == tries, f"{case.name} on {on}: {seen(channel)}"
    changed = alert | {"description": f"It changed after the {on}."}
    assert (await arena.send(changed, to=program)).status == 202
    aside = [channel for channel, case in concerned.items() if case.then == "aside"]
    await arena.until(lambda: all(len(seen(channel)) == 2 for channel in aside), waiting_for="what was set aside")
    gone = [channel for channel, case in concerned.items() if case.then == "gone"]
    assert all(len(seen(channel)) == 1 for channel in gone), "nothing is sent where the bot was shut out"
    await _reinstall(arena)
    await arena.until(lambda: all(len(seen(channel)) >= 2 for channel in gone), waiting_for="who was let in again")
    await arena.drained()


async def _reinstall(arena: Arena) -> None:
    from bot.sandbox import actions  # noqa: PLC0415 - the control API's own way

    world = arena.sandbox.world
    await actions.install(arena.sandbox, world.people["ana"], world.conversations["alerts"])


async def held_as_long_as_asked(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """429 with 1, 30 and 120 s: nothing goes to that conversation sooner, and everything to the others."""
    figures: Figures = {"holds": 0, "max late by s": 0}
    with ground.fresh() as url:
        async with arena_of(ground.forks, url, ground.folder) as arena:
            program = await arena.start(watchful=True)
            await arena.install("alerts")
            await arena.subscribe("quiet")
            await arena.drained()
            for number in range(rounds):
                for asked in (1, 30, 120):
                    late = await _hold(arena, program, asked, f"{number}-{asked}")
                    figures["holds"] += 1
                    figures["max late by s"] = max(figures["max late by s"], round(late, 2))
            await arena.drained()
            found = await judge(arena)
            assert (found.doubles, found.ambiguous) == (0, 0), found
            await arena.end(program)
    return figures


async def _hold(arena: Arena, program: Program, asked: int, key: str) -> float:
    """One hold; by how many seconds it was longer than asked, on the given clock."""
    before = len(arena.calls(in_="alerts"))
    arena.sandbox.faults.faults.append(Fault(on="create", conversation="alerts", times=1, status=429, retryAfter=asked))
    await arena.send(graph_alert(id=f"first {key}", incidentId=None, severity="low"), to=program)
    await arena.until(lambda: len(arena.calls(in_="alerts")) > before, waiting_for="the refusal")
    refused = arena.calls(in_="alerts")[before]
    assert refused["status"] == 429
    # More urgent, in the same place: it waits as well. In another place it does not.
    sent = await arena.send(graph_alert(id=f"second {key}", incidentId=None, severity="high"), to=program)
    await arena.card_of(sent.body["alerts"][0], "quiet")
    if asked > 5:
        await asyncio.sleep(_A_WHILE)
        arena.sandbox.clock.advance(asked - 4)
        await asyncio.sleep(_A_WHILE)
        assert len(arena.calls(in_="alerts")) == before + 1, "called before Teams allowed it"
        arena.sandbox.clock.advance(3)
    await arena.until(lambda: len(arena.calls(in_="alerts")) >= before + 3, waiting_for="the end of the hold")
    began = at(arena.calls(in_="alerts")[before + 1]["began"])
    waited = (began - at(refused["when"])).total_seconds()
    assert waited >= asked, f"called {waited:g} s after Teams asked for {asked} s"
    assert waited <= asked * 1.3 + 5, f"called only {waited:g} s after Teams asked for {asked} s"
    return waited - asked


def at(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
