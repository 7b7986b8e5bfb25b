"""Which changes are told in an alert's thread, and whom the reply calls."""

from datetime import timedelta

import pytest

from bot.alerts.choices import Choices, Notice
from bot.alerts.conversation import Card, Subject
from bot.alerts.errors import NotAvailable
from bot.alerts.history import Change, Entry, Kind
from bot.alerts.people import Actor, ActorKind, Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.thread_news import ThreadNews
from bot.usecases.threads import matters, thread_news
from storage.store import AnyStore
from tests.unit.storage.made import NOW, add_alert, add_conversation, entry

NAMES = ("ana", "bo", "chidi", "dana")


def changed(field: str, old: str | None, new: str | None) -> tuple[Change, ...]:
    return (Change(field, old, new),)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (entry(1, 2, changes=changed("assignee", None, "bo")), True),
        (entry(1, 2, changes=changed("status", "new", "resolved")), True),
        (entry(1, 2, changes=changed("determination", "", "malware")), True),
        (entry(1, 2, changes=changed("severity", "low", "high")), True),
        (entry(1, 2, changes=changed("severity", "high", "low")), False),
        (entry(1, 2, changes=changed("title", "a", "b")), False),
        (entry(1, 2, kind=Kind.LINKED, changes=(Change("incident", None, 28),)), False),
        (entry(1, 2, comment="hm"), True),
        (entry(1, 2, comment="hm", withdrawn=True), False),
        (entry(1, 2, comment="hm", batch="1/1"), False),
        (entry(1, 1, kind=Kind.CREATED, changes=changed("status", None, "new")), False),
    ],
)
def test_what_matters(made: Entry, expected: bool) -> None:
    assert matters(made) is expected


async def news(store: AnyStore, *entries: Entry, assignee: str | None, first: int = 2) -> ThreadNews:
    """What the reply tells that began with an entry; Ana, Bo and Chidi are in the channel, Dana is not."""

    def work(uow: UnitOfWork) -> Card:
        add_alert(uow, "a", assignee=assignee)
        here = add_conversation(uow)
        uow.conversations.keep_roster(here.id, ["ana", "bo", "chidi"], NOW)
        for name in NAMES:
            uow.people.meet(Person(name, name.title(), f"29:{name}"), NOW)
        for made in entries:
            uow.history.add(made)
        return Card(
            id=1,
            conversation=here,
            subject=Subject.THREAD,
            subject_id=1,
            wanted_revision=1,
            thread="m",
            origin=str(first),
        )

    card = await store.write(work)
    return await store.read(lambda uow: thread_news(uow, card, NOW + timedelta(hours=1)))


async def test_whoever_had_it_and_whoever_gets_it_are_called_but_not_who_did_it(store: AnyStore) -> None:
    given = entry(1, 2, kind=Kind.ASSIGNED, changes=changed("assignee", "bo", "chidi"))
    tags = entry(1, 3, kind=Kind.TAGGED, actor=Actor(ActorKind.PERSON, "dana", "Dana"))
    mine = entry(1, 4, comment="done", actor=Actor(ActorKind.PERSON, "chidi", "Chidi"))
    told = await news(store, given, tags, mine, assignee="chidi")
    assert [made.revision for made in told.entries] == [2, 4]
    assert {person.object_id for person in told.called} == {"bo", "chidi"}
    assert set(told.people) == {"bo", "chidi"}


async def test_only_people_of_the_channel_are_called(store: AnyStore) -> None:
    told = await news(store, entry(1, 2, comment="@Dana and @Bo please look"), assignee=None)
    assert [person.object_id for person in told.called] == ["bo"]


async def test_whoever_does_not_want_to_hear_of_it_is_not_called(store: AnyStore) -> None:
    await store.write(lambda uow: uow.choices.keep(Choices(person="bo", unheard=frozenset({Notice.CHANGED})), NOW))
    told = await news(store, entry(1, 2, comment="hm"), assignee="bo")
    assert told.called == ()


async def test_where_nothing_is_left_to_tell_there_is_no_reply(store: AnyStore) -> None:
    with pytest.raises(NotAvailable):
        await news(store, entry(1, 2, comment="hm", withdrawn=True), assignee=None)
