"""All examinations, side by side, each with a time limit; in the end their findings in one order."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from bot.alerts.errors import TocsinError
from bot.alerts.rota_text import is_feed
from bot.doctor.around import (
    ADDRESS,
    ALERTMANAGER,
    CALENDARS,
    WEBHOOKS,
    alertmanager,
    calendars,
    public_address,
    webhooks,
)
from bot.doctor.database import DATABASE, database
from bot.doctor.finding import Check, Finding, State, failed, ok, warning
from bot.doctor.graph import GRAPH, graph
from bot.doctor.ground import Ground, checked, prepared
from bot.doctor.hiding import hide, secrets_of
from bot.doctor.sign_in import SIGN_IN, clock, keys, sign_in
from bot.doctor.teams import CONNECTOR, INSTALLED, connector, installation
from bot.settings import Settings, SettingsError

SETTINGS: Final = "settings"

_NETWORK: Final = "Look whether this machine reaches it: a firewall that drops packets looks like this."

CHECKS: Final = (
    Check(SIGN_IN, sign_in, _NETWORK),
    Check("clock", clock, _NETWORK),
    Check("signing keys", keys, _NETWORK),
    Check(DATABASE, database, "Look whether the server or the disk is overloaded, or another program holds a lock."),
    Check(CONNECTOR, connector, _NETWORK, needs=(SIGN_IN, DATABASE)),
    Check(INSTALLED, installation, _NETWORK, needs=(SIGN_IN, DATABASE, CONNECTOR)),
    Check(
        GRAPH,
        graph,
        _NETWORK,
        needs=(SIGN_IN, DATABASE),
        wanted=lambda it: it.graph_alerts != "off" or bool(it.access.groups),
    ),
    Check(ADDRESS, public_address, _NETWORK, wanted=lambda it: bool(it.public_url)),
    Check(ALERTMANAGER, alertmanager, _NETWORK, wanted=lambda it: bool(it.alertmanager_url)),
    Check(WEBHOOKS, webhooks, _NETWORK, needs=(DATABASE,)),
    Check(
        CALENDARS,
        calendars,
        _NETWORK,
        wanted=lambda it: any(is_feed(text.get_secret_value()) for text in it.rotas.values()),
    ),
)

_UNSEEN: Final = "Not examined"

#: Called with how many examinations are done, of how many, and which are under way.
Progress = Callable[[int, int, Sequence[str]], None]


async def examine(environment: Mapping[str, str], *, seconds: float, progress: Progress) -> list[Finding]:
    """Examine everything that the environment sets up; each check may take so many seconds. Raises nothing."""
    secrets = secrets_of(environment)
    try:
        settings = checked(Settings.from_environment(environment))
        secrets = secrets_of(environment, (text.get_secret_value() for text in settings.rotas.values()))
        async with prepared(settings) as ground:
            found = [*_settings(settings), *await _all(ground, seconds, progress)]
    except SettingsError as wrong:
        found = [failed(SETTINGS, f"{line}.", _how(line)) for line in str(wrong).splitlines()]
    return [Finding(one.about, one.state, hide(one.found, secrets), hide(one.fix, secrets)) for one in found]


def _how(line: str) -> str:
    name = line.partition(":")[0]
    return f"Set {name} as docs/settings.md says; nothing else was examined."


def _settings(settings: Settings) -> list[Finding]:
    sources = ", ".join(sorted(settings.source_tokens))
    if not sources and settings.graph_alerts == "off":
        fix = "Set TOCSIN_SOURCE_ALERTMANAGER_TOKEN or another source's, or TOCSIN_GRAPH_ALERTS."
        return [warning(SETTINGS, "They make sense, but no source may report alerts.", fix)]
    defender = "" if settings.graph_alerts == "off" else f"Defender ({settings.graph_alerts})"
    return [ok(SETTINGS, f"They make sense. Alerts come from {' and '.join(filter(None, (sources, defender)))}.")]


async def _all(ground: Ground, seconds: float, progress: Progress) -> list[Finding]:
    under_way: dict[str, asyncio.Task[list[Finding]]] = {}
    checks = [check for check in CHECKS if check.wanted(ground.settings)]
    done: list[str] = []

    def over(about: str, _task: object) -> None:
        done.append(about)
        progress(len(done), len(checks), [check.about for check in checks if check.about not in done])

    for check in checks:  # what one needs stands before it
        needed = {name: under_way[name] for name in check.needs}
        under_way[check.about] = task = asyncio.create_task(_one(check, needed, ground, seconds))
        task.add_done_callback(partial(over, check.about))
    found = await asyncio.gather(*under_way.values())
    return [finding for findings in found for finding in findings]


async def _one(
    check: Check, needed: Mapping[str, asyncio.Task[list[Finding]]], ground: Ground, seconds: float
) -> list[Finding]:
    for name, task in needed.items():
        findings = await task
        if any(one.state is State.FAILED or one.found.startswith(_UNSEEN) for one in findings):
            return [Finding(check.about, State.WARNING, f"{_UNSEEN} before this is well: {name}.")]
    try:
        async with asyncio.timeout(seconds):
            return list(await check.run(ground))
    except TimeoutError:
        return [failed(check.about, f"No answer within {seconds:g} s.", check.slow)]
    except (TocsinError, OSError) as wrong:
        return [failed(check.about, f"{wrong}.", "Examine again; if it stays, look into the log of `tocsin serve`.")]
