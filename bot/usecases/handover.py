"""The handover: what is different since a time, of what the reader may see, and "I take over"."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.condition import EVERYTHING, Condition, Field, Not, Op, all_of
from bot.alerts.condition_checks import make_test
from bot.alerts.conversation import Scope
from bot.alerts.due import is_overdue
from bot.alerts.errors import Refused
from bot.alerts.handover import AHEAD, USUAL, Basis, Handover, HandoverView, Holder, Period, read_period
from bot.alerts.outcome import Outcome
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import AlertView, QueueFilter
from bot.alerts.words import Classification, Severity
from bot.usecases import handover_notes, oncall
from bot.usecases.acting import Act
from bot.usecases.assign import assign
from bot.usecases.bulk import each
from bot.usecases.handover_bites import bites_of
from bot.usecases.permission import require
from bot.usecases.read import LONG_AGO, views_of
from bot.usecases.undo import last_action, outcome_of
from bot.usecases.visibility import Reader, scope_of, settled

#: Open alerts that are loaded to say who holds what; how many are shown of what was resolved, of incidents, and of
#: what will bite.
OPEN, RESOLVED, INCIDENTS, BITES = 300, 3, 4, 6

#: Alerts that one takes over in one press.
TAKEN = 300


def handover(uow: UnitOfWork, reader: Reader, words: str, zone: ZoneInfo) -> HandoverView:
    """Since the reader's own last shift, or in the time that they name. Raises Refused."""
    require(uow, reader, "handover")
    period = read_period(words, reader.at, zone) if words.strip() else own_period(uow, reader)
    return view_of(uow, reader, period)


def own_period(uow: UnitOfWork, reader: Reader) -> Period:
    """Since their last shift ended; else since their present one began; else the usual time."""
    last = oncall.last_shift(uow, reader.person, reader.at)
    if last is not None:
        return Period(last.ends_at, reader.at, Basis.SHIFT)
    present = oncall.shift_of(uow, reader.person, reader.at)
    if present is not None and present.starts_at < reader.at:
        return Period(present.starts_at, reader.at, Basis.PRESENT)
    return Period(reader.at - USUAL, reader.at, Basis.USUAL)


def posted_view(uow: UnitOfWork, handover: Handover, reader: Reader) -> HandoverView:
    """One that was posted at the change of a shift, as it stands now."""
    view = view_of(uow, reader, handover.period)
    people = uow.people.many([*handover.leavers, *handover.comers])
    comers = tuple(people[who].name if who in people else who for who in handover.comers)
    return replace(view, leavers=tuple(people[who] for who in handover.leavers if who in people), comers=comers)


def view_of(uow: UnitOfWork, reader: Reader, period: Period) -> HandoverView:
    reader = settled(uow, reader)
    looking = _Looking(uow, reader, scope_of(uow, reader), period)
    open_now, open_count = looking.find(EVERYTHING, OPEN, closed=False)
    resolved, resolved_count = looking.worst_first("resolved", RESOLVED)
    ahead = f"{AHEAD // timedelta(hours=1)}h"
    soon = all_of(make_test(Field("due"), Op.ABOVE, "0s"), make_test(Field("due"), Op.BELOW, ahead))
    due_soon, _ = looking.find(soon, OPEN, closed=False)
    bites = bites_of(uow, reader, looking.scope, due_soon, open_now)
    missed = uow.breaches.between(looking.scope, period.since, period.until)
    return HandoverView(
        period=period,
        now=reader.at,
        notes=handover_notes.standing(uow, reader),
        new_count=looking.count(looking.within("received")),
        new_high=looking.count(looking.within("received"), _severity(Severity.HIGH)),
        taken_count=sum(_taken_within(view, period) for view in open_now),
        resolved=tuple(resolved),
        resolved_count=resolved_count,
        verdicts=looking.verdicts() if resolved_count else {},
        incidents=tuple(
            one
            for one in uow.incidents.newest(looking.scope, limit=INCIDENTS)
            if period.since <= one.created_at < period.until
        ),
        holders=tuple(looking.counted(_holders(open_now, reader.at), whole=open_count <= OPEN)),
        open_count=open_count,
        overdue=looking.find(make_test(Field("overdue"), Op.IS, "yes"), 0, closed=False)[1],
        missed=sum(missed.values()),
        bites=tuple(bites[:BITES]),
        more_bites=max(0, len(bites) - BITES),
    )


