"""Digests: exactly one a schedule and local date, however often anybody asks.

Counting may take a moment, so it is apart from posting: the program counts where it only reads, and posts after that.
A unique row for each schedule and date decides whose it is.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.alerts.alert import Alert
from bot.alerts.condition import EVERYTHING, Condition
from bot.alerts.conversation import Conversation, Scope, Subject
from bot.alerts.digest import Digest, DigestNumbers
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person, name_of_group
from bot.alerts.ports import UnitOfWork
from bot.alerts.routing import stored_condition
from bot.alerts.schedule import DigestSchedule, Rhythm, Timing
from bot.alerts.tuning import rule_of
from bot.usecases.acting import Act
from bot.usecases.assign import assign
from bot.usecases.permission import require
from bot.usecases.routes import read_filter
from bot.usecases.visibility import Reader, conversation_scope, role_of, scope_of, visible_alert

#: A digest comes before ordinary cards, after those of high severity.
URGENCY: Final = 1

#: One that makes up for others that were missed tells of at most so long.
LONGEST: Final = timedelta(days=31)

#: What one tells of that is asked for.
LAST_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that is to be made: whose, of which local date, and over what."""

    schedule: DigestSchedule
    day: date
    since: datetime
    until: datetime


def default_timing(at: time, zone: ZoneInfo) -> Timing:
    """When the digest of the settings comes."""
    return Timing(rhythm=Rhythm.DAILY, at=at, zone=str(zone))


def schedules(uow: UnitOfWork, default: Timing) -> list[DigestSchedule]:
    """All that run: those that people made, and that of the settings for every conversation that gets alerts, unless
    somebody paused it there."""
    made = uow.schedules.all()
    own = {schedule.conversation.id: schedule for schedule in made if schedule.is_default}
    subscribed = [here for here in uow.conversations.subscribed() if here.subscribed_at is not None]
    defaults = [default_here(here, default, own.get(here.id)) for here in subscribed]
    return [*defaults, *(schedule for schedule in made if not schedule.is_default)]


def default_here(here: Conversation, timing: Timing, known: DigestSchedule | None) -> DigestSchedule:
    """The one of the settings in a conversation. Whoever subscribed, or resumed it, after its time waits for the next
    one. `known` is what somebody did to it there."""
    subscribed = here.subscribed_at or datetime.max.replace(tzinfo=ZoneInfo("UTC"))
    return DigestSchedule(
        id=0,
        conversation=here,
        number=0,
        timing=timing,
        paused=known is not None and known.paused,
        since=max(subscribed, known.since) if known is not None else subscribed,
    )


def due(uow: UnitOfWork, now: datetime, default: Timing) -> list[Due]:
    """What is due and not there yet: of each schedule the newest one, perhaps late."""
    found: list[Due] = []
    for schedule in schedules(uow, default):
        day = schedule.due(now)
        until = schedule.timing.moment(day) if day is not None else None
        if day is None or until is None or uow.digests.exists(schedule.conversation.id, schedule.slot(day)):
            continue
        found.append(Due(schedule, day, _since(uow, schedule, day, until), until))
    return found


def _since(uow: UnitOfWork, schedule: DigestSchedule, day: date, until: datetime) -> datetime:
    """The moment before, or where digests were missed, the end of what the last one told of."""
    since = schedule.timing.before(day)
    last = uow.digests.last(schedule.conversation.id, schedule.id)
    if last is not None and schedule.since <= last.until < since:
        return max(last.until, until - LONGEST)
    return since


def count(uow: UnitOfWork, due: Due, now: datetime, *, people: bool) -> DigestNumbers | None:
    """What it says; None where nobody may see anything, because a person has lost their permission role. Without
    `people` nobody is counted."""
    schedule = due.schedule
    here, wants = schedule.conversation, stored_condition(schedule.wants)
    if here.kind is not ConversationKind.PERSONAL:
        scope = conversation_scope(uow, here, now)
        return _named(uow, uow.digests.count(scope, due.since, due.until, wants=wants, now=now), people=people)
    reader = Reader(here.person or "", here, now)
    if role_of(uow, reader) is None:
        return None
    scope = scope_of(uow, reader)
    numbers = uow.digests.count(scope, due.since, due.until, wants=wants, now=now, me=here.person)
    return _named(uow, numbers, people=people)


def post(uow: UnitOfWork, due: Due, numbers: DigestNumbers, now: datetime) -> bool:
    """Make it, unless it is there; False where it was. A quiet day may be one of which nothing is said."""
    schedule = due.schedule
    here = schedule.conversation.id
    digest = uow.digests.add(
        here,
        slot=schedule.slot(due.day),
        local_date=due.day,
        zone=schedule.timing.zone,
        numbers=numbers,
        at=now,
        schedule=schedule.id,
        wants=schedule.wants,
    )
    if digest is None:
        return False
    if schedule.says_quiet or not numbers.is_quiet:
        uow.cards.want(here, Subject.DIGEST, digest, priority=URGENCY, at=now)
    return True


def post_due(uow: UnitOfWork, now: datetime, *, at: time, zone: ZoneInfo, people: bool = True) -> int:
    """Make those that are due and not there yet, all in one go; how many."""
    made = 0
    for one in due(uow, now, default_timing(at, zone)):
        numbers = count(uow, one, now, people=people)
        made += numbers is not None and post(uow, one, numbers, now)
    return made


