"""What people look at: an alert and its views, and the queue. Nothing here changes anything."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.alerts.alert import Alert
from bot.alerts.condition import EVERYTHING, Condition, ConditionError, Field, Not, Op, all_of, tests_of
from bot.alerts.condition_checks import make_test
from bot.alerts.condition_text import parse
from bot.alerts.errors import Refused
from bot.alerts.escalation import MISSED
from bot.alerts.history import Entry, Kind
from bot.alerts.incident import Incident
from bot.alerts.messages import ConversationKind
from bot.alerts.mirror import is_ours
from bot.alerts.people import ActorKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.silence import FEED, SOURCE
from bot.alerts.views import (
    AlertView,
    DetailsView,
    HistoryView,
    QueueFilter,
    QueueKind,
    QueueView,
    SimilarView,
    Viewer,
)
from bot.alerts.words import Classification, Status
from bot.usecases.paging_lines import on_call_for, paging_of
from bot.usecases.permission import may, require
from bot.usecases.visibility import Reader, require_visible, role_of, scope_of, visible_alert

#: How much of a view is loaded; what a card then has room for is the card's affair.
EVIDENCE_SHOWN, COMMENTS_SHOWN, ENTRIES_SHOWN, SIMILAR_SHOWN, INCIDENTS_OFFERED = 60, 10, 40, 8, 20

OPEN = frozenset({Status.NEW, Status.IN_PROGRESS})

#: How far a source's news hide that both sides changed the same.
_NEWS_LOOKED_THROUGH = 10

#: Fields of which the queue has an opinion where a filter has none.
_OF_STATUS = frozenset({"status", "resolved"})
_TIMES = frozenset({"created", "first", "last", "received", "acknowledged", "resolved", "due", "overdue"})
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

#: Alerts on one page of the queue.
PAGE_SIZE = 6


def alert_view(uow: UnitOfWork, number: int, reader: Reader) -> AlertView:
    """Raises NotAvailable, as everything here does, for what the reader may not see."""
    return own_view(uow, visible_alert(uow, number, reader), reader)


def own_view(uow: UnitOfWork, alert: Alert, reader: Reader) -> AlertView:
    """The reader's own, of an alert that they may see: it offers what they can do next."""
    role = role_of(uow, reader)
    view = view_of(uow, alert, reader.conversation.id, reader.at)
    return replace(view, viewer=Viewer(reader.person, role)) if role is not None else view


def shared_view(uow: UnitOfWork, number: int, conversation: int, now: datetime | None = None) -> AlertView:
    """The view that everybody in a conversation shares; the card was sent there because it may be seen there."""
    return view_of(uow, uow.alerts.get(number), conversation, now)


def view_of(uow: UnitOfWork, alert: Alert, conversation: int, now: datetime | None = None) -> AlertView:
    """The same, of an alert that was loaded, or has just been changed. With `now` it says who is on call for it."""
    (view,) = views_of(uow, [alert])
    view = replace(view, paging=paging_of(uow, alert))
    if now is not None:
        view = replace(view, on_call=on_call_for(uow, alert, conversation, now, view.paging))
    if alert.is_open and alert.classification is Classification.NOT_SET:
        view = replace(view, usual=uow.habits.usual(alert.number))
    card, folded, folded_open = uow.folds.own_card(conversation, alert.number)
    return replace(view, card=card, folded=folded, folded_open=folded_open) if folded else view


def details(uow: UnitOfWork, number: int, reader: Reader) -> DetailsView:
    view = alert_view(uow, number, reader)
    return DetailsView(
        view,
        uow.alerts.evidence(number, limit=EVIDENCE_SHOWN),
        uow.history.comments(number, limit=COMMENTS_SHOWN),
    )


def history(uow: UnitOfWork, number: int, reader: Reader) -> HistoryView:
    require_visible(uow, number, reader)
    entries = uow.history.entries(number, limit=ENTRIES_SHOWN)
    alert = uow.alerts.get(number)
    view = views_of(uow, [alert], also=people_in(entries))[0]
    return HistoryView(
        view,
        entries,
        older=alert.revision - len(entries),
        sizes=uow.history.batch_sizes(entry.action for entry in entries),
        mine=next((entry for entry in entries if entry.actor.id == reader.person), None),
        others=_others(entries, reader.person) if may(uow, reader, "undoOthers") else None,
    )


def _others(entries: Iterable[Entry], person: str) -> Entry | None:
    by_others = (entry for entry in entries if entry.actor.kind is ActorKind.PERSON and entry.actor.id != person)
    return next(by_others, None)


def similar(uow: UnitOfWork, number: int, reader: Reader, *, limit: int = SIMILAR_SHOWN) -> SimilarView:
    scope = require_visible(uow, number, reader)
    view = shared_view(uow, number, reader.conversation.id)
    return SimilarView(view, uow.alerts.similar(view.alert, scope, limit=limit))


def incidents(uow: UnitOfWork, number: int, reader: Reader) -> tuple[AlertView, Sequence[Incident]]:
    """The alert, and the incidents that it could be linked to."""
    scope = require_visible(uow, number, reader)
    return shared_view(uow, number, reader.conversation.id), uow.incidents.newest(scope, limit=INCIDENTS_OFFERED)


