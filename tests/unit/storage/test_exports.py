"""Exports on both databases: who has one, how far it is, its pieces, and the links to it."""

from datetime import timedelta

import pytest

from bot.alerts.conversation import Limits, Subject
from bot.alerts.errors import NotAvailable
from bot.alerts.export import About, Export, ExportLink, ExportState, Form, Upload, Wanted
from bot.alerts.ports import UnitOfWork
from bot.usecases import exports
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_conversation

WANTED = Wanted(About.ALERTS, Form.CSV, "number:4,7", (4, 7))
LEASE = timedelta(seconds=60)
UPLOAD = Upload("https://x.example/up", "https://x.example/file", "a.csv", "1", "csv")


def add(uow: UnitOfWork, key: str = "") -> int:
    here = add_conversation(uow)
    return uow.exports.add(WANTED, person="ana", person_name="Ana", conversation=here.id, thread="7", key=key, at=NOW)


def claim(uow: UnitOfWork, owner: str = "one") -> Export:
    (taken,) = uow.exports.claim(NOW, owner=owner, lease=LEASE, limit=3)
    return taken


async def test_what_was_asked_for_comes_back_as_it_was(store: AnyStore) -> None:
    number = await store.write(lambda uow: add(uow, "press"))
    kept = await store.read(lambda uow: uow.exports.get(number))
    assert (kept.wanted, kept.person_name, kept.thread, kept.asked_at) == (WANTED, "Ana", "7", NOW)
    assert kept.state is ExportState.WAITING
    assert await store.read(lambda uow: uow.exports.latest("press")) == kept
    assert await store.read(lambda uow: uow.exports.latest("other")) is None
    assert await store.read(lambda uow: uow.exports.under_way("ana")) == 1
    with pytest.raises(NotAvailable):
        await store.read(lambda uow: uow.exports.get(number + 1))


async def test_one_worker_has_it_until_it_gives_it_back(store: AnyStore) -> None:
    await store.write(add)
    assert await store.read(lambda uow: uow.exports.next_due()) == NOW
    mine = await store.write(claim)
    assert mine.attempt == 1
    assert await store.write(lambda uow: uow.exports.claim(NOW, owner="two", lease=LEASE, limit=3)) == []
    assert await store.write(lambda uow: uow.exports.progress(mine, owner="one", lease=LEASE, done=5, total=9))
    await store.write(lambda uow: uow.exports.release("one"))
    theirs = await store.write(lambda uow: claim(uow, "two"))
    assert (theirs.attempt, theirs.done, theirs.total) == (2, 5, 9)
    assert not await store.write(lambda uow: uow.exports.progress(mine, owner="one", lease=LEASE, done=6, total=9))
    await store.write(lambda uow: uow.exports.release(None))
    assert (await store.write(claim)).attempt == 3


async def test_a_file_is_kept_in_pieces_until_it_is_over(store: AnyStore) -> None:
    await store.write(add)
    export = await store.write(claim)

    def made(uow: UnitOfWork) -> bool:
        uow.exports.add_pieces(export.id, 0, [b"\x00one", b"two"])
        uow.exports.add_pieces(export.id, 2, [b"three"])
        return uow.exports.made(
            export, owner="one", name="a.csv", size=12, services={"officeFilter"}, until=NOW + MINUTE
        )

    assert await store.write(made)
    kept = await store.read(lambda uow: uow.exports.get(export.id))
    assert (kept.state, kept.name, kept.size) == (ExportState.READY, "a.csv", 12)
    assert (kept.services, kept.expires_at) == ({"officeFilter"}, NOW + MINUTE)
    assert [await store.read(lambda uow, n=n: uow.exports.piece(export.id, n)) for n in range(4)] == [
        b"\x00one",
        b"two",
        b"three",
        b"",
    ]
    assert await store.read(lambda uow: uow.exports.expired(NOW, limit=9)) == []
    assert await store.read(lambda uow: uow.exports.expired(NOW + MINUTE, limit=9)) == [kept]
    assert await store.write(lambda uow: uow.exports.end(kept, ExportState.EXPIRED, owner=None))
    assert not await store.write(lambda uow: uow.exports.end(kept, ExportState.DECLINED, owner=None))
    assert await store.read(lambda uow: uow.exports.piece(export.id, 0)) == b""
    assert await store.read(lambda uow: uow.exports.expired(NOW + MINUTE, limit=9)) == []


