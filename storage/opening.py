"""New alerts: everything that begins with them is written table by table, for all of them at once."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, text

from bot.alerts.absorb import Birth
from bot.alerts.evidence import Evidence
from storage.bulk import Bulk
from storage.history import ENTRIES, row_of
from storage.rows import values_of
from storage.statements import Twin
from storage.tables import alerts, evidence, reports

_COUNT = bindparam("count_", type_=Integer())

#: Takes numbers out of the series from which a row without one would get its own.
_NUMBERS = Twin(
    text("UPDATE sqlite_sequence SET seq = seq + :count_ WHERE name = 'alerts' RETURNING seq").bindparams(_COUNT),
    text("SELECT nextval('alerts_number_seq') FROM generate_series(1, :count_)").bindparams(_COUNT),
)
_FIRST_NUMBERS = text("INSERT INTO sqlite_sequence (name, seq) VALUES ('alerts', :count_)").bindparams(_COUNT)

_ALERTS, _EVIDENCE, _REPORTS = Bulk(alerts), Bulk(evidence), Bulk(reports)
_alert_row = itemgetter(*_ALERTS.columns)


def numbers(on: Connection, count: int) -> Sequence[int]:
    taken = sorted(on.execute(_NUMBERS.on(on), {"count_": count}).scalars())
    if on.dialect.name == "postgresql":
        return taken
    if not taken:
        on.execute(_FIRST_NUMBERS, {"count_": count})
    last = taken[0] if taken else count
    return range(last - count + 1, last + 1)


def write(on: Connection, births: Sequence[Birth]) -> None:
    """Raises IntegrityError where an alert is there already."""
    _ALERTS.add(on, (_alert_row(values_of(birth.alert)) for birth in births))
    ENTRIES.add(on, (row_of(entry) for birth in births for entry in (birth.entry, *birth.more)))
    _EVIDENCE.add(on, (row for birth in births for row in _pieces(birth.alert.number, birth.report.evidence)))
    _REPORTS.add(on, (_report(birth) for birth in births))


def add_evidence(on: Connection, number: int, pieces: Sequence[Evidence]) -> None:
    _EVIDENCE.add(on, _pieces(number, pieces))


def _pieces(number: int, pieces: Sequence[Evidence]) -> Iterator[Sequence[Any]]:
    for ordinal, p in enumerate(pieces):
        yield number, ordinal, p.kind, p.entity, p.label, p.verdict, p.remediation, p.roles, p.tags, p.properties


def _report(birth: Birth) -> Sequence[Any]:
    news = birth.said
    return birth.alert.number, news.fields, news.evidence_digest, birth.report.raw, birth.entry.at
