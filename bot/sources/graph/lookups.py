"""What triage rules ask of Entra and Exchange through Graph: automatic replies, and the risk of a user.

Needs the application permissions MailboxSettings.Read and IdentityRiskyUser.Read.All.
https://learn.microsoft.com/graph/api/user-get-mailboxsettings, .../riskyuser-get
"""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.alerts.ports import Clock
from bot.alerts.triage import Lookup, LookupFailed
from bot.sources.graph.client import Graph, GraphProblem
from bot.sources.graph.pacing import Pace

#: Calls that are under way at a time, and how many in ten seconds: far below Graph's limits.
ABREAST: Final = 4
CALLS: Final = 40
SECONDS: Final = 10.0

#: An answer serves for so long: a storm of alerts about one person asks once.
FRESH: Final = timedelta(minutes=1)
KEPT: Final = 1_000

#: How long until what did not work may be asked again, where Graph does not say.
AGAIN: Final = timedelta(seconds=5)

_OBJECT_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DIGITS: Final = re.compile(r"(\.[0-9]{6})[0-9]+")


class GraphLookups:
    """Asks Graph, not too often."""

    def __init__(self, *, graph: Graph, clock: Clock) -> None:
        self._graph = graph
        self._clock = clock
        self._pace = Pace(CALLS, SECONDS)
        self._doors = asyncio.Semaphore(ABREAST)
        self._known: dict[tuple[Lookup, str], tuple[bool, datetime]] = {}

    async def ask(self, lookup: Lookup, user: str) -> bool:
        """Raises LookupFailed."""
        key, now = (lookup, user.lower()), self._clock()
        known = self._known.get(key)
        if known is not None and now - FRESH < known[1] <= now:
            return known[0]
        async with self._doors:
            await self._pace.wait()
            answer = await (self._away(user) if lookup is Lookup.AWAY else self._high_risk(user))
        if len(self._known) >= KEPT:
            self._known.clear()
        self._known[key] = (answer, now)
        return answer

    async def _away(self, user: str) -> bool:
        path = f"/v1.0/users/{quote(user, safe='')}/mailboxSettings?$select=automaticRepliesSetting"
        setting = (await self._get(path)).get("automaticRepliesSetting")
        if not isinstance(setting, Mapping):
            raise LookupFailed("Graph told no automatic replies")
        return is_away(setting, self._clock())

    async def _high_risk(self, user: str) -> bool:
        if not _OBJECT_ID.fullmatch(user):
            raise LookupFailed("the alert has no Entra object id of its user")
        try:
            return is_high_risk(await self._get(f"/v1.0/identityProtection/riskyUsers/{quote(user, safe='')}"))
        except _NotThereError:
            return False  # Graph lists those alone that were ever at risk

    async def _get(self, path: str) -> Mapping[str, Any]:
        try:
            return await self._graph.get(path)
        except GraphProblem as problem:
            if problem.status == 404 and "riskyUsers" in path:
                raise _NotThereError from None
            passing = problem.status in {0, 429} or problem.status >= 500
            again = (problem.retry_after or AGAIN) if passing else None
            raise LookupFailed(str(problem), again=again) from None


class _NotThereError(Exception):
    """Graph does not know of it."""


def is_away(setting: Mapping[str, Any], now: datetime) -> bool:
    """Graph's automaticRepliesSetting: on always, or for a time that is now. Raises LookupFailed."""
    match setting.get("status"):
        case "disabled":
            return False
        case "alwaysEnabled":
            return True
        case "scheduled":
            start, end = (_moment(setting.get(f"scheduled{edge}DateTime")) for edge in ("Start", "End"))
            return start <= now < end
        case other:
            raise LookupFailed(f"Graph told automatic replies that are {str(other)[:40]}")


def is_high_risk(user: Mapping[str, Any]) -> bool:
    """Graph's riskyUser: at risk now, and highly; or known to be compromised. Raises LookupFailed."""
    level, state = user.get("riskLevel"), user.get("riskState")
    if state == "confirmedCompromised":
        return True
    if state in {"none", "confirmedSafe", "remediated", "dismissed"}:
        return False
    if level not in {"none", "low", "medium", "high"} or state != "atRisk":
        raise LookupFailed(f"Graph does not tell the risk: {str(level)[:40]}, {str(state)[:40]}")
    return bool(level == "high")


def _moment(value: object) -> datetime:
    """Graph's dateTimeTimeZone; the zone is UTC or an IANA name."""
    told = value if isinstance(value, Mapping) else {}
    try:
        local = datetime.fromisoformat(_DIGITS.sub(r"\1", str(told.get("dateTime"))))
        zone = ZoneInfo(str(told.get("timeZone") or "UTC"))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise LookupFailed("Graph told automatic replies at a time that cannot be read") from None
    return local.replace(tzinfo=zone).astimezone(UTC) if local.tzinfo is None else local.astimezone(UTC)
