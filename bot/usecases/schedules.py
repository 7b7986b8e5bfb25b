"""Schedules of digests: made, changed, paused, resumed, removed and looked at, in the conversation that gets them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.alerts.condition import EVERYTHING, Condition
from bot.alerts.condition_text import to_text
from bot.alerts.conversation import Conversation
from bot.alerts.digest import Digest
from bot.alerts.errors import Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.routing import stored_condition
from bot.alerts.schedule import DigestSchedule, Timing
from bot.usecases import digests
from bot.usecases.permission import require
from bot.usecases.routes import check_shared, read_filter
from bot.usecases.visibility import Reader, channels_of

#: Schedules of one conversation.
MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A schedule that was made or changed, when it comes next, and the one of the settings that it takes the place of,
    if it does."""

    schedule: DigestSchedule
    next_at: datetime
    instead: DigestSchedule | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A schedule with when it comes next, None where it is paused."""

    schedule: DigestSchedule
    next_at: datetime | None


def read_wants(text: str, here: Conversation) -> Condition:
    """A filter as somebody typed it. In a channel nobody is “me”. Raises Refused."""
    wants = read_filter(text)
    return wants if here.kind is ConversationKind.PERSONAL else check_shared(wants, text)


def put(
    uow: UnitOfWork,
    reader: Reader,
    by: Person,
    timing: Timing,
    *,
    wants: Condition,
    says_quiet: bool = True,
    number: int | None = None,
    default: Timing,
) -> Scheduled:
    """Make one, or change the one of a `number`. The first one in a channel takes the place of that of the settings.

    Raises Refused("role"), Refused("manyDigests"), Refused("noDigest") and what is wrong with the condition.
    """
    here = reader.conversation
    require_change(uow, reader)
    if not gets_alerts(uow, reader):
        raise Refused("digestNowhere")
    if here.kind is not ConversationKind.PERSONAL:
        check_shared(wants, to_text(wants))
    known = [one for one in uow.schedules.of(here.id) if not one.is_default]
    before = one_of(uow, reader, number, default) if number is not None else None
    if before is not None and before.is_default:
        # That of the settings is not ours to change: its place is taken.
        before = None
    if before is None and len(known) >= MOST:
        raise Refused("manyDigests", limit=MOST)
    schedule = DigestSchedule(
        id=0,
        conversation=here,
        number=before.number if before else 0,
        timing=timing,
        wants="" if wants == EVERYTHING else to_text(wants),
        says_quiet=says_quiet,
        paused=False,
        made_by=by.object_id,
        made_by_name=by.name,
        # What would have come already today, had it been so all day, does not come any more.
        since=reader.at,
    )
    if before is not None:
        schedule = replace(schedule, made_by=before.made_by, made_by_name=before.made_by_name)
        made = replace(schedule, id=uow.schedules.put(schedule))
    else:
        made = uow.schedules.add(schedule)
    instead = _replace_default(uow, here, default, reader.at) if not known else None
    return Scheduled(made, next_of(uow, made, reader.at), instead)


def pause(uow: UnitOfWork, reader: Reader, number: int, default: Timing, *, paused: bool) -> DigestSchedule:
    """Pause or resume one; what was due meanwhile is not caught up. Raises Refused("role") and Refused("noDigest")."""
    require_change(uow, reader)
    schedule = one_of(uow, reader, number, default)
    if schedule.paused == paused:
        return schedule
    changed = replace(schedule, paused=paused, since=schedule.since if paused else reader.at)
    uow.schedules.put(changed)
    return changed


def remove(uow: UnitOfWork, reader: Reader, number: int, default: Timing) -> DigestSchedule:
    """Take one away; that of the settings is paused. Raises Refused("role") and Refused("noDigest")."""
    schedule = one_of(uow, reader, number, default)
    if schedule.is_default:
        return pause(uow, reader, number, default, paused=True)
    require_change(uow, reader)
    uow.schedules.remove(schedule.id)
    return schedule


def one_of(uow: UnitOfWork, reader: Reader, number: int, default: Timing) -> DigestSchedule:
    """The one that people call so here. Raises Refused("noDigest")."""
    found = next((one for one in here_of(uow, reader.conversation, default) if one.number == number), None)
    if found is None:
        raise Refused("noDigest", number=number)
    return found


def listed(uow: UnitOfWork, reader: Reader, default: Timing) -> list[Listed]:
    """Those of the conversation, that of the settings first."""
    require(uow, reader, "digest")
    found = here_of(uow, reader.conversation, default)
    return [Listed(one, None if one.paused else next_of(uow, one, reader.at)) for one in found]


def next_of(uow: UnitOfWork, schedule: DigestSchedule, at: datetime) -> datetime:
    """When it comes next: on a date that had its digest already, at an earlier time of the day, no other comes."""
    moment = schedule.timing.after(at)
    day = moment.astimezone(ZoneInfo(schedule.timing.zone)).date()
    has_come = uow.digests.exists(schedule.conversation.id, schedule.slot(day))
    return schedule.timing.after(moment) if has_come else moment


def here_of(uow: UnitOfWork, here: Conversation, default: Timing) -> list[DigestSchedule]:
    """Those of a conversation, paused ones too."""
    made = uow.schedules.of(here.id)
    own = next((one for one in made if one.is_default), None)
    defaults = [digests.default_here(here, default, own)] if here.subscribed else []
    return [*defaults, *(one for one in made if not one.is_default)]


def preview(uow: UnitOfWork, reader: Reader, number: int, default: Timing, *, people: bool) -> Digest:
    """What it would say if it came now. Raises Refused("noDigest")."""
    require(uow, reader, "digest")
    schedule = one_of(uow, reader, number, default)
    day = schedule.timing.due(reader.at)
    since = schedule.timing.moment(day) if day is not None else None
    if since is None or reader.at - since < digests.LAST_DAY / 24:
        # It has just come: the same again rather than minutes.
        since = schedule.timing.before(day) if day is not None else None
    return digests.look(
        uow,
        reader,
        zone=schedule.timing.zone,
        people=people,
        since=since,
        wants=stored_condition(schedule.wants),
        written=schedule.wants,
    )


def require_change(uow: UnitOfWork, reader: Reader) -> None:
    """Whoever may look may have digests in their own chat of what they may look at. Raises Refused."""
    own = reader.conversation.kind is ConversationKind.PERSONAL
    require(uow, reader, "digest" if own else "setDigest")


def gets_alerts(uow: UnitOfWork, reader: Reader) -> bool:
    """Whether there is anything that a digest here could be about."""
    here = reader.conversation
    return bool(channels_of(uow, reader.person)) if here.kind is ConversationKind.PERSONAL else here.subscribed


def _replace_default(uow: UnitOfWork, here: Conversation, default: Timing, at: datetime) -> DigestSchedule | None:
    if not here.subscribed:
        return None
    own = next((one for one in uow.schedules.of(here.id) if one.is_default), None)
    schedule = digests.default_here(here, default, own)
    if schedule.paused:
        return None
    uow.schedules.put(replace(schedule, paused=True, since=at))
    return schedule
