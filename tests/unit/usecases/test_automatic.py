"""What rules do: it is history with their name, out of sight where they hide, and it can be undone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts import alert as alerts
from bot.alerts.alert import Alert
from bot.alerts.condition_text import parse
from bot.alerts.conversation import Conversation, Scope, Subject
from bot.alerts.errors import Refused
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.rules import RuleName
from bot.alerts.views import QueueFilter
from bot.alerts.words import Classification, Status
from bot.usecases import automatic
from bot.usecases.acting import Act, Done
from bot.usecases.comment import comment
from bot.usecases.read import in_range
from bot.usecases.undo import Undoing, undo_last, undo_step
from bot.usecases.visibility import Reader
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation, device

ALL = Scope(everything=True)
RULE = RuleName("tuning:3", "Nightly scan")
ANA = Person("ana-id", "Ana")
LONG_AGO = NOW - timedelta(days=365)


def settled(uow: UnitOfWork, count: int = 1) -> Reader:
    here = add_conversation(uow)
    uow.conversations.subscribe(here.id, at=NOW)
    uow.routes.put(here.id, at=NOW)
    for number in range(1, count + 1):
        add_alert(uow, f"a{number}", device(f"web-{number}"), alert_type=f"t{number}")
    return reader(replace(here, subscribed_at=NOW))


def reader(here: Conversation) -> Reader:
    return Reader(ANA.object_id, here, NOW)


def hide(uow: UnitOfWork, number: int, *, after: timedelta = timedelta()) -> Alert:
    alert = uow.alerts.get(number)
    return automatic.act_by_rule(uow, RULE, alert, alerts.hide(alert, RULE.key, "known"), NOW + after).alert


def shown(uow: UnitOfWork, text: str = "", *, closed: bool = False) -> list[int]:
    wanted = QueueFilter(since=LONG_AGO, where=parse(text), closed=closed, now=NOW)
    found, total = uow.alerts.page(ALL, wanted, offset=0, limit=50)
    assert total == len(found)
    return sorted(alert.number for alert in found)


def act(to: int, by: Reader, **more: object) -> Act:
    return Act(alert=to, by=ANA, reader=by, at=NOW, **more)  # type: ignore[arg-type]


def undone(uow: UnitOfWork, act: Act) -> Done:
    return undo_step(uow, Undoing(by=act.by, reader=act.reader, at=act.at, within=timedelta(hours=24)), act)


async def test_what_a_rule_hides_is_kept_but_in_no_list_and_found_where_asked_for(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        me = settled(uow, 3)
        after = hide(uow, 2)
        assert (after.hidden, after.hidden_by, after.status) == ("tuning:3", "Nightly scan", Status.NEW)
        assert uow.alerts.get(2) == after
        assert shown(uow) == [1, 3]
        assert shown(uow, "hidden:yes") == [2]
        assert shown(uow, "hidden:no") == [1, 3]
        assert shown(uow, "hidden:*") == [2]
        assert shown(uow, closed=True) == [1, 2, 3], "search finds it"
        assert in_range(uow, 1, 3, me) == [1, 3], "a range means what people see"
        numbers = uow.digests.count(ALL, LONG_AGO, NOW + MINUTE)
        assert (numbers.new, numbers.open, numbers.hidden) == (2, 2, 1)
        (entry, _) = uow.history.entries(2, limit=9)
        assert (entry.actor.name, entry.actor.id, entry.comment) == ("Nightly scan", "tuning:3", "known")

    await store.write(work)


async def test_somebody_undoes_what_a_rule_did_to_one_alert_and_may_redo_it(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        me = settled(uow)
        hide(uow, 1)
        assert not uow.cards.has(me.conversation.id, Subject.ALERT, 1)
        done = undone(uow, act(1, me))
        assert done.alert.hidden is None
        assert done.entry is not None
        assert done.entry.actor.name == "Ana"
        assert uow.cards.has(me.conversation.id, Subject.ALERT, 1), "it is shown now"
        assert uow.rule_acts.counts([RULE.key])[RULE.key].undone == 1
        again = undone(uow, act(1, me))
        assert again.alert.hidden == "tuning:3"
        assert uow.rule_acts.counts([RULE.key])[RULE.key].undone == 0

    await store.write(work)


async def test_one_alert_is_brought_back_by_name(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        me = settled(uow)
        hide(uow, 1)
        comment(uow, act(1, me), "who hid this?")
        assert automatic.unhide(uow, act(1, me)).alert.hidden is None
        assert [one.undone for one in uow.rule_acts.of_alert(1)] == [True]
        with pytest.raises(Refused) as refused:
            automatic.unhide(uow, act(1, me))
        assert refused.value.reason == "notHidden"

    await store.write(work)


async def test_a_rule_is_undone_as_a_whole_since_a_time(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        me = settled(uow, 4)
        hide(uow, 1, after=-3 * MINUTE)
        hide(uow, 2)
        hide(uow, 3)
        resolving = uow.alerts.get(4)
        decision = alerts.resolve(resolving, Classification.FALSE_POSITIVE, "notMalicious", "scanner")
        automatic.act_by_rule(uow, RULE, resolving, decision, NOW)
        assert uow.alerts.get(4).resolved_rule == RULE.key
        automatic.unhide(uow, act(3, me))

        back = automatic.bring_back(uow, RULE, NOW - MINUTE, by=ANA, reader=me, at=NOW + MINUTE)
        assert (back.undone, back.changed_since, back.left) == (2, 0, 0), "alert 3 was back already"
        assert uow.alerts.get(1).hidden == RULE.key, "that was before"
        assert uow.alerts.get(2).hidden is None
        reopened = uow.alerts.get(4)
        assert (reopened.status, reopened.classification) == (Status.NEW, Classification.NOT_SET)
        assert (reopened.resolved_rule, reopened.comment_count) == ("", 0)
        assert [one.alert for one in uow.rule_acts.standing(RULE.key, since=LONG_AGO)] == [1]

        again = undo_last(uow, Undoing(by=ANA, reader=me, at=NOW + 2 * MINUTE, within=timedelta(hours=24)))
        assert [alert.number for alert in again.alerts] == [2, 4], "that was one action of Ana's"
        assert uow.alerts.get(2).hidden == RULE.key
        assert uow.alerts.get(4).status is Status.RESOLVED
        assert [one.alert for one in uow.rule_acts.standing(RULE.key, since=LONG_AGO)] == [4, 2, 1]

    await store.write(work)


async def test_what_people_changed_since_stays_as_they_left_it(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        me = settled(uow)
        resolving = uow.alerts.get(1)
        automatic.act_by_rule(uow, RULE, resolving, alerts.resolve(resolving, Classification.FALSE_POSITIVE), NOW)
        now = uow.alerts.get(1)
        decision = alerts.classify(now, Classification.TRUE_POSITIVE, "malware")
        automatic.record(uow, now, decision, by=automatic.Actor.person(ANA), way=automatic.Way.CHAT, at=NOW)
        back = automatic.bring_back(uow, RULE, LONG_AGO, by=ANA, reader=me, at=NOW)
        assert (back.undone, back.changed_since) == (0, 1)
        assert uow.alerts.get(1).status is Status.RESOLVED

    await store.write(work)
