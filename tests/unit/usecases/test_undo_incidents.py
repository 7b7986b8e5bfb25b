"""What was done to an incident is one action on its alerts, and is taken back where it was done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.conversation import Conversation
from bot.alerts.errors import Refused
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Classification, Status
from bot.usecases import assign, comment, incidents, link
from bot.usecases.acting import Act
from bot.usecases.incidents import IncidentAct
from bot.usecases.undo import Undoing, undo_last
from bot.usecases.visibility import Reader
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation

ANA, BO = Person("ana-id", "Ana"), Person("bo-id", "Bo")


def settled(uow: UnitOfWork, count: int) -> tuple[Conversation, int]:
    """A subscribed channel, and Ana's incident of so many alerts."""
    here = add_conversation(uow)
    uow.conversations.subscribe(here.id, at=NOW)
    uow.routes.put(here.id, at=NOW)
    here = replace(here, subscribed_at=NOW)
    for number in range(1, count + 1):
        add_alert(uow, f"a{number}")
    first = link.link_to_new(uow, Act(alert=1, by=ANA, reader=Reader(ANA.object_id, here, NOW), at=NOW))
    incident = first.alert.incident
    assert incident is not None
    for number in range(2, count + 1):
        link.link(uow, Act(alert=number, by=ANA, reader=Reader(ANA.object_id, here, NOW), at=NOW), incident)
    return here, incident


def step(here: Conversation, incident: int, by: Person, minute: int) -> IncidentAct:
    at = NOW + minute * MINUTE
    return IncidentAct(incident=incident, by=by, reader=Reader(by.object_id, here, at), at=at)


def undoing(here: Conversation, by: Person, minute: int) -> Undoing:
    at = NOW + minute * MINUTE
    return Undoing(by=by, reader=Reader(by.object_id, here, at), at=at, within=timedelta(hours=24))


async def test_undo_takes_back_the_whole_of_what_was_done_to_an_incident_and_redoes_it(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here, incident = settled(uow, 3)
        incidents.resolve(uow, step(here, incident, ANA, 1), "a drill", Classification.EXPECTED)
        names = {uow.history.entries(number, limit=1)[0].action for number in (1, 2, 3)}
        assert len(names) == 1

        back = undo_last(uow, undoing(here, ANA, 2))
        assert [entry.alert for entry in back.entries] == [1, 2, 3]
        assert [uow.alerts.get(number).status for number in (1, 2, 3)] == [Status.NEW] * 3
        kinds = [entry.kind.value for entry in uow.incidents.entries(incident, limit=2)]
        assert kinds == ["undone", "resolved"]

        again = undo_last(uow, undoing(here, ANA, 3))
        assert len(again.entries) == 3
        assert {uow.alerts.get(number).status for number in (1, 2, 3)} == {Status.RESOLVED}

    await store.write(work)


async def test_alerts_of_an_incident_that_somebody_changed_since_stay_and_are_named(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here, incident = settled(uow, 3)
        uow.people.meet(BO, NOW)
        incidents.assign(uow, step(here, incident, ANA, 1), BO.object_id)
        assert uow.incidents.get(incident).assignee == BO.object_id
        other = Reader(BO.object_id, here, NOW + 2 * MINUTE)
        assign.assign(uow, Act(alert=2, by=BO, reader=other, at=NOW + 2 * MINUTE), None)
        back = undo_last(uow, undoing(here, ANA, 3))
        assert ([entry.alert for entry in back.entries], [one.number for one in back.left]) == ([1, 3], [2])
        assert uow.incidents.get(incident).assignee is None

    await store.write(work)


async def test_a_comment_that_came_with_a_link_is_struck_through_once(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here, incident = settled(uow, 1)
        me = Reader(ANA.object_id, here, NOW)
        add_alert(uow, "late")
        act = Act(alert=2, by=ANA, reader=me, at=NOW + MINUTE)
        link.link(uow, act, incident, comment="the same host")
        comment.comment(uow, replace(act, at=NOW + 2 * MINUTE), "and later")
        incidents.undo(uow, step(here, incident, ANA, 3))
        assert (uow.alerts.get(2).incident, uow.alerts.get(2).comment_count) == (None, 1)
        standing = [one.text for one in uow.history.comments(2, limit=9) if not one.withdrawn]
        assert standing == ["and later"]
        with pytest.raises(Refused):
            undo_last(uow, replace(undoing(here, BO, 4), whose=ANA.object_id))

    await store.write(work)
