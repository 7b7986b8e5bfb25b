"""Paging, step by step: whoever is on call, once more, the next one, the channel. Each step once, whoever takes it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.alerts.alert import Alert, Decision
from bot.alerts.conversation import Conversation, Subject
from bot.alerts.errors import Busy, NotAvailable, Refused
from bot.alerts.escalation import (
    ACTOR,
    CHANNEL,
    EXAMPLE,
    MISSED,
    NOBODY,
    TOGETHER,
    Ask,
    Escalation,
    Page,
    State,
    Taken,
    after_step,
    read_plan,
)
from bot.alerts.history import Change, Kind, as_plain
from bot.alerts.messages import ConversationKind
from bot.alerts.oncall_views import OnDuty
from bot.alerts.people import Person, Way
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Severity
from bot.usecases import oncall
from bot.usecases.acting import Act, Done, perform, record
from bot.usecases.escalation_start import rota_along
from bot.usecases.quiet import quiet_until
from bot.usecases.sending import Sending, facts_of
from bot.usecases.visibility import Reader, visible_alert

#: Before everything else: somebody is to wake up.
URGENCY = -1

#: Steps that are taken in one transaction.
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Found:
    """Whom a step pages, whom it cannot, and until when it waits where all of them have quiet hours."""

    people: tuple[Person, ...] = ()
    missed: tuple[str, ...] = ()
    until: datetime | None = None


def advance_due(uow: UnitOfWork, now: datetime) -> int:
    """Take the steps that are due; how many alerts that concerned."""
    due = uow.escalations.due(now, limit=AT_ONCE)
    for one in due:
        _step(uow, one, now)
    return len(due)


def escalate(uow: UnitOfWork, act: Act) -> Done:
    """Somebody wants the next step now: not the one who is paged, or nobody yet. Raises NotAvailable and Refused."""

    def decide(alert: Alert) -> Decision:
        if not alert.is_open:
            raise Refused("resolved")
        if alert.is_hidden:
            raise Refused("hidden")
        return Decision(Kind.ESCALATED)

    done = perform(uow, act, "escalate", decide)
    if done.entry is None:
        return done
    _push(uow, done.alert, act.by.object_id, act.at)
    return Done(uow.alerts.get(act.alert), done.entry)


def _push(uow: UnitOfWork, alert: Alert, by: str, now: datetime) -> None:
    one = uow.escalations.get(alert.number)
    if one is None or not one.is_running:
        one = _started(uow, alert, now, one)
    plan = read_plan(one.plan)
    following = next((at for at in range(one.next, len(plan)) if plan[at].ask is not Ask.REMIND), None)
    if following is None:
        raise Refused("nobodyLeft")
    _step(uow, replace(one, next=following), now, leave_out={by})


def _started(uow: UnitOfWork, alert: Alert, now: datetime, before: Escalation | None) -> Escalation:
    """Paging that nobody's plan has begun, or that was over. Raises Refused("noRota")."""
    routes = [route for going in Sending(uow, now).of(facts_of(uow, alert)) for route in going.routes]
    rota = oncall.require_rota(uow, before.rota if before is not None else rota_along(routes)).name
    text = uow.rotas.plans().get(alert.severity.value, "")
    plan = text if read_plan(text) else EXAMPLE
    one = Escalation(
        alert=alert.number,
        rota=rota,
        plan=plan,
        state=State.RUNNING,
        started_at=now,
        steps=before.steps if before is not None else 0,
        due_at=now,
    )
    if not uow.escalations.start(one):
        raise Busy("the same alert was escalated at the same time")
    return one


def _step(uow: UnitOfWork, one: Escalation, now: datetime, *, leave_out: Collection[str] = ()) -> None:
    alert, step = uow.alerts.get(one.alert), one.next_step
    if step is None or not alert.is_open or alert.is_hidden or _is_held(uow, alert, now):
        uow.escalations.end(one.alert, State.ENDED, at=now)
        return
    match step.ask:
        case Ask.PAGE | Ask.NEXT:
            _page_step(uow, one, alert, now, leave_out)
        case Ask.REMIND:
            _remind(uow, one, alert, now)
        case Ask.CHANNEL:
            if _take(uow, one, Ask.CHANNEL, (CHANNEL,), now):
                _tell_channels(uow, one, alert, now, nobody=False)
                _record(uow, alert, Kind.PAGED, (CHANNEL,), now)


