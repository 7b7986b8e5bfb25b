"""A list is loaded with a handful of statements, however many alerts are on it."""

from sqlalchemy import Engine, event

from bot.alerts.history import Change, Kind
from bot.alerts.people import Actor
from bot.alerts.ports import UnitOfWork
from bot.usecases.read import views_of
from storage.store import AnyStore
from tests.unit.storage.made import add_alert, entry


async def test_what_a_source_overruled_is_looked_for_in_all_alerts_at_once(store: AnyStore) -> None:
    statements: list[str] = []

    def work(uow: UnitOfWork) -> list[int]:
        uow.feeds.allow_telling("graph", allowed=True)
        alerts = [add_alert(uow, f"da{number}") for number in range(12)]
        for alert in alerts:
            told = entry(alert.number, 2, changes=(Change("status", "new", "inProgress"),))
            uow.history.add(told)
            uow.mirrors.want(alert, told)
        contested = alerts[3].number
        by, change = Actor.source("graph"), (Change("status", "inProgress", "resolved"),)
        uow.history.add(entry(contested, 3, kind=Kind.OVERRULED, actor=by, changes=change))
        statements.clear()
        views = views_of(uow, alerts)
        assert len([view for view in views if view.mirror]) == len(alerts)
        return [view.alert.number for view in views if view.overruled]

    def heard(_on: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        assert len(await store.write(work)) == 1
    finally:
        event.remove(Engine, "before_cursor_execute", heard)
    assert len(statements) < 12
