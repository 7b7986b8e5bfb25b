"""The hot paths look things up by indices: no table is read from end to end, however much history there is."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, event

from bot.alerts.condition import EVERYTHING
from bot.alerts.conversation import Limit, Limits, Scope, Subject
from bot.alerts.ports import UnitOfWork
from bot.alerts.trends import columns_of
from bot.alerts.views import QueueFilter
from storage.store import open_store
from tests.unit.storage.made import NOW, add_alert, add_conversation, device

ALL = Scope(everything=True)
#: Indices with only what is open, in flight, waiting, or in trouble.
SMALL = {
    "ix_alerts_queue",
    "ix_alerts_oldest",
    "ix_cards_leased",
    "ix_cards_due",
    "ix_cards_aside",
    "ix_cards_ambiguous",
    "ix_webhook_events_leased",
    # Of receivers there are few.
    "sqlite_autoindex_webhooks_1",
}
#: Tables that grow for ever.
GROWING = (
    *("alert_features", "features", "likenesses", "verdicts", "verdict_counts"),
    *("alerts", "evidence", "history", "comments", "cards", "folds", "presses", "people"),
    *("webhook_events", "traces", "rhythms"),
    *("consultations", "answers"),
)


def read_everything(uow: UnitOfWork, scope: Scope) -> None:
    me = uow.alerts.get(1)
    for assignee in (None, "ana"):
        uow.alerts.page(scope, QueueFilter(since=NOW, assignee=assignee), offset=0, limit=6)
    uow.alerts.similar(me, scope, limit=5)
    place = uow.habits.place(1)
    assert place is not None
    uow.habits.tallies(place.circles, but=1)
    uow.habits.usual(1)
    uow.habits.judgements(place.circles, scope, but=2, limit=5)
    uow.habits.true_positives(place.circles, scope, but=2, limit=5)
    uow.habits.handled([1])
    uow.alerts.in_scope(1, scope)
    uow.alerts.called(["a"])
    uow.incidents.called(["28"])
    uow.alerts.investigated(me, scope, limit=5)
    uow.alerts.find([("graph", "a")])
    uow.alerts.last_said([1])
    uow.incidents.known([("graph", "28")])
    uow.incidents.facts(1, scope)
    uow.incidents.page(1, scope, offset=0, limit=6)
    uow.incidents.alerts(1, limit=9, is_open=True)
    uow.incidents.entries(1, limit=9)
    uow.trails.newest([("device:a", "x")])
    uow.alerts.evidence(1, limit=9)
    uow.history.entries(1, limit=9)
    uow.history.last_comments([1])
    uow.history.last_by(1, "ana")
    uow.history.last_of("ana")
    uow.history.action("1/1")
    uow.history.batch_sizes(["1/1"])
    uow.people.many(["ana"])
    uow.consultations.many([1])
    uow.consultations.get(1)
    uow.people.by_principal_name("ana@x")
    uow.conversations.subscribed_with("ana")
    uow.conversations.away_with("ana")
    uow.digests.count(scope, NOW, NOW + timedelta(days=1))
    uow.digests.longest_waiting(scope, wants=EVERYTHING, now=NOW, me="ana")
    uow.digests.trends(scope, columns_of(30, NOW, ZoneInfo("UTC")), wants=EVERYTHING, now=NOW, me="ana")
    uow.cards.of_activity(1, "m")
    uow.cards.threads(1, open_at=NOW)
    uow.cards.answered(1, "m", since=NOW)
    uow.folds.backlog(1)
    uow.folds.leaders(1, [("x", "device:a")], since=NOW)
    uow.folds.rollup(1, "x", since=NOW)
    uow.folds.rollups(1, since=NOW)
    uow.folds.own_card(1, 1)
    uow.cards.counts(NOW)
    uow.cards.last_call()
    uow.webhooks.is_due(NOW)
    uow.webhooks.counts()
    uow.webhooks.dead(1, limit=9)
    uow.tokens.of_key("k")
    uow.tokens.standing("flow")


def write_everything(uow: UnitOfWork) -> None:
    uow.presses.first_time("k", NOW)
    uow.presses.forget_before(NOW)
    uow.alerts.numbers(2)
    uow.trails.hours([("device:a", "x")], 1)
    me = uow.alerts.get(1)
    uow.alerts.save(replace(me, title="Other", assignee="ana"), before=me)
    uow.alerts.replace_evidence(1, [device("b")])
    uow.cards.raise_wanted(Subject.ALERT, 1, at=NOW)
    limits = Limits((Limit(1, timedelta(seconds=1)),), (Limit(9, timedelta(seconds=1)),))
    (card,) = uow.cards.claim(NOW, owner="me", lease=timedelta(seconds=1), limit=5, limits=limits)
    uow.cards.wanted(card.id)
    uow.cards.thread_bound(replace(card, origin="2"))
    uow.cards.renew("me", [card.id], lease=timedelta(seconds=1))
    uow.cards.shown(card, owner="me", revision=2, activity_id="m")
    uow.cards.release("me")
    uow.cards.next_due()
    _write_webhooks(uow)


def _write_webhooks(uow: UnitOfWork) -> None:
    lease = timedelta(seconds=9)
    (event,) = uow.webhooks.claim(NOW, owner="me", lease=lease, limit=5, abreast=5)
    uow.webhooks.delay(event, owner="me", until=NOW, why="x")
    (again,) = uow.webhooks.claim(NOW, owner="me", lease=lease, limit=5, abreast=5)
    uow.webhooks.rest(again, owner="me", until=NOW, why="x", give_up_seen_before=NOW - lease)
    (again,) = uow.webhooks.claim(NOW, owner="me", lease=lease, limit=5, abreast=5)
    uow.webhooks.give_up(again, owner="me", why="x")
    uow.webhooks.try_again(1, NOW)
    (again,) = uow.webhooks.claim(NOW, owner="me", lease=lease, limit=5, abreast=5)
    uow.webhooks.release("me")
    uow.webhooks.release(None)
    uow.webhooks.sent(again, owner="me", at=NOW)
    uow.webhooks.give_up_paused(NOW, NOW)
    uow.webhooks.forget_dead(NOW, keep=9)
    uow.webhooks.clock_set_back(NOW)
    uow.webhooks.gone(again, owner="me", why="x", at=NOW)


def fill(uow: UnitOfWork) -> int:
    uow.webhooks.add("flow", "https://x.example/", secret="s", wants="", kinds=(), at=NOW)
    add_alert(uow, "a", device("a"), alert_type="x")
    here = add_conversation(uow)
    uow.cards.want(here.id, Subject.ALERT, 1, priority=1, at=NOW)
    return here.id


@pytest.mark.parametrize("shared", [False, True])
async def test_no_growing_table_is_read_from_end_to_end(sqlite_database: str, shared: bool) -> None:
    plans: dict[str, list[str]] = {}

    def watch(connection: Connection) -> None:
        def explain(_c: object, _cursor: object, sql: str, given: object, _context: object, many: bool) -> None:
            if sql.startswith(("SELECT", "WITH", "UPDATE", "DELETE")) and not many and sql not in plans:
                raw = connection.connection.dbapi_connection
                plans[sql] = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", given)]  # type: ignore[union-attr]

        event.listen(connection, "before_cursor_execute", explain)

    def watched(uow: UnitOfWork) -> UnitOfWork:
        watch(uow.alerts._on)  # type: ignore[attr-defined]
        return uow

    async with open_store(sqlite_database) as store:
        here = await store.write(fill)
        scope = Scope(everything=False, shared_in=here) if shared else ALL
        await store.read(lambda uow: read_everything(watched(uow), scope))
        await store.write(lambda uow: write_everything(watched(uow)))

    assert len(plans) > 30
    scans = {
        step: sql
        for sql, steps in plans.items()
        for step in steps
        if any(step.startswith(f"SCAN {table}") for table in GROWING) and "INDEX" not in step
    }
    assert scans == {}
    # Index scans are fine where the index is small; a list of our own is a virtual table.
    of_index = {
        step
        for steps in plans.values()
        for step in steps
        if step.startswith("SCAN") and "INDEX" in step and "VIRTUAL TABLE" not in step
    }
    assert {step.rpartition(" ")[2] for step in of_index} <= SMALL
