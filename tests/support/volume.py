"""Writes a made-up export of so many alerts, in a process of its own, and says how much memory that took at most.

`python -m tests.support.volume COUNT FILE [nolinks]`
"""

import resource
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.alert_book import alert_book
from bot.alerts.alert import Alert
from bot.alerts.evidence import Evidence
from bot.alerts.history import Entry, Kind
from bot.alerts.people import Actor, Way
from bot.alerts.views import AlertView
from bot.alerts.words import Severity
from bot.usecases.exporting import TOGETHER, Batch, Told
from cards.language import ENGLISH

_AT = datetime(2026, 3, 2, 3, 2, tzinfo=UTC)
_ALERT = Alert(
    number=1,
    source="graph",
    external_id="da1",
    revision=1,
    title="Mimikatz credential theft",
    severity=Severity.HIGH,
    created_at=_AT,
    first_activity=_AT,
    last_activity=_AT,
    received_at=_AT,
    service_source="microsoftDefenderForIdentity",
)
_ENTRY = Entry(alert=1, revision=1, at=_AT, actor=Actor.source("graph"), way=Way.SOURCE, kind=Kind.CREATED)


def told(number: int, *, links: bool) -> Told:
    """One alert in ten has a name of several lines."""
    url = f"https://security.microsoft.com/alerts/da{number}" if links else ""
    title = _ALERT.title * (1 if number % 10 else 5)
    service = _ALERT.service_source if links else "microsoftDefenderForEndpoint"
    alert = replace(
        _ALERT, number=number, external_id=f"da{number}", title=title, alert_url=url, service_source=service
    )
    piece = Evidence("device", f"device:web-{number}", f"web-{number}")
    return Told(AlertView(alert=alert), [replace(_ENTRY, alert=number)], [piece])


def written(count: int, path: Path, *, links: bool) -> Path:
    with alert_book(path, ENGLISH, identity_portal="https://portal.atp.azure.com/securityAlert/") as book:
        for start in range(1, count + 1, TOGETHER):
            numbers = range(start, min(start + TOGETHER, count + 1))
            book.add(Batch([told(number, links=links) for number in numbers], {}))
    return path


if __name__ == "__main__":
    written(int(sys.argv[1]), Path(sys.argv[2]), links=sys.argv[3:] != ["nolinks"])
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
