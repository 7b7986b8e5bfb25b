"""Sends the feed's alerts to the bot, as long as the feed is on."""

import asyncio
from collections.abc import Iterator
from itertools import chain, repeat

from bot.sandbox.caller import post
from bot.sandbox.feed import Report, starting_reports, stream
from bot.sandbox.state import Sandbox

_CHECK_EVERY = 0.2


async def run(sandbox: Sandbox) -> None:
    """Run until cancelled. Turning the feed on begins with a handful of alerts, then one every `feed_every` s."""
    waiting: Iterator[Report] | None = None
    loop = asyncio.get_running_loop()
    due = 0.0
    while True:
        await asyncio.sleep(_CHECK_EVERY)
        every = sandbox.feed_every
        if every is None:
            waiting = None
        elif waiting is None:
            waiting = stream(seed=sandbox.config.feed_seed, clock=sandbox.now)
            for report in starting_reports(seed=sandbox.config.feed_seed, now=sandbox.now()):
                await _send(sandbox, report)
            due = loop.time() + every
        elif loop.time() >= due:
            await _send(sandbox, next(waiting))
            due = loop.time() + every


async def _send(sandbox: Sandbox, report: Report) -> None:
    """A source tries again and again when the bot cannot take an alert; so does this, until the feed is off."""
    if report.source == "graph":
        sandbox.defender.learn(report.payload, sandbox.now())
        sandbox.events.tell("portal", alert=report.payload["id"])
    for wait in chain((0.0, 1.0, 3.0), repeat(10.0)):
        await asyncio.sleep(wait)
        if sandbox.feed_every is None:
            return
        token = sandbox.config.source_tokens.get(report.source)
        if token is None:
            return
        url = f"{sandbox.bot_url}/api/alerts/{report.source}"
        headers = {"Authorization": f"Bearer {token}"}
        answer = await post(sandbox, url, report.payload, headers=headers, seconds=15.0)
        sandbox.counters[f"feed.{report.source}"] += 1
        sandbox.events.tell("fed", source=report.source, title=report.title, status=answer.status)
        if answer.status and answer.status < 500 and answer.status != 429:
            return
