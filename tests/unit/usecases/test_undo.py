"""Undo: what it refuses, and that nothing is taken back twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.conversation import Conversation
from bot.alerts.errors import Refused
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Status
from bot.usecases import comment, resolve
from bot.usecases.acting import Act
from bot.usecases.bulk import each
from bot.usecases.undo import Undoing, undo_action, undo_last, undo_step
from bot.usecases.visibility import Reader
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation

ANA, BO = Person("ana-id", "Ana"), Person("bo-id", "Bo")
DAY = timedelta(days=1)


def settled(uow: UnitOfWork, count: int) -> Conversation:
    here = add_conversation(uow)
    uow.conversations.subscribe(here.id, at=NOW)
    uow.routes.put(here.id, at=NOW)
    for number in range(1, count + 1):
        add_alert(uow, f"a{number}")
    return replace(here, subscribed_at=NOW)


def act(here: Conversation, alert: int, minute: int, by: Person = ANA) -> Act:
    at = NOW + minute * MINUTE
    return Act(alert=alert, by=by, reader=Reader(by.object_id, here, at), at=at)


def undoing(here: Conversation, minute: int, by: Person = ANA) -> Undoing:
    at = NOW + minute * MINUTE
    return Undoing(by=by, reader=Reader(by.object_id, here, at), at=at, within=DAY)


async def test_a_comment_is_not_withdrawn_twice(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here = settled(uow, 2)
        said = each(uow, [act(here, 1, 1), act(here, 2, 1)], lambda uow, act: comment.comment(uow, act, "both"))
        undo_step(uow, undoing(here, 2), act(here, 1, 2))
        back = undo_action(uow, undoing(here, 3), said.action)
        assert [entry.alert for entry in back.entries] == [2]
        assert [(one.number, one.why.args) for one in back.left] == [(1, ("alreadyUndone",))]
        with pytest.raises(Refused, match="alreadyUndone"):
            undo_action(uow, undoing(here, 4), said.action)
        assert [uow.alerts.get(number).comment_count for number in (1, 2)] == [0, 0]
        redone = undo_last(uow, undoing(here, 5))
        assert [entry.alert for entry in redone.entries] == [2]
        assert [uow.alerts.get(number).comment_count for number in (1, 2)] == [0, 1]

    await store.write(work)


async def test_it_is_possible_for_a_time_which_begins_anew_with_an_undo(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here = settled(uow, 1)
        resolve.resolve(uow, act(here, 1, 0))
        late = undoing(here, 24 * 60 + 1)
        with pytest.raises(Refused, match="undoTooLate"):
            undo_last(uow, late)
        with pytest.raises(Refused, match="undoTooLate"):
            undo_step(uow, late, act(here, 1, 24 * 60 + 1))
        undo_last(uow, undoing(here, 24 * 60))
        assert uow.alerts.get(1).status is Status.NEW
        undo_last(uow, undoing(here, 47 * 60))
        assert uow.alerts.get(1).status is Status.RESOLVED

    await store.write(work)


async def test_a_press_that_is_repeated_takes_back_once_and_tells_the_same(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here = settled(uow, 3)
        done = each(uow, [act(here, number, 1) for number in (1, 2, 3)], resolve.resolve)
        press = replace(undoing(here, 2), key="k")
        first, again = undo_action(uow, press, done.action), undo_action(uow, press, done.action)
        assert (first.repeated, again.repeated) == (False, True)
        assert first.entries == again.entries
        assert [uow.alerts.get(number).revision for number in (1, 2, 3)] == [3, 3, 3]

    await store.write(work)


async def test_only_what_a_person_did_is_an_action_of_theirs(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here = settled(uow, 1)
        with pytest.raises(Refused, match="nothingToUndo"):
            undo_last(uow, undoing(here, 1))
        with pytest.raises(Refused, match="nothingToUndo"):
            undo_action(uow, undoing(here, 1), "1/1")
        resolve.resolve(uow, act(here, 1, 1))
        with pytest.raises(Refused, match="notYours"):
            undo_action(uow, undoing(here, 2, BO), "1/2")

    await store.write(work)
