"""People show alerts and incidents to others, in any conversation, as what they would see in a chat with the bot."""

import re
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.condition import EVERYTHING
from bot.alerts.conversation import Conversation
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.incident import Incident
from bot.alerts.incident_views import IncidentView
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import AlertView, QueueFilter, QueueKind
from bot.usecases.incident_views import incident_view
from bot.usecases.permission import require
from bot.usecases.read import LONG_AGO, alert_view, queue, shared_view
from bot.usecases.visibility import Reader, scope_of, visible_alert

#: How long an offer waits for somebody to see it.
OFFERS_KEPT: Final = timedelta(days=7)

#: Incidents that are looked through for words.
_LOOKED_AT: Final = 500

#: The source whose portal has addresses for its alerts and incidents.
_PORTAL: Final = "graph"

_NUMBER: Final = re.compile(r"#?([0-9]{1,15})")

#: Alerts of an incident that are shown to others along with it.
_ALERTS: Final = 200


@dataclass(frozen=True, slots=True)
class Offered:
    """What somebody may put into a conversation. The token is empty where the bot is not in it: what is put there stays
    as it is."""

    what: AlertView | IncidentView
    token: str = ""


def in_private(person: str, at: datetime) -> Reader:
    """Somebody who looks at what is theirs, wherever they are."""
    chat = Conversation(
        id=0, teams_id="", kind=ConversationKind.PERSONAL, service_url="", tenant_id="", person=person, name=""
    )
    return Reader(person, chat, at)


def offer_alert(uow: UnitOfWork, number: int, reader: Reader, there: Conversation | None) -> Offered:
    """`there` is where it is to be shown; None where the bot is not in that conversation.

    Raises NotAvailable, and Refused("notForAll") where somebody there may not see such alerts.
    """
    require(uow, reader, "share")
    alert = visible_alert(uow, number, reader)
    if alert.service_source in uow.access.barred_in(there.id if there else 0, reader.at):
        raise Refused("notForAll")
    view = shared_view(uow, number, there.id if there else 0)
    return Offered(replace(view, card=0, folded=0, folded_open=0), _offer(uow, [number], reader, there))


def offer_incident(uow: UnitOfWork, number: int, reader: Reader, there: Conversation | None) -> Offered:
    """The same with the alerts of an incident that the reader may see, but those that are not for everybody there."""
    require(uow, reader, "share")
    barred = uow.access.barred_in(there.id if there else 0, reader.at)
    scope = scope_of(uow, reader)
    limited = replace(reader, scope=replace(scope, without=scope.without | barred))
    view = incident_view(uow, number, limited)
    seen = uow.incidents.page(view.incident.number, scope_of(uow, limited), offset=0, limit=_ALERTS)
    return Offered(view, _offer(uow, [alert.number for alert in seen], reader, there))


def find_alerts(uow: UnitOfWork, reader: Reader, text: str, *, days: int, skip: int, count: int) -> Sequence[AlertView]:
    """What fits, whatever its status; without a text what is open; with a number, that alert first.

    Raises Refused("badFilter").
    """
    if number := _NUMBER.fullmatch(text):
        try:
            return [] if skip else [alert_view(uow, int(number[1]), reader)]
        except NotAvailable:
            return []
    kind: QueueKind = "search" if text else "queue"
    page = queue(uow, reader, days=days, page=skip // count, kind=kind, text=text, size=count)
    return page.alerts if page.page == skip // count else []


def find_incidents(uow: UnitOfWork, reader: Reader, text: str, *, most: int) -> list[Incident]:
    """The newest ones of that number, or whose name has all of the words."""
    require(uow, reader, "incident")
    found = uow.incidents.newest(scope_of(uow, reader), limit=_LOOKED_AT if text else most)
    words = text.casefold().split()
    return [incident for incident in found if all(_says(incident, word) for word in words)][:most]


def find_tags(uow: UnitOfWork, reader: Reader, text: str, *, most: int) -> list[str]:
    """Tags that begin with a text, of the newest alerts: those that people use most come first."""
    require(uow, reader, "search")
    wanted = QueueFilter(since=LONG_AGO, where=EVERYTHING, closed=True, me=reader.person, now=reader.at)
    alerts, _ = uow.alerts.page(scope_of(uow, reader), wanted, offset=0, limit=_LOOKED_AT)
    counts = Counter(tag for alert in alerts for tag in alert.tags if tag.casefold().startswith(text.casefold()))
    return [tag for tag, _ in counts.most_common(most)]


def alert_of_source(uow: UnitOfWork, external_id: str) -> int:
    """The alert that Defender calls so. Raises NotAvailable."""
    found = uow.alerts.find({(_PORTAL, external_id)})
    if not found:
        raise NotAvailable(f"alert {external_id}")
    return next(iter(found.values())).number


def incident_of_source(uow: UnitOfWork, external_id: str) -> int:
    """Raises NotAvailable."""
    found = uow.incidents.known({(_PORTAL, external_id)})
    if not found:
        raise NotAvailable(f"incident {external_id}")
    return next(iter(found.values()))


def _says(incident: Incident, word: str) -> bool:
    return word in incident.called.casefold() or word.removeprefix("#") == str(incident.number)


def _offer(uow: UnitOfWork, alerts: list[int], reader: Reader, there: Conversation | None) -> str:
    if there is None:
        return ""
    token = secrets.token_hex(12)
    uow.shares.offer(there.id, alerts, person=reader.person, token=token, at=reader.at)
    return token
