"""Tables as files, in memory that does not grow with them: Excel's workbooks, and CSV.

Text stays text: nothing that somebody wrote becomes a formula, and nothing that somebody wrote spoils the file.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final, Protocol

import xlsxwriter

from bot.alerts.words import Severity
from cards.columns import Cell, Head, Link, Mark

#: Excel's own limits: rows and links of a sheet, characters of a cell, of an address.
MOST_ROWS: Final = 1_048_576
MOST_LINKS: Final = 65_530
LONGEST_TEXT: Final = 32_767
LONGEST_LINK: Final = 2_079

#: Points of a line, and how many of them a row shows.
LINE, MOST_LINES = 13.2, 12

#: The end of a text of which not all fits.
CUT: Final = " […]"

#: What a spreadsheet takes for the beginning of a formula; the wide ones are so in East Asian ones.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

#: What no XML file may hold, and so no workbook; and halves of characters, which no file may.
_UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

#: What can be opened as it stands; anything else is shown as text.
_WEB: Final = re.compile(r"https?://[!#-;=?-~]+", re.ASCII)

#: Paper of a severity's cell, and letters that can be read on it.
_PAPERS: Final = {
    Severity.HIGH: ("#F7D4D4", "#7A1010"),
    Severity.MEDIUM: ("#FBE6C5", "#6B4100"),
    Severity.LOW: ("#E3ECF8", "#1F3F66"),
}


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
        made.abandon()
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
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            # Beside the file, not in a folder of the machine's that may be small.
            "tmpdir": str(path.parent),
        }
        self.book: Any = xlsxwriter.Workbook(str(path), options)
        self.zone = zone
        self.most_rows, self.most_links = most_rows, most_links
        plain = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
        line = {**plain, "bottom": 4, "bottom_color": "#B8B8C8"}
        head = {**plain, "bold": True, "font_color": "#FFFFFF", "bg_color": "#3D3D63", "valign": "vcenter"}
        self.head: Any = self.book.add_format({**head, "text_wrap": True})
        self.time: Any = self.book.add_format({**line, "num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self.number: Any = self.book.add_format({**line, "num_format": "0", "align": "left"})
        self.text: Any = self.book.add_format(line)
        self.wrapped: Any = self.book.add_format({**line, "text_wrap": True})
        self.link: Any = self.book.add_format({**line, "font_color": "#0B57A4", "underline": 1})
        self.marks: dict[Severity, Any] = {
            severity: self.book.add_format({**line, "bold": True, "bg_color": paper, "font_color": ink})
            for severity, (paper, ink) in _PAPERS.items()
        }

    def table(self, name: str, heads: Sequence[Head]) -> Table:
        return _Sheets(self, name, heads)

    def close(self) -> None:
        self.book.close()

    def abandon(self) -> None:
        """Instead of closing it, which may take long: what is open is closed, and no file comes of it."""
        for sheet in self.book.worksheets():
            sheet.row_data_fh.close()


class _Sheets:
    """One table, on as many sheets as it needs."""

    def __init__(self, book: Workbook, name: str, heads: Sequence[Head]) -> None:
        self._book, self._name, self._heads = book, name, heads
        self._texts = [book.wrapped if head.wraps else book.text for head in heads]
        self._count = 0
        self._begin()

    def add(self, row: Sequence[Cell]) -> None:
        if self._row >= self._book.most_rows:
            self._begin()
        # Nobody else does it: what wraps would be hidden, or written over.
        lines = max(map(_lines, row, self._heads))
        if lines > 1:
            self._sheet.set_row(self._row, LINE * min(lines, MOST_LINES) + 2)
        for column, cell in enumerate(row):
            self._write(column, cell)
        # The rows before are written; xlsxwriter would keep their heights in memory all the same.
        for known in (self._sheet.row_info, self._sheet.row_sizes):
            known.pop(self._row - 1, None)
        self._row += 1

    def _begin(self) -> None:
        self._count += 1
        title = self._name if self._count == 1 else f"{self._name} {self._count}"
        self._sheet: Any = self._book.book.add_worksheet(title)
        self._row, self._links = 1, 0
        self._sheet.freeze_panes(1, 2)
        self._sheet.hide_gridlines(2)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        self._sheet.set_footer("&L&A&R&P / &N")
        self._sheet.set_default_row(LINE + 2)
        self._sheet.set_row(0, 30)
        for column, head in enumerate(self._heads):
            self._sheet.set_column(column, column, head.width)
            self._sheet.write_string(0, column, head.title, self._book.head)
        self._sheet.autofilter(0, 0, self._book.most_rows - 1, len(self._heads) - 1)

    def _write(self, column: int, cell: Cell) -> None:
        book = self._book
        match cell:
            case Link(url, text):
                self._link(column, url, text)
            case Mark(text, severity):
                self._sheet.write_string(self._row, column, _whole(text), book.marks.get(severity, book.text))
            case datetime():
                self._sheet.write_datetime(self._row, column, _local(cell, book.zone), book.time)
            case int():
                self._sheet.write_number(self._row, column, cell, book.number)
            case "":
                self._sheet.write_blank(self._row, column, None, book.text)
            case _:
                self._sheet.write_string(self._row, column, _whole(cell), self._texts[column])

    def _link(self, column: int, url: str, text: str) -> None:
        book = self._book
        if not url:
            self._sheet.write_blank(self._row, column, None, book.text)
        elif len(url) <= LONGEST_LINK and self._links < book.most_links and _WEB.fullmatch(url):
            self._links += 1
            self._sheet.write_url(self._row, column, url, book.link, _whole(text or url)[:255])
        else:
            self._sheet.write_string(self._row, column, _whole(url), book.text)


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

    def abandon(self) -> None:
        self.close()


def _lines(cell: Cell, head: Head) -> int:
    """How many lines it takes; beyond what a row shows nobody counts."""
    if not head.wraps or not isinstance(cell, str):
        return 1
    some = cell[: head.width * MOST_LINES]
    return sum(-(-len(line) // head.width) or 1 for line in some.split("\n")[:MOST_LINES])


def _plain(cell: Cell, zone: tzinfo) -> str | int:
    match cell:
        case Link(url):
            return _harmless(url)
        case Mark(text):
            return _harmless(text)
        case datetime():
            return _local(cell, zone).isoformat(" ", "seconds")
        case int():
            return cell
        case _:
            return _harmless(cell)


def _harmless(text: str) -> str:
    """A quote before what a spreadsheet would calculate: in CSV there is no other way to say that it is text."""
    text = _whole(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _whole(text: str) -> str:
    """What a file can hold of a text."""
    text = _UNREADABLE.sub("\ufffd", text.replace("\r\n", "\n"))
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(CUT)] + CUT


def _local(at: datetime, zone: tzinfo) -> datetime:
    """Excel knows no zones."""
    return at.astimezone(zone).replace(tzinfo=None)
