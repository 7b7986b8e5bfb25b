"""Alerts that we asked a source for, instead of being told: those that come in at all, without a storm of cards."""

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.alerts.service_level import level_of
from bot.usecases.report_alert import Reported, report_alerts


def report_polled(uow: UnitOfWork, reports: Sequence[Report], now: datetime, *, grouping: bool) -> list[Reported]:
    """Take in what is known already, and of the rest what the alert service settings admit."""
    known = uow.alerts.find({(report.source, report.external_id) for report in reports})
    chosen = uow.feeds.levels()
    wanted = [
        report
        for report in reports
        if (report.source, report.external_id) in known
        or level_of(report.service_source, chosen).admits(report.severity)
    ]
    return report_alerts(uow, wanted, now, grouping=grouping, asked=True) if wanted else []
