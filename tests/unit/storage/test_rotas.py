"""Rotas, shifts and overrides as they are kept, on both databases, and who is on call by them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.errors import Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.oncall import Shift
from bot.alerts.oncall_ports import Feed, declared
from bot.alerts.oncall_words import Wish
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.usecases import oncall
from bot.usecases.visibility import Reader
from storage.store import AnyStore
from tests.unit.storage.made import NOW

ANA = Person("a" * 8, "Ana Alvarez", user_principal_name="ana@contoso.example")
BO = Person("b" * 8, "Bo Berg", user_principal_name="bo@contoso.example")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TURNS = "daily 00:00 UTC: ANA@contoso.example, Bo Berg; Somebody Else"
FEED = "https://calendar.example/soc.ics"


def shift(who: str, start: float, end: float) -> Shift:
    return Shift(who=who, starts_at=NOW + start * HOUR, ends_at=NOW + end * HOUR)


def wish(start: float, end: float, who: str = "me") -> Wish:
    return Wish(who=who, starts_at=NOW + start * HOUR, ends_at=NOW + end * HOUR)


def prepare(uow: UnitOfWork) -> Reader:
    for person in (ANA, BO):
        uow.people.meet(person, NOW)
    here = uow.conversations.meet(
        teams_id="19:x", kind=ConversationKind.CHANNEL, service_url="https://t.example", tenant_id="t"
    )
    return Reader(ANA.object_id, here, NOW)


async def test_who_is_on_call_who_comes_next_and_when_somebodys_last_shift_ended(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        prepare(uow)
        uow.rotas.declare([declared("soc", TURNS, "UTC")])
        first, second = oncall.on_call(uow, NOW)
        assert {first.name, second.name} <= {"Ana Alvarez", "Bo Berg", "Somebody Else"}
        assert (second.person, second.shift.level) == (None, 1)
        other = BO if first.person == ANA else ANA
        assert oncall.next_on_call(uow, NOW)[0].person == other
        assert [[one.name for one in group] for group in oncall.in_line(uow, NOW)] == [
            [first.name],
            ["Somebody Else"],
            [other.name],
        ]
        mine = oncall.shift_of(uow, first.shift.who, NOW)
        assert mine == first.shift
        assert oncall.shift_of(uow, other.object_id, NOW) is None
        last = oncall.last_shift(uow, other.object_id, NOW)
        assert last is not None
        assert last.ends_at == first.shift.starts_at
        uow.rotas.declare([])
        assert oncall.on_call(uow, NOW) == ()
        assert oncall.last_shift(uow, other.object_id, NOW) is None

    await store.write(work)


async def test_one_rota_serves_all_and_of_several_the_default(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        prepare(uow)
        uow.rotas.declare([declared("soc", "Ana Alvarez", "UTC"), declared("net", "bo@contoso.example", "UTC")])
        assert oncall.on_call(uow, NOW) == ()
        assert [one.name for one in oncall.on_call(uow, NOW, "net")] == ["Bo Berg"]
        with pytest.raises(Refused) as none:
            oncall.require_rota(uow, "nobody")
        assert none.value.facts["known"] == ["net", "soc"]
        uow.rotas.declare([declared("default", "Ana Alvarez", "UTC"), declared("net", "bo@contoso.example", "UTC")])
        assert [one.name for one in oncall.on_call(uow, NOW)] == ["Ana Alvarez"]

    await store.write(work)


async def test_an_override_counts_until_it_ends_or_is_taken_back_and_is_never_forgotten(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        reader = prepare(uow)
        uow.rotas.declare([declared("soc", "bo@contoso.example", "UTC")])
        made = oncall.take_over(uow, reader, wish(0, 2), ANA)
        assert [one.person for one in oncall.on_call(uow, NOW + HOUR)] == [ANA]
        assert [one.person for one in oncall.on_call(uow, NOW + 2 * HOUR)] == [BO]
        gone = oncall.hand_back(uow, replace(reader, at=NOW + HOUR), "soc", BO)
        assert (gone.id, gone.ended_by) == (made.id, "Bo Berg")
        assert [one.person for one in oncall.on_call(uow, NOW + HOUR)] == [BO]
        assert [one.ended_by for one in uow.rotas.overrides(NOW, NOW + DAY)] == ["Bo Berg"]
        assert oncall.last_shift(uow, ANA.object_id, NOW + DAY) == Shift(
            who=ANA.object_id, starts_at=NOW, ends_at=NOW + HOUR, override=made.id
        )
        with pytest.raises(Refused, match="noOverride"):
            oncall.hand_back(uow, replace(reader, at=NOW + HOUR), "", BO)
        for start, end, why in ((-2, -1, "overridePast"), (0, 24 * 40, "overrideLong")):
            with pytest.raises(Refused, match=why):
                oncall.take_over(uow, reader, wish(start, end), ANA)

    await store.write(work)


async def test_what_a_calendar_says_replaces_what_is_to_come_and_keeps_what_was(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        prepare(uow)
        uow.rotas.declare([declared("soc", FEED, "UTC")])
        feed = Feed(rota="soc", level=0, etag="1", read_at=NOW)
        uow.rotas.keep_shifts(feed, [shift("Ana Alvarez", -48, -24), shift("Ana Alvarez", -1, 5)], now=NOW)
        assert [one.name for one in oncall.on_call(uow, NOW)] == ["Ana Alvarez"]
        uow.rotas.keep_shifts(replace(feed, etag="2"), [shift("Bo Berg", -1, 5), shift("Bo Berg", -90, -80)], now=NOW)
        assert [one.name for one in oncall.on_call(uow, NOW)] == ["Bo Berg"]
        kept = uow.rotas.shifts("soc", NOW - 10 * DAY, NOW + DAY)
        assert [(one.who, one.ends_at <= NOW) for one in kept] == [("Ana Alvarez", True), ("Bo Berg", False)]
        uow.rotas.note(replace(feed, etag="2", failed_since=NOW, why="404"))
        (rota,) = uow.rotas.all()
        assert [(one.etag, one.why) for one in rota.troubled] == [("2", "404")]
        uow.rotas.declare([declared("soc", FEED, "UTC")])
        assert uow.rotas.all() == [rota], "the same settings change nothing"
        uow.rotas.declare([declared("soc", FEED + "?other", "UTC")])
        assert uow.rotas.shifts("soc", NOW - 10 * DAY, NOW + DAY) == []
        assert uow.rotas.all()[0].feeds[0].etag == ""

    await store.write(work)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ANA@contoso.example", ANA),
        ("bo berg", BO),
        ("bbbbbbbb", BO),
        ("On Call - Bo Berg - SOC primary", BO),
        ("[L1] Ana Alvarez", ANA),
        ("Alvarez", None),
        ("Ana Alvarez / Bo Berg", None),
        ("", None),
    ],
)
async def test_people_are_found_by_what_calendars_call_them(store: AnyStore, said: str, meant: Person | None) -> None:
    def work(uow: UnitOfWork) -> None:
        prepare(uow)
        assert oncall.whom(uow, said) == meant

    await store.write(work)
