"""A year of nights in seconds: alerts around each handover, over both changes of clocks in five zones."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.conversation import Subject
from bot.alerts.escalation import EXAMPLE
from bot.alerts.messages import ConversationKind
from bot.alerts.moments import wall
from bot.alerts.oncall_ports import declared
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Severity
from bot.usecases import oncall
from bot.usecases.escalation_start import begin
from bot.usecases.escalations import advance_due
from bot.usecases.routes import subscribe
from storage.store import open_store
from tests.unit.storage.made import add_alert

#: Hours, half an hour, none at all; north and south.
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Auckland", "Asia/Kathmandu")

ANA = Person("a" * 8, "Ana Alvarez", teams_id="29:a", user_principal_name="ana@contoso.example")
BO = Person("b" * 8, "Bo Berg", teams_id="29:b", user_principal_name="bo@contoso.example")
MINUTE = timedelta(minutes=1)


def nights(zone: str) -> list[date]:
    """Each Saturday to Monday, and three days around every change of clocks."""
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(365)]
    offsets = [datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).utcoffset() for day in days]
    changes = {day for day in range(1, 365) if offsets[day] != offsets[day - 1]}
    near = {around for change in changes for around in range(change - 2, change + 2)}
    return [day for place, day in enumerate(days) if place in near or day.weekday() in {5, 6, 0}]


@pytest.mark.parametrize("zone", ZONES)
async def test_a_year_of_nights_pages_whoever_is_on_call_once_a_step(sqlite_database: str, zone: str) -> None:
    async with open_store(sqlite_database) as store:
        await store.write(lambda uow: _year(uow, zone))


def _year(uow: UnitOfWork, zone: str) -> None:
    channel = _prepare(uow, zone)
    for number, night in enumerate(nights(zone)):
        # Ten minutes before the handover, a time of day that some nights do not have, or have twice.
        came = wall(night, time(2, 20), ZoneInfo(zone))
        alert = add_alert(uow, f"a{number}", severity=Severity.HIGH, received_at=came)
        uow.cards.want(channel, Subject.ALERT, alert.number, priority=0, at=came)
        assert begin(uow, [(alert, uow.routes.all())], came) == 1
        assert begin(uow, [(alert, uow.routes.all())], came) == 0, "once"
        first = oncall.on_call(uow, came)
        assert [duty.person in {ANA, BO} for duty in first] == [True]
        for minute in (0, 4, 5, 9, 10, 19, 20, 25):
            # Whoever looks, and however often: it is done once.
            advance_due(uow, came + minute * MINUTE)
            advance_due(uow, came + minute * MINUTE)
        steps = uow.escalations.taken(alert.number)
        assert [(step.at - came) // MINUTE for step in steps] == [0, 5, 10, 20]
        assert steps[0].whom == (first[0].shift.who,)
        assert steps[2].whom == ({ANA.object_id: BO, BO.object_id: ANA}[first[0].shift.who].object_id,)
        assert uow.alerts.get(alert.number).paged == ("channel",)
        last = oncall.last_shift(uow, first[0].shift.who, first[0].shift.ends_at)
        assert last is not None
        assert last.ends_at == first[0].shift.ends_at


def _prepare(uow: UnitOfWork, zone: str) -> int:
    start = datetime(2025, 12, 1, tzinfo=UTC)
    for person in (ANA, BO):
        uow.people.meet(person, start)
    here = uow.conversations.meet(
        teams_id="19:x", kind=ConversationKind.CHANNEL, service_url="https://t.example", tenant_id="t"
    )
    subscribe(uow, here, start)
    uow.conversations.keep_roster(here.id, [ANA.object_id, BO.object_id], start)
    uow.rotas.declare([declared("soc", "daily 02:30: ana@contoso.example, Bo Berg", zone)])
    uow.rotas.declare_plans({"high": EXAMPLE})
    return here.id
