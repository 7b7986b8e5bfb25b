"""Searching while one types in a choice set (`application/search`), which the SDK does not route."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from bot.alerts.errors import Busy, NotAvailable, Refused
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.teams.activity import InboundActivity
from bot.teams.identity import look_in, person_of
from bot.teams.presses import ANSWER_TIME
from bot.usecases import sharing
from bot.usecases.visibility import Reader
from cards.forms import incident_title
from cards.labels import severity_label
from cards.language import Language
from cards.languages import Languages
from cards.parts import title_of
from cards.safe import brief

log = logging.getLogger(__name__)

Json = dict[str, Any]

#: What Teams asks for at once where it does not say, and what it gets at most.
_TOP, _MOST = 15, 50

_Find = Callable[[UnitOfWork, Reader, str, int, Language], list[tuple[str, str]]]


class Search:
    """Finds alerts, incidents and tags for whoever types; what is wrong finds nothing."""

    def __init__(self, *, store: Store, clock: Clock, languages: Languages, queue_days: int) -> None:
        self._store = store
        self._clock = clock
        self._languages = languages
        self._days = queue_days
        self._datasets: Final[Mapping[str, _Find]] = {
            "alerts": self._alerts,
            "incidents": self._incidents,
            "tags": self._tags,
        }

    async def answer(self, activity: InboundActivity) -> Json:
        value = activity.value if isinstance(activity.value, dict) else {}
        person, find = person_of(activity), self._datasets.get(str(value.get("dataset")))
        if person is None or find is None:
            return _results([])
        text = str(value.get("queryText") or "").strip()[:200]
        options = value.get("queryOptions")
        top = options.get("top") if isinstance(options, dict) else None
        most = min(top, _MOST) if type(top) is int and top > 0 else _TOP
        now = self._clock()

        def look(uow: UnitOfWork) -> list[tuple[str, str]]:
            # Alerts are looked for by forms of the message extension alone, which belong to no conversation of ours.
            is_ours = value.get("dataset") != "alerts"
            reader = look_in(uow, activity, person, now) if is_ours else sharing.in_private(person.object_id, now)
            return find(uow, reader, text, most, self._languages.known(person, uow.people))

        try:
            async with asyncio.timeout(ANSWER_TIME):
                return _results(await self._store.read(look))
        except (NotAvailable, Refused):
            return _results([])
        except (Busy, TimeoutError) as slow:
            log.warning("a search could not be answered in time: %r", slow)
            return _results([])

    def _alerts(self, uow: UnitOfWork, reader: Reader, text: str, most: int, lang: Language) -> list[tuple[str, str]]:
        return [
            (
                f"#{view.alert.number} {severity_label(view.alert.severity, lang)}: {brief(title_of(view.alert), 80)}",
                str(view.alert.number),
            )
            for view in sharing.find_alerts(uow, reader, text, days=self._days, skip=0, count=most)
        ]

    def _incidents(
        self, uow: UnitOfWork, reader: Reader, text: str, most: int, lang: Language
    ) -> list[tuple[str, str]]:
        found = sharing.find_incidents(uow, reader, text, most=most)
        return [(incident_title(incident, lang), str(incident.number)) for incident in found]

    def _tags(self, uow: UnitOfWork, reader: Reader, text: str, most: int, _lang: Language) -> list[tuple[str, str]]:
        # What is chosen comes back joined with commas.
        return [(tag, quote(tag)) for tag in sharing.find_tags(uow, reader, text, most=most)]


def _results(found: list[tuple[str, str]]) -> Json:
    return {
        "statusCode": 200,
        "type": "application/vnd.microsoft.search.searchResponse",
        "value": {"results": [{"title": title, "value": value} for title, value in found]},
    }
