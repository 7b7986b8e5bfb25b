"""Tables as files, in memory that does not grow with them: Excel's workbooks, and CSV.

Text stays text: nothing that somebody wrote becomes a formula.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final, Protocol

import xlsxwriter

from cards.columns import Cell, Head, Link

#: Excel's own limits: rows and links of a sheet, characters of a cell, of an address.
MOST_ROWS: Final = 1_048_576
MOST_LINKS: Final = 65_530
LONGEST_TEXT: Final = 32_767
LONGEST_LINK: Final = 2_079

#: What a spreadsheet takes for the beginning of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def tables(path: Path, zone: tzinfo, heads: Mapping[str, Sequence[Head]]) -> Iterator[list["Table"]]:
    """Each table of the file by its name; a CSV file has the first one alone. What is half written goes away."""
    made: Workbook | CsvTable
    if path.suffix.lower() == ".csv":
        made = CsvTable(path, zone, next(iter(heads.values())))
        found: list[Table] = [made]
    else:
        made = Workbook(path, zone)
        found = [made.table(name, names) for name, names in heads.items()]
    try:
        yield found
    except BaseException:
        made.close()
        path.unlink(missing_ok=True)
        raise
    made.close()


class Table(Protocol):
    def add(self, row: Sequence[Cell]) -> None: ...


class Workbook:
    """An Excel file. Tables may be filled side by side, each from top to bottom. Close it at the end.

    `most_rows` and `most_links` are of one sheet: what goes beyond goes to a further sheet, or stands as plain text.
    """

    def __init__(self, path: Path, zone: tzinfo, *, most_rows: int = MOST_ROWS, most_links: int = MOST_LINKS) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book: Any = xlsxwriter.Workbook(str(path), options)
        self.zone = zone
        self.most_rows, self.most_links = most_rows, most_links
        self.head: Any = self.book.add_format({"bold": True, "bg_color": "#E8E8F4", "border": 1, "valign": "top"})
        self.time: Any = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top"})
        self.text: Any = self.book.add_format({"valign": "top"})

    def table(self, name: str, heads: Sequence[Head]) -> Table:
        return _Sheets(self, name, heads)

    def close(self) -> None:
        self.book.close()


class _Sheets:
    """One table, on as many sheets as it needs."""

    def __init__(self, book: Workbook, name: str, heads: Sequence[Head]) -> None:
        self._book, self._name, self._heads = book, name, heads
        self._count = 0
        self._begin()

    def add(self, row: Sequence[Cell]) -> None:
        if self._row >= self._book.most_rows:
            self._begin()
        for column, cell in enumerate(row):
            self._write(column, cell)
        self._row += 1

    def _begin(self) -> None:
        self._count += 1
        self._sheet: Any = self._book.book.add_worksheet(
            self._name if self._count == 1 else f"{self._name} {self._count}"
        )
        self._row, self._links = 1, 0
        self._sheet.freeze_panes(1, 2)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        for column, head in enumerate(self._heads):
            self._sheet.set_column(column, column, head.width)
            self._sheet.write_string(0, column, head.title, self._book.head)
        self._sheet.autofilter(0, 0, self._book.most_rows - 1, len(self._heads) - 1)

    def _write(self, column: int, cell: Cell) -> None:
        match cell:
            case Link(url=""):
                pass
            case Link(url=url):
                self._link(column, url)
            case datetime():
                self._sheet.write_datetime(self._row, column, _local(cell, self._book.zone), self._book.time)
            case int():
                self._sheet.write_number(self._row, column, cell, self._book.text)
            case str() if cell:
                self._sheet.write_string(self._row, column, cell[:LONGEST_TEXT], self._book.text)

    def _link(self, column: int, url: str) -> None:
        is_web = url.startswith(("https://", "http://"))
        if is_web and len(url) <= LONGEST_LINK and self._links < self._book.most_links:
            self._links += 1
            self._sheet.write_url(self._row, column, url)
        else:
            self._sheet.write_string(self._row, column, url[:LONGEST_TEXT], self._book.text)


class CsvTable:
    """One table as a CSV file in UTF-8, which Excel opens as such. Close it at the end."""

    def __init__(self, path: Path, zone: tzinfo, heads: Sequence[Head]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._zone = zone
        self._writer.writerow([head.title for head in heads])

    def add(self, row: Sequence[Cell]) -> None:
        self._writer.writerow([_plain(cell, self._zone) for cell in row])

    def close(self) -> None:
        self._file.close()


def _plain(cell: Cell, zone: tzinfo) -> str | int:
    match cell:
        case Link(url=url):
            return _harmless(url)
        case datetime():
            return _local(cell, zone).isoformat(" ", "seconds")
        case int():
            return cell
        case _:
            return _harmless(cell)


def _harmless(text: str) -> str:
    """A quote before what a spreadsheet would calculate: in CSV there is no other way to say that it is text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _local(at: datetime, zone: tzinfo) -> datetime:
    """Excel knows no zones."""
    return at.astimezone(zone).replace(tzinfo=None)