def _page_step(uow: UnitOfWork, one: Escalation, alert: Alert, now: datetime, leave_out: Collection[str]) -> None:
    ask, found = _ask(one), _find(uow, one, alert, now, leave_out)
    if found.until is not None:
        # Somebody may have asked for a later step than the one that is next.
        uow.escalations.wait(one.alert, found.until, following=one.next)
        return
    whom = (*(person.object_id for person in found.people), *(f"{MISSED}{who}" for who in found.missed))
    if found.people:
        if _take(uow, one, ask, whom, now):
            for person in found.people:
                _page(uow, alert, person, now)
            _record(uow, alert, Kind.PAGED, whom, now)
    elif ask is Ask.PAGE and not leave_out:
        # Nobody is on call, or nobody who is can be reached: the channel hears of it at once.
        if _take(uow, one, ask, (NOBODY, *whom), now):
            _tell_channels(uow, one, alert, now, nobody=True)
            _record(uow, alert, Kind.PAGED, (NOBODY, *whom), now)
    elif _take(uow, one, ask, (NOBODY, *whom), now, at_once=True) and leave_out:
        # Somebody asked for the next one, and there is none: the channel is next.
        rest = uow.escalations.get(one.alert)
        if rest is not None and rest.next_step is not None and rest.next_step.ask is not Ask.REMIND:
            _step(uow, rest, now, leave_out=leave_out)


def _ask(one: Escalation) -> Ask:
    return one.next_step.ask if one.next_step is not None else Ask.NEXT


def _find(uow: UnitOfWork, one: Escalation, alert: Alert, now: datetime, leave_out: Collection[str]) -> _Found:
    """The first ones in line who can be reached and are not paged yet."""
    only_now = _ask(one) is Ask.PAGE and not leave_out
    known = {who for taken in uow.escalations.taken(one.alert) for who in taken.whom} | set(leave_out)
    missed: list[str] = []
    for group in oncall.in_line(uow, now, one.rota):
        if only_now and not any(duty.shift.lasts_at(now) for duty in group):
            break
        fresh = [duty for duty in group if duty.shift.who not in known and f"{MISSED}{duty.shift.who}" not in known]
        people = [duty.person for duty in fresh if duty.person is not None and _may_see(uow, alert, duty, now)]
        missed += [duty.shift.who for duty in fresh if duty.person not in people]
        if not people:
            continue
        awake, until = _awake(uow, alert, people, now)
        return _Found((), (), until) if not awake else _Found(tuple(awake), tuple(missed))
    return _Found((), tuple(missed))


def _awake(
    uow: UnitOfWork, alert: Alert, people: Iterable[Person], now: datetime
) -> tuple[list[Person], datetime | None]:
    """Those without quiet hours now, which high severity does not keep; and when the first quiet hours end."""
    ends = {person: quiet_until(uow, person.object_id, now) for person in people}
    if alert.severity is Severity.HIGH:
        return list(ends), None
    awake = [person for person, end in ends.items() if end is None]
    return awake, min((end for end in ends.values() if end is not None), default=None)


def _may_see(uow: UnitOfWork, alert: Alert, duty: OnDuty, now: datetime) -> bool:
    """A page tells of an alert; so it goes to nobody for whom there is none."""
    who = duty.shift.who
    here = uow.conversations.personal(who) or Conversation(
        id=0, teams_id="", kind=ConversationKind.PERSONAL, service_url="", tenant_id="", person=who
    )
    try:
        visible_alert(uow, alert.number, Reader(who, here, now))
    except NotAvailable:
        return False
    return True


def _is_held(uow: UnitOfWork, alert: Alert, now: datetime) -> bool:
    """Whether maintenance holds it back wherever it goes."""
    sending = Sending(uow, now)
    if not sending.windows:
        return False
    going = sending.of(facts_of(uow, alert))
    return bool(going) and all(one.held_by is not None for one in going)


def _take(
    uow: UnitOfWork, one: Escalation, ask: Ask, whom: tuple[str, ...], now: datetime, *, at_once: bool = False
) -> bool:
    """Write the step down, which only one process does."""
    following, due_at = after_step(one, now)
    taken = Taken(alert=one.alert, number=one.steps + 1, at=now, ask=ask, whom=whom)
    return uow.escalations.take(taken, following=following, due_at=now if at_once and due_at else due_at)


