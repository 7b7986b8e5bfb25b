"""The part of the composition root that is about being on call."""

import asyncio
from contextlib import AsyncExitStack

from bot.alerts.messages import Messenger
from bot.alerts.oncall_ports import declared
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.alerts.rota_text import feeds_of, is_feed, rota_name
from bot.delivery.addresses import Addresses
from bot.delivery.calendars import Calendars
from bot.delivery.paging import Paging
from bot.scheduler import Timetable
from bot.settings import Settings
from bot.sources.calendars import read_calendar

#: How often it is looked whether somebody is to be paged, in seconds.
LOOK_EVERY = 1


async def keep_oncall(
    settings: Settings, stack: AsyncExitStack, *, store: Store, clock: Clock, messenger: Messenger, timetable: Timetable
) -> None:
    """Who is on call, and who is paged when nobody takes an alert, as the settings say."""
    texts = {name: text.get_secret_value() for name, text in settings.rotas.items()}
    rotas = [declared(rota_name(name), text, settings.zone) for name, text in texts.items()]
    plans = settings.escalation

    def declare(uow: UnitOfWork) -> None:
        uow.rotas.declare(rotas)
        uow.rotas.declare_plans(plans)

    await store.write(declare)
    feeds = {rota_name(name): feeds_of(text) for name, text in texts.items() if is_feed(text)}
    if feeds:
        hosts = Addresses(settings.calendar_hosts.split(","), setting="TOCSIN_CALENDAR_HOSTS")
        calendars = Calendars(store=store, clock=clock, feeds=feeds, addresses=hosts, read=read_calendar)
        stack.push_async_callback(calendars.close)
        reading = asyncio.create_task(calendars.look(), name="calendars")
        stack.callback(reading.cancel)
        timetable.every(settings.calendar_every, calendars.look, name="calendars")
    paging = Paging(store=store, messenger=messenger, clock=clock, tenant_id=settings.tenant_id)
    timetable.every(LOOK_EVERY, paging.look, name="paging")
