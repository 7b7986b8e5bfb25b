"""Which alerts share a card, on both databases."""

from dataclasses import replace

from bot.alerts.conversation import Leader, Subject
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Severity, Status
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation, device


async def test_the_leader_is_the_first_open_alert_like_it_with_a_card_of_its_own(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> dict[str, int]:
        here, there = add_conversation(uow, "19:a"), add_conversation(uow, "19:b")
        cards = {}
        for name, host, kind, minutes in (
            ("too old", "web-1", "x", -9),
            ("first", "web-1", "x", 0),
            ("second", "web-1", "x", 1),
            ("of another type", "web-1", "y", 2),
            ("of another host", "web-2", "x", 3),
        ):
            at = NOW + minutes * MINUTE
            made = add_alert(uow, name, device(host), alert_type=kind, received_at=at, severity=Severity.LOW)
            cards[name] = uow.cards.want(here.id, Subject.ALERT, made.number, priority=1, at=at)
        closed = add_alert(uow, "closed", device("web-3"), alert_type="x", status=Status.RESOLVED, resolved_at=NOW)
        uow.cards.want(here.id, Subject.ALERT, closed.number, priority=1, at=NOW)
        elsewhere = add_alert(uow, "elsewhere", device("web-4"), alert_type="x")
        uow.cards.want(there.id, Subject.ALERT, elsewhere.number, priority=1, at=NOW)
        copied = add_alert(uow, "a copy only", device("web-5"), alert_type="x")
        uow.cards.want(here.id, Subject.ALERT, copied.number, priority=1, at=NOW, origin="m1")
        return cards

    cards = await store.write(fill)
    asked = [("x", f"device:web-{host}") for host in range(1, 7)] + [("y", "device:web-1"), ("z", "device:web-1")]
    found = await store.read(lambda uow: uow.folds.leaders(1, asked, since=NOW - 5 * MINUTE))
    assert found == {
        ("x", "device:web-1"): Leader(cards["first"], Severity.LOW),
        ("x", "device:web-2"): Leader(cards["of another host"], Severity.LOW),
        ("y", "device:web-1"): Leader(cards["of another type"], Severity.LOW),
    }
    assert await store.read(lambda uow: uow.folds.leaders(1, [], since=NOW)) == {}


async def test_what_joins_a_card_is_shown_there_and_the_card_is_due_again_later(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> tuple[int, int]:
        here = add_conversation(uow)
        for place in range(5):
            add_alert(uow, f"a{place}")
        one, other = (uow.cards.want(here.id, Subject.ALERT, number, priority=1, at=NOW) for number in (1, 2))
        before = uow.cards.wanted(one)
        uow.folds.add(here.id, {one: [3, 4], other: [5]}, again_at=NOW + MINUTE)
        uow.folds.add(here.id, {}, again_at=NOW + MINUTE)
        assert uow.cards.wanted(one) > before
        return one, other

    one, other = await store.write(fill)
    own = await store.read(lambda uow: [uow.folds.own_card(1, number) for number in (1, 2, 3)])
    assert own == [(one, 2, 2), (other, 1, 1), (0, 0, 0)]

    def resolve(uow: UnitOfWork) -> None:
        for number in (1, 3):
            before = uow.alerts.get(number)
            uow.alerts.save(replace(before, status=Status.RESOLVED, revision=2), before=before)

    await store.write(resolve)
    assert await store.read(lambda uow: uow.folds.own_card(1, 1)) == (one, 2, 1)
    assert await store.read(lambda uow: uow.folds.open_numbers(one, limit=9)) == [4]
    assert await store.read(lambda uow: uow.folds.backlog(1)) == 2


async def test_a_backlog_is_counted_no_further_than_anybody_wants_to_know(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> int:
        here = add_conversation(uow)
        for number in range(1, 120):
            uow.cards.want(here.id, Subject.ALERT, number, priority=1, at=NOW)
        return uow.folds.backlog(here.id)

    assert await store.write(fill) == 100


async def test_a_roll_up_of_many_types_goes_by_no_single_name(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> list[str]:
        here = add_conversation(uow)
        card = uow.folds.open_rollup(here.id, "", priority=0, at=NOW).card
        titles = []
        for name, kind, title in (
            ("a", "", ""),
            ("b", "", ""),
            ("c", "x", "Malware"),
            ("d", "y", "Phishing"),
        ):
            made = add_alert(uow, name, alert_type=kind, title=title)
            uow.folds.add(here.id, {card: [made.number]}, again_at=NOW)
            view = uow.folds.view(card)
            assert view is not None
            titles.append(view.title)
        return titles

    assert await store.write(fill) == ["#1", "#2", "", ""]


async def test_one_type_goes_by_the_title_of_its_newest(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> str:
        here = add_conversation(uow)
        card = uow.folds.open_rollup(here.id, "x", priority=0, at=NOW).card
        numbers = [add_alert(uow, name, alert_type="x", title=f"CPU at {name}").number for name in ("90", "95")]
        uow.folds.add(here.id, {card: numbers}, again_at=NOW)
        view = uow.folds.view(card)
        assert view is not None
        return view.title

    assert await store.write(fill) == "CPU at 95"


async def test_an_id_that_no_card_can_have_is_not_found(store: AnyStore) -> None:
    for card in (2**40, 2**53):
        assert await store.read(lambda uow, card=card: (uow.folds.place(card), uow.folds.view(card))) == (None, None)