def _record(uow: UnitOfWork, alert: Alert, kind: Kind, whom: Sequence[str], now: datetime) -> None:
    decision = Decision(kind, (Change("paged", as_plain(alert.paged), list(whom)),))
    record(uow, uow.alerts.get(alert.number), decision, by=ACTOR, way=Way.SCHEDULE, at=now)


def _page(uow: UnitOfWork, alert: Alert, person: Person, now: datetime) -> None:
    key = f"person:{person.object_id}"
    if (page := uow.pages.join(key, alert.number, at=now, since=now - TOGETHER)) is not None:
        uow.cards.raise_wanted(Subject.PAGE, page.id, at=now)
        return
    chat = uow.conversations.personal(person.object_id)
    here = chat.id if chat is not None else None
    made = uow.pages.open(
        Page(id=0, key=key, opened_at=now, person=person.object_id, conversation=here, told_at=now), alert.number
    )
    if made is None:
        raise Busy("the same person was paged at the same time")
    if here is not None:
        uow.cards.want(here, Subject.PAGE, made.id, priority=URGENCY, at=now)


def _remind(uow: UnitOfWork, one: Escalation, alert: Alert, now: datetime) -> None:
    """A message anew, because one that is changed wakes nobody; one for all alerts of a page."""
    if not _take(uow, one, Ask.REMIND, (), now):
        return
    plan = read_plan(one.plan)
    gap = plan[one.next].after - plan[one.next - 1].after if one.next else timedelta()
    paged = [who for who in alert.paged if not who.startswith(MISSED)]
    newest = {page.person: page for page in uow.pages.of_alert(alert.number) if page.person in paged}
    for page in newest.values():
        told = uow.pages.tell_again(page.id, at=now, before=now - min(TOGETHER, gap))
        if told is not None and page.conversation is not None:
            origin = f"again {told}"
            uow.cards.want(page.conversation, Subject.PAGE, page.id, priority=URGENCY, at=now, origin=origin)
    _record(uow, alert, Kind.REMINDED, alert.paged, now)


def _tell_channels(uow: UnitOfWork, one: Escalation, alert: Alert, now: datetime, *, nobody: bool) -> None:
    """In the thread of its card, by mention of everybody who is on call or was paged."""
    on_call = [duty.shift.who for duty in oncall.on_call(uow, now, one.rota) if duty.person is not None]
    paged = [who for taken in uow.escalations.taken(one.alert) for who in taken.whom]
    mentions = tuple(dict.fromkeys(who for who in (*on_call, *paged) if who in uow.people.many([who])))
    for place, thread in uow.escalations.places(alert.number):
        key = f"channel:{place}"
        if (page := uow.pages.join(key, alert.number, at=now, since=now - TOGETHER)) is not None:
            uow.cards.raise_wanted(Subject.PAGE, page.id, at=now)
            continue
        wanted = Page(
            id=0,
            key=key,
            opened_at=now,
            conversation=place,
            thread=thread,
            mentions=mentions,
            told_at=now,
            nobody=nobody,
        )
        made = uow.pages.open(wanted, alert.number)
        if made is None:
            raise Busy("the same channel was told at the same time")
        uow.cards.want(place, Subject.PAGE, made.id, priority=URGENCY, at=now, thread=thread)


def chat_opened(uow: UnitOfWork, page: Page, conversation: int, now: datetime) -> None:
    """The 1:1 chat with somebody is open now: their page goes there."""
    uow.pages.opened(page.id, conversation)
    uow.cards.want(conversation, Subject.PAGE, page.id, priority=URGENCY, at=now)


def give_up(uow: UnitOfWork, page: Page, now: datetime) -> None:
    """Somebody's page cannot be delivered: it is told in the history, and the next one is asked at once."""
    if page.person is None or not uow.pages.give_up(page.id):
        return
    for number in uow.pages.waiting(page.id):
        one = uow.escalations.get(number)
        if one is None:
            continue
        plan = read_plan(one.plan)
        following = next((at for at in range(one.next, len(plan)) if plan[at].ask is not Ask.REMIND), one.next)
        uow.escalations.wait(number, now, following=following)
        _record(uow, uow.alerts.get(number), Kind.PAGED, (f"{MISSED}{page.person}",), now)
