"""Incidents, people, conversations, digests, presses and replies, on both databases."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.alerts.conversation import Conversation, Limits, Roster, Scope, Subject
from bot.alerts.errors import NotAvailable
from bot.alerts.messages import ConversationKind, Mention, Message
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Severity, Status
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation

ALL = Scope(everything=True)
ANA = Person("ana", "Ana Lima", "29:a", "Ana@Contoso.com", "en-GB", "Europe/London")


async def test_an_incident_of_a_source_is_made_once(store: AnyStore) -> None:
    def meet(uow: UnitOfWork, name: str = "Ransom") -> int:
        return uow.incidents.of_source("graph", "28", name=name, url="https://x", at=NOW)

    assert await store.write(meet) == await store.write(lambda uow: meet(uow, "Other")) == 1
    own = await store.write(lambda uow: uow.incidents.create("Ours", NOW))
    more = await store.write(lambda uow: uow.incidents.create("Ours", NOW))
    assert own < more
    made = await store.read(lambda uow: uow.incidents.get(1))
    assert (made.name, made.source, made.external_id, made.url) == ("Ransom", "graph", "28", "https://x")
    assert (await store.read(lambda uow: uow.incidents.get(own))).source == ""
    with pytest.raises(NotAvailable):
        await store.read(lambda uow: uow.incidents.get(99))


async def test_incidents_count_their_alerts_and_are_seen_through_them(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> Scope:
        for name in ("one", "two", "empty"):
            uow.incidents.create(name, NOW)
        add_alert(uow, "a", incident=1)
        add_alert(uow, "b", incident=1)
        add_alert(uow, "c", incident=2)
        here = add_conversation(uow)
        uow.cards.want(here.id, Subject.ALERT, 2, priority=1, at=NOW)
        return Scope(everything=False, shared_in=here.id)

    here = await store.write(fill)
    found = await store.read(lambda uow: uow.incidents.newest(ALL, limit=9))
    assert [(each.number, each.alert_count) for each in found] == [(2, 1), (1, 2)]
    found = await store.read(lambda uow: uow.incidents.newest(here, limit=9))
    assert [(each.number, each.alert_count) for each in found] == [(1, 1)]
    assert await store.read(lambda uow: uow.incidents.newest(Scope(everything=False), limit=9)) == []
    many = await store.read(lambda uow: uow.incidents.many([1, 3, 77]))
    assert {number: (each.name, each.alert_count) for number, each in many.items()} == {1: ("one", 0), 3: ("empty", 0)}
    for scope, count in ((ALL, 2), (here, 1), (Scope(everything=False), 0)):
        assert (await store.read(lambda uow, scope=scope: uow.incidents.seen(1, scope))).alert_count == count
    seen = [await store.read(lambda uow, n=n: uow.incidents.in_scope(n, here)) for n in (1, 2, 3)]
    assert seen == [True, False, False]


async def test_a_person_is_remembered_and_empty_fields_say_nothing(store: AnyStore) -> None:
    await store.write(lambda uow: uow.people.meet(ANA, NOW))
    await store.write(lambda uow: uow.people.meet(Person("ana", "", locale="de-DE"), NOW))
    await store.write(lambda uow: uow.people.meet(Person("bo", "Bo", is_guest=True), NOW))
    await store.write(lambda uow: uow.people.meet(Person("bo", "Bo B."), NOW))
    known = await store.read(lambda uow: uow.people.many(["ana", "bo", "eve"]))
    assert known == {"ana": replace(ANA, locale="de-DE"), "bo": Person("bo", "Bo B.", is_guest=True)}


async def test_people_are_found_by_names_without_regard_to_case(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> None:
        uow.people.meet(ANA, NOW)
        uow.people.meet(Person("bo", "Bo_Straße", user_principal_name="bo@x"), NOW)
        uow.people.meet(Person("liam", "Liam", user_principal_name="lx@x"), NOW)
        for place in range(12):
            uow.people.meet(Person(f"z{place}", f"Zed {place}"), NOW)

    await store.write(fill)

    async def found(text: str) -> list[str]:
        return [person.object_id for person in await store.read(lambda uow: uow.people.by_name(text))]

    assert await found("LI") == ["ana", "liam"]
    assert await found("bo_STRASSE") == ["bo"]
    assert await found("lx") == ["liam"]
    assert await found("%") == await found("_") == await found("  ") == await found("ma") == []
    assert len(await found("zed")) == 10
    ana = await store.read(lambda uow: uow.people.by_principal_name("ana@contoso.COM"))
    assert ana == ANA
    assert await store.read(lambda uow: uow.people.by_principal_name("")) is None


async def test_a_conversation_is_met_followed_and_taken_back(store: AnyStore) -> None:
    first = await store.write(lambda uow: add_conversation(uow, name="Alerts", team_id="T", team_name="SOC"))
    assert first == Conversation(
        id=first.id,
        teams_id="19:a",
        kind=ConversationKind.CHANNEL,
        service_url="https://smba/",
        tenant_id="t",
        name="Alerts",
        team_id="T",
        team_name="SOC",
    )
    await store.write(lambda uow: uow.conversations.mark_gone(first.id))
    gone = await store.read(lambda uow: uow.conversations.find("19:a"))
    assert gone == replace(first, gone=True)
    again = await store.write(lambda uow: add_conversation(uow, service_url="https://new/"))
    assert again == replace(first, service_url="https://new/")
    assert await store.read(lambda uow: uow.conversations.find("19:a")) == again
    assert await store.read(lambda uow: uow.conversations.find("19:zzz")) is None
    assert await store.read(lambda uow: uow.conversations.of_team("T")) == [again]
    assert await store.read(lambda uow: uow.conversations.of_team("other")) == []


async def test_subscribed_are_those_that_asked_and_are_not_gone(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> None:
        for name in "abc":
            uow.conversations.subscribe(add_conversation(uow, f"19:{name}").id, at=NOW)
        add_conversation(uow, "19:d")
        uow.conversations.subscribe(2, at=None)
        uow.conversations.mark_gone(3)

    await store.write(fill)
    found = await store.read(lambda uow: uow.conversations.subscribed())
    assert [(each.id, each.subscribed_at) for each in found] == [(1, NOW)]


async def test_a_roster_is_replaced_and_shows_who_shares_a_subscription(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> None:
        add_conversation(uow, "19:a")
        add_conversation(uow, "19:b")
        uow.conversations.subscribe(1, at=NOW)
        uow.conversations.keep_roster(1, ["ana", "bo", "bo"], NOW)
        uow.conversations.keep_roster(2, ["eve"], NOW)

    assert await store.read(lambda uow: uow.conversations.roster(1)) == Roster()
    await store.write(fill)
    assert await store.read(lambda uow: uow.conversations.roster(1)) == Roster(frozenset({"ana", "bo"}), NOW)
    await store.write(lambda uow: uow.conversations.keep_roster(1, ["bo", "cy"], NOW + MINUTE))
    assert await store.read(lambda uow: uow.conversations.roster(1)) == Roster(frozenset({"bo", "cy"}), NOW + MINUTE)
    shares = {
        name: await store.read(lambda uow, name=name: bool(uow.conversations.subscribed_with(name)))
        for name in ("ana", "bo", "eve")
    }
    assert shares == {"ana": False, "bo": True, "eve": False}
    await store.write(lambda uow: uow.conversations.mark_gone(1))
    assert not await store.read(lambda uow: bool(uow.conversations.subscribed_with("bo")))
    away = {
        name: await store.read(lambda uow, name=name: [one.id for one in uow.conversations.away_with(name)])
        for name in ("bo", "eve")
    }
    assert away == {"bo": [1], "eve": []}


async def test_a_digest_counts_its_window_and_what_is_open_now(store: AnyStore) -> None:
    since, until = NOW, NOW + timedelta(days=1)

    def fill(uow: UnitOfWork) -> None:
        add_alert(uow, "before", severity=Severity.LOW, received_at=since - 9 * MINUTE, title="Oldest")
        add_alert(uow, "in", received_at=since, assignee="ana", acknowledged_at=since + 4 * MINUTE)
        add_alert(uow, "seen", received_at=since + MINUTE, acknowledged_at=since + 3 * MINUTE)
        add_alert(
            uow,
            "done",
            received_at=since - 20 * MINUTE,
            acknowledged_at=since - MINUTE,
            resolved_at=since + 10 * MINUTE,
            status=Status.RESOLVED,
        )
        add_alert(uow, "after", received_at=until, severity=Severity.INFORMATIONAL)

    await store.write(fill)
    numbers = await store.read(lambda uow: uow.digests.count(ALL, since, until))
    by = dict.fromkeys(Severity, 0)
    assert numbers == replace(
        numbers,
        since=since,
        until=until,
        new=2,
        open=4,
        resolved=1,
        unassigned=3,
        open_by_severity=by | {Severity.HIGH: 2, Severity.LOW: 1, Severity.INFORMATIONAL: 1},
        new_by_severity=by | {Severity.HIGH: 2},
        oldest_open=(1, "Oldest", since - 9 * MINUTE),
        mean_to_acknowledge=numbers.mean_to_acknowledge,
        mean_to_resolve=numbers.mean_to_resolve,
    )
    assert numbers.mean_to_acknowledge is not None
    assert numbers.mean_to_resolve is not None
    assert abs(numbers.mean_to_acknowledge - 3 * MINUTE) < timedelta(milliseconds=1)
    assert abs(numbers.mean_to_resolve - 30 * MINUTE) < timedelta(milliseconds=1)
    nothing = await store.read(lambda uow: uow.digests.count(Scope(everything=False), since, until))
    assert (nothing.new, nothing.open, nothing.oldest_open, nothing.mean_to_resolve) == (0, 0, None, None)


async def test_a_slot_has_one_digest(store: AnyStore) -> None:
    def add(uow: UnitOfWork) -> int | None:
        here = add_conversation(uow)
        numbers = uow.digests.count(ALL, NOW, NOW + MINUTE)
        return uow.digests.add(
            here.id, slot="2026-11-21", local_date=date(2026, 11, 21), zone="Europe/Berlin", numbers=numbers, at=NOW
        )

    await store.write(lambda uow: add_alert(uow, "a", acknowledged_at=NOW))
    assert not await store.read(lambda uow: uow.digests.exists(1, "2026-11-21"))
    made = await store.write(add)
    assert made is not None
    assert await store.write(add) is None
    assert await store.read(lambda uow: uow.digests.exists(1, "2026-11-21"))
    digest = await store.read(lambda uow: uow.digests.get(made))
    assert (digest.slot, digest.local_date, digest.zone) == ("2026-11-21", date(2026, 11, 21), "Europe/Berlin")
    assert digest.numbers == await store.read(lambda uow: uow.digests.count(ALL, NOW, NOW + MINUTE))
    with pytest.raises(NotAvailable):
        await store.read(lambda uow: uow.digests.get(99))


async def test_a_press_is_new_once_until_it_is_forgotten(store: AnyStore) -> None:
    assert await store.write(lambda uow: uow.presses.first_time("k", NOW))
    assert not await store.write(lambda uow: uow.presses.first_time("k", NOW + MINUTE))
    await store.write(lambda uow: uow.presses.forget_before(NOW))
    assert not await store.write(lambda uow: uow.presses.first_time("k", NOW + MINUTE))
    await store.write(lambda uow: uow.presses.forget_before(NOW + MINUTE))
    assert await store.write(lambda uow: uow.presses.first_time("k", NOW))


async def test_a_reply_comes_back_as_it_was(store: AnyStore) -> None:
    message = Message("hi ä", "s", {"type": "AdaptiveCard", "body": [{"a": None}]}, (Mention("29:a", "Ana"),))
    number = await store.write(lambda uow: uow.replies.add(message, NOW))
    assert await store.read(lambda uow: uow.replies.get(number)) == message
    with pytest.raises(NotAvailable):
        await store.read(lambda uow: uow.replies.get(99))


async def test_replies_that_were_shown_long_ago_go_with_their_cards(store: AnyStore) -> None:
    lease, limits = timedelta(seconds=30), Limits((), ())

    async def say(place: str, at: datetime, *, sent: bool) -> int:
        def work(uow: UnitOfWork) -> int:
            number = uow.replies.add(Message("hi", "hi"), at)
            uow.cards.want(add_conversation(uow, place).id, Subject.REPLY, number, priority=1, at=at)
            return number

        number = await store.write(work)
        if sent:
            (card,) = await store.write(
                lambda uow: uow.cards.claim(at, owner="me", lease=lease, limit=1, limits=limits)
            )
            await store.write(lambda uow: uow.cards.shown(card, owner="me", revision=1, activity_id=f"m{number}"))
        return number

    old = await say("19:a", NOW, sent=True)
    new = await say("19:b", NOW + 2 * MINUTE, sent=True)
    waiting = await say("19:c", NOW, sent=False)
    await store.write(lambda uow: uow.replies.forget_before(NOW + MINUTE))

    def left(uow: UnitOfWork) -> list[bool]:
        found = [uow.cards.of_activity(place, f"m{number}") is not None for place, number in ((1, old), (2, new))]
        return [*found, uow.cards.has(3, Subject.REPLY, waiting)]

    assert await store.read(left) == [False, True, True]
    assert await store.read(lambda uow: (uow.replies.get(new).text, uow.replies.get(waiting).text)) == ("hi", "hi")
    with pytest.raises(NotAvailable):
        await store.read(lambda uow: uow.replies.get(old))


async def test_a_key_is_known_once_it_was_used(store: AnyStore) -> None:
    assert not await store.read(lambda uow: uow.presses.known("k"))
    await store.write(lambda uow: uow.presses.first_time("k", NOW))
    assert await store.read(lambda uow: uow.presses.known("k"))
