"""When paging begins, and what somebody's "escalate" comes to, on both databases."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import Engine, event

from bot.alerts.alert import Alert
from bot.alerts.choices import Choices
from bot.alerts.conversation import Conversation
from bot.alerts.escalation import Escalation, State
from bot.alerts.messages import ConversationKind
from bot.alerts.oncall_ports import declared
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Severity
from bot.usecases import escalations
from bot.usecases.acting import Act
from bot.usecases.comment import comment, tag
from bot.usecases.report_alert import report_alert, report_alerts
from bot.usecases.visibility import Reader
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_conversation, report

PEOPLE = {name: Person(name, name.title(), f"29:{name}") for name in ("ana", "bo", "chidi")}
HOUR = timedelta(hours=1)


def ready(uow: UnitOfWork) -> Conversation:
    """A channel that gets everything, another that gets what is tagged; Ana is on call, and Chidi after her."""
    for person in PEOPLE.values():
        uow.people.meet(person, NOW)
        add_conversation(uow, f"a:{person.object_id}", kind=ConversationKind.PERSONAL, person=person.object_id)
    here, other = add_conversation(uow), add_conversation(uow, "19:vip")
    for place, words in ((here, ""), (other, "tag:vip")):
        uow.conversations.subscribe(place.id, at=NOW - HOUR)
        uow.conversations.keep_roster(place.id, PEOPLE, NOW)
        uow.routes.put(place.id, at=NOW - HOUR, wants=words)
    uow.rotas.declare([declared("soc", "weekly mon 08:00 UTC from 2026-11-16: ana, chidi", "UTC")])
    uow.rotas.declare_plans({"medium": "page oncall; 5m remind; 10m page next"})
    found = uow.conversations.find(here.teams_id)
    assert found is not None
    return found


def raised(uow: UnitOfWork) -> Alert:
    return uow.alerts.get(report_alert(uow, report(severity=Severity.MEDIUM), NOW).number)


def by_bo(alert: Alert, here: Conversation, at: datetime) -> Act:
    return Act(alert=alert.number, by=PEOPLE["bo"], reader=Reader("bo", here, at), at=at)


def escalation(uow: UnitOfWork, alert: Alert) -> Escalation:
    found = uow.escalations.get(alert.number)
    assert found is not None
    return found


async def test_what_somebody_does_with_an_alert_does_not_page_for_it_anew_where_it_fits_another_channel_now(
    store: AnyStore,
) -> None:
    def work(uow: UnitOfWork) -> None:
        here = ready(uow)
        alert = raised(uow)
        assert escalations.advance_due(uow, NOW) == 1
        comment(uow, by_bo(alert, here, NOW + MINUTE), "I look at it")
        assert escalation(uow, alert).state is State.ANSWERED
        tag(uow, by_bo(alert, here, NOW + 2 * MINUTE), ("vip",), ())
        assert uow.escalations.places(alert.number), "it is shown in the other channel, too"
        assert len(uow.escalations.places(alert.number)) == 2
        assert escalation(uow, alert).state is State.ANSWERED
        assert escalations.advance_due(uow, NOW + HOUR) == 0

    await store.write(work)


async def test_what_is_escalated_in_quiet_hours_goes_to_the_next_one_when_they_end(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here = ready(uow)
        alert = raised(uow)
        escalations.advance_due(uow, NOW)
        uow.choices.keep(replace(Choices(person="chidi"), quiet_from=time(3), quiet_until=time(7)), NOW)
        escalations.escalate(uow, by_bo(alert, here, NOW + MINUTE))
        assert [one.whom for one in uow.escalations.taken(alert.number)] == [("ana",)]
        escalations.advance_due(uow, NOW.replace(hour=7, minute=1))
        assert [one.whom for one in uow.escalations.taken(alert.number)] == [("ana",), ("chidi",)]

    await store.write(work)


async def test_of_many_alerts_at_once_the_plans_and_rotas_are_read_once(store: AnyStore) -> None:
    statements: list[str] = []

    def heard(_on: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    def work(uow: UnitOfWork) -> None:
        ready(uow)
        statements.clear()
        made = report_alerts(uow, [report(f"da{n}", severity=Severity.MEDIUM) for n in range(8)], NOW)
        assert all(escalation(uow, uow.alerts.get(one.number)).is_running for one in made)

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        await store.write(work)
    finally:
        event.remove(Engine, "before_cursor_execute", heard)
    assert len([one for one in statements if "FROM escalation_plans" in one]) == 1
    assert len([one for one in statements if "FROM rotas" in one]) == 1