def queue(
    uow: UnitOfWork,
    reader: Reader,
    *,
    days: int,
    page: int = 0,
    kind: QueueKind = "queue",
    text: str = "",
    size: int = PAGE_SIZE,
) -> QueueView:
    """A list for this reader: Defender's default queue, their own alerts, or what fits a filter whatever its status.

    A page beyond the last one is the last one. Raises Refused("badFilter") with the ConditionError as `error`.
    """
    require(uow, reader, kind)
    wanted = listed(reader.person, reader.at, days=days, kind=kind, text=text)
    scope = scope_of(uow, reader)
    alerts, total = uow.alerts.page(scope, wanted, offset=page * size, limit=size)
    if not alerts and page:
        page = max(0, -(-total // size) - 1)
        alerts, total = uow.alerts.page(scope, wanted, offset=page * size, limit=size)
    days = 0 if wanted.since == LONG_AGO else days
    here = reader.conversation
    return QueueView(
        tuple(views_of(uow, alerts)),
        total,
        page,
        size,
        days,
        kind,
        text.strip(),
        open_only=not wanted.closed,
        nothing_comes=here.kind is not ConversationKind.PERSONAL and not here.subscribed,
    )


def listed(person: str, at: datetime, *, days: int, kind: QueueKind, text: str) -> QueueFilter:
    """What a list has in it for somebody at a time. Raises Refused("badFilter") with the ConditionError as `error`."""
    try:
        where = parse(text) if text.strip() else EVERYTHING
    except ConditionError as error:
        raise Refused("badFilter", error=error, text=text) from None
    # What a filter says itself, the default does not say again: as in Defender's portal.
    asked = {test.field.name for test in tests_of(where)}
    closed, days = kind == "search" or bool(asked & _OF_STATUS), 0 if kind == "search" or asked & _TIMES else days
    return QueueFilter(
        since=at - timedelta(days=days) if days else LONG_AGO,
        assignee=person if kind == "mine" else None,
        where=all_of(where, *_beside(asked, days)) if closed and kind != "search" else where,
        closed=closed,
        me=person,
        now=at,
    )


def _beside(asked: Collection[str], days: int) -> Iterator[Condition]:
    """What the queue asks for where a filter speaks of the status: its days, and nothing that a rule has hidden."""
    if days:
        yield make_test(Field("last"), Op.AT_LEAST, f"{days}d")
    if "hidden" not in asked:
        yield Not(make_test(Field("hidden"), Op.EXISTS))


def in_range(uow: UnitOfWork, first: int, last: int, reader: Reader, status: Collection[Status] = OPEN) -> list[int]:
    """The numbers of a range that are alerts of such a status and visible to the reader: what `resolve 4-9` means."""
    scope = scope_of(uow, reader)
    found = [uow.alerts.get(number) for number in range(first, last + 1) if uow.alerts.in_scope(number, scope)]
    return [alert.number for alert in found if alert.status in status and not alert.is_hidden]


def views_of(uow: UnitOfWork, alerts: Sequence[Alert], also: Iterable[str] = ()) -> list[AlertView]:
    mirrors = uow.mirrors.many([alert.number for alert in alerts])
    contested = uow.history.overruled(mirrors) if mirrors else frozenset()
    overruled = {alert.number: _overruled(uow, alert) for alert in alerts if alert.number in contested}
    named = {alert.assignee for alert in alerts if alert.assignee} | people_in(filter(None, overruled.values()))
    people = uow.people.many(named | set(also))
    found = uow.incidents.many({alert.incident for alert in alerts if alert.incident is not None})
    comments = uow.history.last_comments([alert.number for alert in alerts if alert.comment_count])
    quiet = [alert.number for alert in alerts if alert.source == SOURCE]
    silences = uow.silences.many(quiet)
    asked = uow.consultations.many([alert.number for alert in alerts if alert.comment_count])
    can_silence = bool(quiet) and uow.feeds.is_told(FEED)
    return [
        AlertView(
            alert=alert,
            people=people,
            incident=found.get(alert.incident) if alert.incident is not None else None,
            last_comment=comments.get(alert.number),
            mirror=mirrors.get(alert.number),
            overruled=overruled.get(alert.number),
            silence=silences.get(alert.number),
            consultations=tuple(asked.get(alert.number, ())),
            can_silence=can_silence and alert.source == SOURCE,
        )
        for alert in alerts
    ]


def _overruled(uow: UnitOfWork, alert: Alert) -> Entry | None:
    """Both sides changed the same, and nobody here has done anything since, nor the source to what was contested."""
    later: set[str] = set()
    for entry in uow.history.entries(alert.number, limit=_NEWS_LOOKED_THROUGH):
        if entry.kind is Kind.OVERRULED:
            return entry if later.isdisjoint(change.field for change in entry.changes) else None
        if is_ours(entry):
            return None
        later.update(change.field for change in entry.changes)
    return None


def people_in(entries: Iterable[Entry]) -> set[str]:
    """Everybody whom the entries name as an assignee, old or new, or as paged."""
    named = {
        value
        for entry in entries
        for change in entry.changes
        if change.field == "assignee"
        for value in (change.old, change.new)
        if isinstance(value, str) and value
    }
    paged = [change.new for entry in entries for change in entry.changes if change.field == "paged"]
    return named | {who.removeprefix(MISSED) for new in paged if isinstance(new, list) for who in new}
