"""Alerts and incidents by what their sources call them, on both databases."""

from bot.alerts.ports import UnitOfWork
from storage.store import AnyStore
from tests.unit.storage.made import NOW, add_alert


async def test_any_source_may_call_it_so(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        assert list(uow.alerts.called(["x"])) == []
        first = add_alert(uow, "x").number
        second = add_alert(uow, "x", source="sentinel").number
        other = add_alert(uow, "y", source="zabbix").number
        assert list(uow.alerts.called(["x"])) == [first, second]
        assert list(uow.alerts.called(["y", "z"])) == [other]
        assert list(uow.alerts.called([])) == []
        incident = uow.incidents.of_source("graph", "924518", name="N", url="", at=NOW)
        made_here = uow.incidents.create("made here", NOW)
        assert list(uow.incidents.called(["924518", str(made_here)])) == [incident]

    await store.write(work)
