"""The message extension: alerts and incidents are looked up and shared from wherever people write.

Teams asks from any conversation, also from one in which the bot is not. So nothing here depends on where it is asked:
everybody finds what they would see in a chat with the bot, and only what is shared belongs to a conversation.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from bot.alerts.conversation import Conversation
from bot.alerts.errors import Busy, NotAvailable, Refused
from bot.alerts.incident_views import IncidentView
from bot.alerts.people import Person
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.teams.activity import InboundActivity
from bot.teams.identity import meet_conversation, person_of
from bot.teams.message_actions import MessageActions
from bot.teams.presses import ANSWER_TIME
from bot.teams.screens import fresh_nonce
from bot.usecases import sharing
from bot.usecases.sharing import Offered
from bot.usecases.visibility import Reader
from cards.language import Language
from cards.languages import Languages
from cards.not_available import not_available_text, unknown_text
from cards.refusals import busy_text, refusal_text
from cards.shared import Sharing, alert_row, found, incident_row, said

log = logging.getLogger(__name__)

Json = dict[str, Any]

#: What Teams asks for at once at most, and asks for where it does not say.
_MOST: Final = 25

SEARCH_ALERTS, SEARCH_INCIDENTS = "searchAlerts", "searchIncidents"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Somebody asks, with everything that was checked about it."""

    value: Mapping[str, Any]
    person: Person
    activity: InboundActivity
    at: datetime
    lang: Language

    @property
    def reader(self) -> Reader:
        return sharing.in_private(self.person.object_id, self.at)

    def there(self, uow: UnitOfWork) -> Conversation | None:
        """Where they write, if the bot is there."""
        known = uow.conversations.find(self.activity.conversation_id)
        if known is not None:
            return None if known.gone else known
        team = self.activity.channel_data.team
        if team is None or all(channel.gone for channel in uow.conversations.of_team(team.id)):
            return None
        return meet_conversation(uow, self.activity, self.at)


