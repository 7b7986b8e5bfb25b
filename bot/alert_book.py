"""An export's file: the alerts, and in a workbook their history and evidence on sheets of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.usecases.exporting import Batch
from bot.workbook import Table, tables
from cards import columns
from cards.language import Language


class AlertBook:
    """Takes batch after batch. `alone`: it has no place for history and evidence."""

    def __init__(self, found: list[Table], lang: Language, identity_portal: str) -> None:
        self._alerts, *self._more = found
        self._lang = lang
        self._identity_portal = identity_portal

    @property
    def alone(self) -> bool:
        return not self._more

    def add(self, batch: Batch) -> None:
        for told in batch.alerts:
            number = told.view.alert.number
            self._alerts.add(columns.alert_row(told.view, self._lang, identity_portal=self._identity_portal))
            for entry in told.entries:
                self._more[0].add(columns.history_row(entry, self._lang, batch.people))
            for piece in told.evidence:
                self._more[1].add(columns.evidence_row(number, piece, self._lang))


@contextmanager
def alert_book(path: Path, lang: Language, *, identity_portal: str) -> Iterator[AlertBook]:
    """The file's ending says what it is, `.xlsx` or `.csv`; times are those of the language's zone."""
    heads = {
        lang.t("Alerts"): columns.alert_heads(lang),
        lang.t("History"): columns.history_heads(lang),
        lang.t("Evidence"): columns.evidence_heads(lang),
    }
    with tables(path, lang.zone, heads) as found:
        yield AlertBook(found, lang, identity_portal)