async def test_what_was_stopped_is_nobodys_work_any_more(store: AnyStore) -> None:
    await store.write(add)
    export = await store.write(claim)
    assert await store.write(lambda uow: uow.exports.end(export, ExportState.STOPPED, owner=None))
    assert not await store.write(lambda uow: uow.exports.progress(export, owner="one", lease=LEASE, done=1, total=2))
    assert not await store.write(
        lambda uow: uow.exports.made(export, owner="one", name="a", size=1, services=(), until=NOW)
    )
    assert await store.read(lambda uow: uow.exports.next_due()) is None


async def test_it_is_sent_where_its_person_said(store: AnyStore) -> None:
    await store.write(add)
    export = await store.write(claim)
    await store.write(lambda uow: uow.exports.made(export, owner="one", name="a", size=1, services=(), until=NOW))
    await store.write(lambda uow: uow.exports.send(export.id, UPLOAD, NOW))
    sending = await store.write(claim)
    assert (sending.state, sending.upload, sending.attempt) == (ExportState.SENDING, UPLOAD, 1)
    await store.write(lambda uow: uow.exports.delay(sending, owner="one", until=NOW + MINUTE, why="503"))
    assert await store.read(lambda uow: uow.exports.next_due()) == NOW + MINUTE
    again = (await store.write(lambda uow: uow.exports.claim(NOW + MINUTE, owner="one", lease=LEASE, limit=1)))[0]
    assert (again.attempt, again.why) == (2, "503")
    assert await store.write(lambda uow: uow.exports.sent(again, owner="one", upload=UPLOAD))
    assert (await store.read(lambda uow: uow.exports.get(export.id))).state is ExportState.SENT


async def test_links_lead_one_person_and_count(store: AnyStore) -> None:
    number = await store.write(add)
    link = ExportLink(number, "bo", NOW + MINUTE)
    await store.write(lambda uow: uow.exports.add_link("digest", link, person_name="Bo", at=NOW))
    assert await store.read(lambda uow: uow.exports.link("digest")) == link
    assert await store.read(lambda uow: uow.exports.link("other")) is None
    for _ in range(2):
        await store.write(lambda uow: uow.exports.fetched("digest", NOW))
    ((export, fetches),) = await store.read(lambda uow: uow.exports.trail(limit=5))
    assert (export.id, fetches) == (number, {"Bo": 2})
    await store.write(lambda uow: uow.exports.add_pieces(number, 0, [b"x"]))
    await store.write(lambda uow: uow.exports.forget_before(NOW + MINUTE))
    assert await store.read(lambda uow: uow.exports.trail(limit=5)) == []


async def test_an_offer_that_teams_refused_is_found_whatever_else_was_refused_since(store: AnyStore) -> None:
    def refuse(uow: UnitOfWork) -> int:
        number = add(uow)
        export = claim(uow)
        assert uow.exports.made(export, owner="one", name="a.csv", size=1, services=[], until=NOW + MINUTE)
        chats = [add_conversation(uow, f"19:{place}") for place in range(26)]
        for place, chat in enumerate(chats):
            subject = (Subject.ALERT, place) if place else (Subject.OFFER, number)
            uow.cards.want(chat.id, *subject, priority=0, at=NOW)
        limits = Limits((), ())
        for card in uow.cards.claim(NOW, owner="me", limit=99, lease=LEASE, limits=limits):
            uow.cards.set_aside(card, owner="me", why="403")
        assert len(uow.cards.refused(limit=99)) == 26
        return number

    number = await store.write(refuse)
    assert [one.id for one in await store.read(exports.unasked)] == [number]