def post_now(uow: UnitOfWork, now: datetime, *, zone: ZoneInfo, people: bool = True) -> int:
    """Make one over the last day for every subscribed conversation, whatever was posted before; how many."""
    made = 0
    for here in uow.conversations.subscribed():
        counted = uow.digests.count(conversation_scope(uow, here, now), now - LAST_DAY, now, now=now)
        numbers = _named(uow, counted, people=people)
        day = now.astimezone(zone).date()
        digest = uow.digests.add(
            here.id, slot=f"now-{now.isoformat()}", local_date=day, zone=str(zone), numbers=numbers, at=now
        )
        if digest is not None:
            uow.cards.want(here.id, Subject.DIGEST, digest, priority=URGENCY, at=now)
            made += 1
    return made


def look(
    uow: UnitOfWork,
    reader: Reader,
    *,
    zone: str,
    people: bool,
    since: datetime | None = None,
    wants: Condition = EVERYTHING,
    written: str = "",
) -> Digest:
    """One for somebody who asks, of what they may see where they ask, up to now: over the last day unless told."""
    now, scope = reader.at, scope_of(uow, reader)
    numbers = uow.digests.count(scope, since or now - LAST_DAY, now, wants=wants, now=now, me=reader.person)
    return Digest(
        id=0,
        conversation=reader.conversation.id,
        slot="",
        local_date=now.astimezone(ZoneInfo(zone)).date(),
        zone=zone,
        numbers=_named(uow, numbers, people=people),
        created_at=now,
        wants=written,
    )


def schedule_of(uow: UnitOfWork, digest: Digest, here: Conversation) -> DigestSchedule | None:
    """What brought it; None where somebody asked for it, or the schedule is gone."""
    if digest.schedule:
        return uow.schedules.get(digest.schedule)
    if digest.schedule is None:
        return None
    # That of the settings, as they were then.
    at = digest.numbers.until.astimezone(ZoneInfo(digest.zone)).time()
    return default_here(here, default_timing(at, ZoneInfo(digest.zone)), None)


def posted(uow: UnitOfWork, reader: Reader, number: int) -> Digest:
    """One that came here, with what the reader may still see. Raises NotAvailable."""
    digest = uow.digests.get(number)
    if digest.conversation != reader.conversation.id or role_of(uow, reader) is None:
        raise NotAvailable(f"digest {number}")
    return _visible(uow, digest, scope_of(uow, reader))


def for_all(uow: UnitOfWork, number: int, here: Conversation, now: datetime) -> Digest:
    """One as it is posted: in a chat, somebody may have left channels since it was made. Raises NotAvailable."""
    if here.kind is ConversationKind.PERSONAL:
        return posted(uow, Reader(here.person or "", here, now), number)
    return _visible(uow, uow.digests.get(number), conversation_scope(uow, here, now))


def _visible(uow: UnitOfWork, digest: Digest, scope: Scope) -> Digest:
    """Without naming alerts that are not in a scope."""
    if scope.is_unlimited:
        return digest
    numbers = digest.numbers
    named = {row.number for row in (*numbers.waiting, *numbers.worst_new)} | {one.newest for one in numbers.noisy}
    seen = {number for number in named if uow.alerts.in_scope(number, scope)}
    return replace(
        digest,
        numbers=replace(
            numbers,
            waiting=tuple(row for row in numbers.waiting if row.number in seen),
            worst_new=tuple(row for row in numbers.worst_new if row.number in seen),
            noisy=tuple(one for one in numbers.noisy if one.newest in seen),
            oldest_open=numbers.oldest_open if seen == named else None,
        ),
    )


def take_oldest(uow: UnitOfWork, reader: Reader, by: Person, text: str, *, key: str | None) -> Alert:
    """Take the alert that has waited longest with nobody, among those that fit; once for each key.

    Raises Refused("nothingWaits") and Refused("role").
    """
    require(uow, reader, "assign")
    if key is not None and not uow.presses.first_time(key, reader.at):
        taken = uow.history.last_of(reader.person)
        if taken is None:
            raise Refused("nothingWaits")
        return visible_alert(uow, taken.alert, reader)
    scope, wants = scope_of(uow, reader), read_filter(text)
    number = uow.digests.longest_waiting(scope, wants=wants, now=reader.at, me=reader.person)
    if number is None:
        raise Refused("nothingWaits")
    return assign(uow, Act(alert=number, by=by, reader=reader, at=reader.at), reader.person).alert


def _named(uow: UnitOfWork, numbers: DigestNumbers, *, people: bool) -> DigestNumbers:
    """With the names of people and rules in place of their ids; without `people`, with nobody counted."""
    counted = numbers.by_person if people else ()
    rows = (*numbers.worst_new, *numbers.waiting)
    known = uow.people.many({one.person for one in counted} | {row.assignee for row in rows if row.assignee})
    rules = uow.tuning.many(rule for key, _ in numbers.hidden_by if (rule := rule_of(key)) is not None)

    def name(who: str) -> str:
        return known[who].name if who in known else name_of_group(who) or who

    def rule_name(key: str) -> str:
        rule = rules.get(rule_of(key) or 0)
        return rule.terms.name if rule is not None else key

    return replace(
        numbers,
        by_person=tuple(replace(one, person=name(one.person)) for one in counted),
        worst_new=tuple(replace(row, assignee=name(row.assignee)) for row in numbers.worst_new),
        waiting=tuple(replace(row, assignee=name(row.assignee)) for row in numbers.waiting),
        hidden_by=tuple((rule_name(key), count) for key, count in numbers.hidden_by),
    )
