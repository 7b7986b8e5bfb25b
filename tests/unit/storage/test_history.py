"""The history and its comments, on both databases."""

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.alerts.history import Change, Kind
from bot.alerts.people import Actor, ActorKind, Way
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import Comment
from storage.store import AnyStore
from storage.tables import history
from tests.unit.storage.made import MINUTE, NOW, add_alert, entry

BOT = Actor(ActorKind.SOURCE, "graph", "graph")


def fill(uow: UnitOfWork) -> None:
    changes = (Change("status", "new", "resolved"), Change("tags", ["a"], ["a", "b"]), Change("incident", None, 4))
    add_alert(uow, "a", first=entry(1, 1, actor=BOT, way=Way.SOURCE, kind=Kind.CREATED, changes=changes))
    add_alert(uow, "b", first=entry(2, 1, kind=Kind.CREATED))
    uow.history.add(entry(1, 2, comment="looks real"))
    uow.history.add(entry(1, 3, actor=BOT, comment="from the portal"))
    uow.history.add(entry(1, 4, kind=Kind.UNDONE, undoes=2, withdraws=True))
    uow.history.withdraw(1, 2, withdrawn=True)
    uow.history.add(entry(2, 2, comment="elsewhere"))


async def test_entries_come_back_newest_first_with_their_comments(store: AnyStore) -> None:
    await store.write(fill)
    entries = await store.read(lambda uow: uow.history.entries(1, limit=9))
    assert [each.revision for each in entries] == [4, 3, 2, 1]
    assert entries[0] == entry(1, 4, kind=Kind.UNDONE, undoes=2, withdraws=True)
    assert entries[2] == entry(1, 2, comment="looks real", withdrawn=True)
    assert entries[3].changes == (
        Change("status", "new", "resolved"),
        Change("tags", ["a"], ["a", "b"]),
        Change("incident", None, 4),
    )
    assert [each.revision for each in await store.read(lambda uow: uow.history.entries(1, limit=2))] == [4, 3]


async def test_one_entry_and_those_after_it_are_found(store: AnyStore) -> None:
    await store.write(fill)
    assert await store.read(lambda uow: uow.history.entry(1, 3)) == entry(1, 3, actor=BOT, comment="from the portal")
    assert await store.read(lambda uow: uow.history.entry(1, 9)) is None
    assert [each.revision for each in await store.read(lambda uow: uow.history.since(1, 2))] == [3, 4]


async def test_the_newest_entry_by_an_actor_is_found(store: AnyStore) -> None:
    await store.write(fill)
    last = await store.read(lambda uow: uow.history.last_by(1, "graph"))
    assert last is not None
    assert last.revision == 3
    assert await store.read(lambda uow: uow.history.last_by(2, "graph")) is None


async def test_the_newest_entry_of_a_person_is_found_on_any_alert(store: AnyStore) -> None:
    await store.write(fill)
    assert await store.read(lambda uow: uow.history.last_of("ana")) == entry(
        1, 4, kind=Kind.UNDONE, undoes=2, withdraws=True
    )
    assert await store.read(lambda uow: uow.history.last_of("graph")) is None, "a source does not take back"


async def test_the_entries_of_one_action_are_found_by_the_name_of_the_first(store: AnyStore) -> None:
    def act(uow: UnitOfWork) -> None:
        fill(uow)
        uow.history.add(entry(1, 5, kind=Kind.RESOLVED))
        uow.history.add(entry(2, 3, kind=Kind.RESOLVED, batch="1/5"))

    await store.write(act)
    found = await store.read(lambda uow: uow.history.action("1/5"))
    assert [(each.alert, each.revision, each.action) for each in found] == [(1, 5, "1/5"), (2, 3, "1/5")]
    assert [each.alert for each in await store.read(lambda uow: uow.history.action("2/2"))] == [2]
    for name in ("2/3", "9/9", "999999999999999/999999999"):
        assert await store.read(lambda uow, name=name: uow.history.action(name)) == (), name  # type: ignore[misc]
    assert await store.read(lambda uow: uow.history.batch_sizes(["1/5", "2/2", "2/3"])) == {"1/5": 2}
    assert await store.read(lambda uow: uow.history.batch_sizes([])) == {}


async def test_comments_are_listed_and_the_last_not_withdrawn_is_found(store: AnyStore) -> None:
    await store.write(fill)
    assert await store.read(lambda uow: uow.history.comments(1, limit=9)) == (
        Comment(3, "graph", "from the portal", NOW + 3 * MINUTE),
        Comment(2, "Ana", "looks real", NOW + 2 * MINUTE, withdrawn=True),
    )
    await store.write(lambda uow: uow.history.withdraw(1, 3, withdrawn=True))
    last = await store.read(lambda uow: uow.history.last_comments([1, 2]))
    assert {number: comment.text for number, comment in last.items()} == {2: "elsewhere"}
    await store.write(lambda uow: uow.history.withdraw(1, 2, withdrawn=False))
    last = await store.read(lambda uow: uow.history.last_comments([1, 2]))
    assert {number: comment.text for number, comment in last.items()} == {1: "looks real", 2: "elsewhere"}
    assert await store.read(lambda uow: uow.history.last_comments([])) == {}


async def test_two_entries_cannot_have_one_revision(store: AnyStore) -> None:
    await store.write(fill)
    with pytest.raises(IntegrityError):
        await store.write(lambda uow: uow.history.add(entry(1, 4)))


@pytest.mark.parametrize("statement", [history.update().values(actor_name="Eve"), history.delete()])
async def test_the_database_refuses_to_change_or_delete_history(store: AnyStore, statement: object) -> None:
    await store.write(fill)
    with pytest.raises(DBAPIError, match="append-only"):
        await store.write(lambda uow: uow.history._on.execute(statement))  # type: ignore[attr-defined]
    assert len(await store.read(lambda uow: uow.history.entries(1, limit=9))) == 4