class Extension:
    """Answers every `composeExtension/…` that we have."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        languages: Languages,
        actions: MessageActions,
        queue_days: int,
        link_hosts: frozenset[str],
        app_id: str,
        public_url: str,
        identity: Callable[[str], str],
    ) -> None:
        """`identity` is the one name of an alert that Defender calls by several; `public_url` is our own address."""
        self._store = store
        self._clock = clock
        self._languages = languages
        self._actions = actions
        self._queue_days = queue_days
        self._link_hosts = link_hosts
        self._app_id = app_id
        self._identity = identity
        self._own = urlsplit(public_url)
        self._answers: Mapping[str, Callable[[_Asked], Awaitable[Json | None]]] = {
            "composeExtension/query": self._query,
            "composeExtension/selectItem": self._select,
            "composeExtension/queryLink": self._link,
        }

    def knows(self, name: str) -> bool:
        """Whether an invoke of that name is for it."""
        return name in self._answers or self._actions.knows(name)

    async def answer(self, activity: InboundActivity) -> Json | None:
        """The body of the answer; None for an empty one."""
        if self._actions.knows(activity.name):
            return await self._actions.answer(activity)
        person = person_of(activity)
        if person is None:
            return said(unknown_text(self._languages.shared))
        value = activity.value if isinstance(activity.value, dict) else {}
        lang = self._languages.of(person)
        try:
            async with asyncio.timeout(ANSWER_TIME):
                lang = await self._store.read(lambda uow: self._languages.known(person, uow.people))
                return await self._answers[activity.name](_Asked(value, person, activity, self._clock(), lang))
        except NotAvailable:
            return said(not_available_text(lang))
        except Refused as refused:
            return said(refusal_text(refused, None, lang))
        except (Busy, TimeoutError) as slow:
            log.warning("a search could not be answered in time: %r", slow)
            return said(busy_text(lang))

    async def _query(self, asked: _Asked) -> Json:
        text = _parameter(asked.value)
        options = asked.value.get("queryOptions")
        skip, count = _paging(options if isinstance(options, dict) else {})
        if asked.value.get("commandId") == SEARCH_INCIDENTS:
            rows = await self._store.read(lambda uow: self._incidents(uow, asked, text, skip, count))
        else:
            rows = await self._store.read(lambda uow: self._alerts(uow, asked, text, skip, count))
        if rows or skip:
            return found(rows)
        return said(asked.lang.t("Nothing fits.") if text else asked.lang.t("No open alerts. Enjoy the quiet."))

    def _alerts(self, uow: UnitOfWork, asked: _Asked, text: str, skip: int, count: int) -> list[Json]:
        views = sharing.find_alerts(uow, asked.reader, text, days=self._queue_days, skip=skip, count=count)
        return [alert_row(view, asked.lang, asked.at) for view in views]

    def _incidents(self, uow: UnitOfWork, asked: _Asked, text: str, skip: int, count: int) -> list[Json]:
        finds = sharing.find_incidents(uow, asked.reader, text, most=skip + count)[skip:]
        lang = asked.lang
        return [
            incident_row(
                incident.number,
                lang.t("Incident {number}: {name}", number=incident.number, name=incident.called),
                lang.n("{count} alert", "{count} alerts", incident.alert_count),
            )
            for incident in finds
        ]

    async def _select(self, asked: _Asked) -> Json:
        return found([await self._shared(asked, lambda uow: self._chosen(uow, asked))])

    def _chosen(self, uow: UnitOfWork, asked: _Asked) -> Offered:
        alert, incident = asked.value.get("alert"), asked.value.get("incident")
        if type(alert) is int and 0 < alert < 2**53:
            return sharing.offer_alert(uow, alert, asked.reader, asked.there(uow))
        if type(incident) is int and 0 < incident < 2**53:
            return sharing.offer_incident(uow, incident, asked.reader, asked.there(uow))
        raise Refused("badPress", field="value", why="an alert or an incident")

    async def _link(self, asked: _Asked) -> Json | None:
        """An address that is about nothing that its sender may see stays what it is."""
        url = str(asked.value.get("url", ""))
        named = read_own_address(url, self._own) or read_address(url)
        if named is None:
            return None

        def work(uow: UnitOfWork) -> Offered:
            kind, key = named
            if kind == "#alert":
                return sharing.offer_alert(uow, int(key), asked.reader, asked.there(uow))
            if kind == "#incident":
                return sharing.offer_incident(uow, int(key), asked.reader, asked.there(uow))
            if kind == "alert":
                number = sharing.alert_of_source(uow, self._identity(key))
                return sharing.offer_alert(uow, number, asked.reader, asked.there(uow))
            number = sharing.incident_of_source(uow, key)
            return sharing.offer_incident(uow, number, asked.reader, asked.there(uow))

        try:
            return found([await self._shared(asked, work)])
        except (NotAvailable, Refused):
            return None

    async def _shared(self, asked: _Asked, work: Callable[[UnitOfWork], Offered]) -> Json:
        offered = await self._store.write(work)
        drawn = Sharing(
            lang=self._languages.shared,
            now=asked.at,
            nonce=fresh_nonce(asked.activity.id, asked.person.object_id, asked.at),
            link_hosts=self._link_hosts,
            bot=self._app_id,
        )
        if isinstance(offered.what, IncidentView):
            return drawn.incident(offered.what, offered.token)
        return drawn.alert(offered.what, offered.token)


#: The portal's addresses, today's and earlier ones: `/alerts/da6376…_1`, `/incidents/28/overview`, `/incident2/28`.
_PATH: Final = re.compile(r"/(?:(alerts)/([^/]{1,200})|incidents?2?/([0-9]{1,15}))(?:/.*)?")
_OWN_PATH: Final = re.compile(r"/(alert|incident)s/([0-9]{1,15})/?")
_PORTALS: Final = frozenset({"security.microsoft.com", "securitycenter.windows.com", "securitycenter.microsoft.com"})


def read_address(url: str) -> tuple[str, str] | None:
    """What an address of the portal is about: an alert or an incident, by Defender's id of it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    match = _PATH.fullmatch(parts.path)
    if host not in _PORTALS or match is None:
        return None
    return ("alert", match[2]) if match[1] else ("incident", match[3])


def read_own_address(url: str, own: SplitResult) -> tuple[str, str] | None:
    """What one of our own addresses is about, by our number of it: `https://bot.example.com/alerts/1042`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    below = own.path.rstrip("/")
    is_ours = own.netloc and (parts.scheme, parts.netloc) == (own.scheme, own.netloc) and parts.path.startswith(below)
    match = _OWN_PATH.fullmatch(parts.path.removeprefix(below)) if is_ours else None
    return (f"#{match[1]}", match[2]) if match else None


def _parameter(value: Mapping[str, Any]) -> str:
    """What was typed; nothing where Teams asks by itself, because the search was opened."""
    given = value.get("parameters")
    for one in given if isinstance(given, list) else []:
        if isinstance(one, dict) and one.get("name") == "query" and isinstance(one.get("value"), str):
            return str(one["value"]).strip()[:2_000]
    return ""


def _paging(options: Mapping[str, Any]) -> tuple[int, int]:
    skip, count = options.get("skip"), options.get("count")
    return (
        min(skip, 10_000) if type(skip) is int and skip > 0 else 0,
        min(count, _MOST) if type(count) is int and count > 0 else _MOST,
    )
