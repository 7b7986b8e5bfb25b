"""Trends of what somebody may see where they ask."""

from zoneinfo import ZoneInfo

from bot.alerts.condition import EVERYTHING
from bot.alerts.ports import UnitOfWork
from bot.alerts.trends import Trends, columns_of
from bot.usecases.permission import require
from bot.usecases.routes import read_filter
from bot.usecases.visibility import Reader, scope_of


def trends(uow: UnitOfWork, reader: Reader, *, days: int, text: str, zone: ZoneInfo) -> Trends:
    """Over the last so many days in a zone, of what fits a filter. Raises Refused."""
    require(uow, reader, "trends")
    wants = read_filter(text) if text else EVERYTHING
    columns = columns_of(days, reader.at, zone)
    return uow.digests.trends(scope_of(uow, reader), columns, wants=wants, now=reader.at, me=reader.person)