class _Looking:
    """Looks for alerts that a reader may see, with what is asked of all of them worked out once."""

    def __init__(self, uow: UnitOfWork, reader: Reader, scope: Scope, period: Period) -> None:
        self._uow = uow
        self._reader = reader
        self.scope = scope
        self._period = period

    def within(self, field: str) -> Condition:
        """A time of the alert lies in the period; nothing that a rule has hidden."""
        since, until = (at.astimezone(UTC).isoformat() for at in (self._period.since, self._period.until))
        return all_of(
            make_test(Field(field), Op.AT_LEAST, since),
            make_test(Field(field), Op.BELOW, until),
            Not(make_test(Field("hidden"), Op.EXISTS)),
        )

    def find(self, where: Condition, limit: int, *, closed: bool = True) -> tuple[list[AlertView], int]:
        wanted = QueueFilter(since=LONG_AGO, where=where, closed=closed, now=self._reader.at)
        alerts, total = self._uow.alerts.page(self.scope, wanted, offset=0, limit=limit)
        return views_of(self._uow, alerts), total

    def count(self, *parts: Condition) -> int:
        return self.find(all_of(*parts), 0)[1]

    def worst_first(self, field: str, limit: int) -> tuple[list[AlertView], int]:
        """The worst of those whose time lies in the period, and how many there are."""
        within = self.within(field)
        total, found = self.count(within), list[AlertView]()
        for severity in reversed(Severity):
            if len(found) < min(limit, total):
                found += self.find(all_of(within, _severity(severity)), limit - len(found))[0]
        return found, total

    def counted(self, holders: Iterable[Holder], *, whole: bool) -> Iterable[Holder]:
        """With how many each has, where not all open alerts were loaded."""
        for holder in holders:
            if whole:
                yield holder
                continue
            nobody = make_test(Field("assignee"), Op.IS, "nobody") if holder.who is None else EVERYTHING
            wanted = QueueFilter(since=LONG_AGO, assignee=holder.who, where=nobody, now=self._reader.at)
            yield replace(holder, count=self._uow.alerts.page(self.scope, wanted, offset=0, limit=0)[1])

    def verdicts(self) -> dict[Classification, int]:
        within = self.within("resolved")
        counts = {
            one: self.count(within, make_test(Field("classification"), Op.EQUALS, one.value)) for one in Classification
        }
        return {one: count for one, count in counts.items() if count}


def take_over(uow: UnitOfWork, reader: Reader, by: Person, whose: str, key: str | None = None) -> Outcome:
    """All open alerts of somebody become the reader's, as one action. Raises Refused: "takeOwn", "nothingToTake"."""
    require(uow, reader, "assign")
    if whose == by.object_id:
        raise Refused("takeOwn")
    if key is not None and not uow.presses.first_time(key, reader.at):
        return outcome_of(uow, last_action(uow, by.object_id))
    reader = settled(uow, reader)
    wanted = QueueFilter(since=LONG_AGO, assignee=whose, now=reader.at)
    alerts, _ = uow.alerts.page(scope_of(uow, reader), wanted, offset=0, limit=TAKEN)
    if not alerts:
        known = uow.people.many([whose]).get(whose)
        raise Refused("nothingToTake", who=known.name if known else whose)
    acts = [Act(alert=alert.number, by=by, reader=reader, at=reader.at) for alert in alerts]
    outcome = each(uow, acts, lambda uow, act: assign(uow, act, by.object_id))
    handover_notes.draw_anew(uow, reader.conversation.id, reader.at)
    return outcome


def _holders(open_now: Sequence[AlertView], now: datetime) -> Iterable[Holder]:
    """Nobody first, then whoever has the most; each with the worst alerts first."""
    of: dict[str | None, list[AlertView]] = {}
    for view in open_now:
        of.setdefault(view.alert.assignee, []).append(view)
    for who, views in sorted(of.items(), key=lambda item: (item[0] is not None, -len(item[1]), item[0] or "")):
        late = {view.alert.number for view in views if is_overdue(view.alert, now)}
        worst = sorted(views, key=lambda view: (-view.alert.severity.rank, view.alert.number not in late))
        yield Holder(who, views[0].assignee_name or "", tuple(worst), len(views), len(late))


def _taken_within(view: AlertView, period: Period) -> bool:
    at = view.alert.assigned_at
    return at is not None and period.since <= at < period.until


def _severity(severity: Severity) -> Condition:
    return make_test(Field("severity"), Op.EQUALS, severity.value)
