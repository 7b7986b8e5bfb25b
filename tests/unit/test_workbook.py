"""Excel files and CSV: text stays text, times are local, and what is too much for one sheet goes to the next."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from bot.alerts.words import Severity
from bot.workbook import CUT, LINE, LONGEST_TEXT, CsvTable, Workbook, tables
from cards.columns import Head, Link, Mark

MADRID = ZoneInfo("Europe/Madrid")
AT = datetime(2026, 3, 2, 3, 2, 1, tzinfo=UTC)
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "http://x.example/", "{=1}", "＝1+1", "\n=1"]

#: What no file may hold: control characters, halves of characters, what is no character.
BROKEN = "a\x00b\x0b\ud800c\ufffe_x0041_"


def heads(*titles: str) -> list[Head]:
    return [Head(title, 20) for title in titles]


def test_text_never_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with tables(path, MADRID, {"One": heads("A"), "Two": heads("B")}) as (one, two):
        for text in EVIL:
            one.add([text])
        two.add(["x" * 40_000])
    book = openpyxl.load_workbook(path)
    cells = [row[0] for row in book["One"].iter_rows(min_row=2, max_col=1)]
    assert [cell.value for cell in cells] == EVIL
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    assert len(book["Two"]["A2"].value) == LONGEST_TEXT
    assert book["Two"]["A2"].value.endswith(CUT)


def test_what_no_file_may_hold_spoils_none(tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.csv"):
        with tables(tmp_path / name, MADRID, {"One": heads("A", "B")}) as (one,):
            one.add([BROKEN, Link(f"https://x.example/{BROKEN}", BROKEN)])
    mended = "a\ufffdb\ufffd\ufffdc\ufffd_x0041_"
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["One"]
    assert (sheet["A2"].value.replace("_x005F_", "_"), sheet["B2"].hyperlink) == (mended, None)
    rows = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig"))))
    assert rows[1] == [mended, f"https://x.example/{mended}"]


def test_long_texts_take_several_lines_and_a_high_severity_is_a_word_on_a_colour(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with tables(path, MADRID, {"One": [Head("A", 10, wraps=True), Head("B", 10)]}) as (one,):
        one.add(["word " * 9, Mark("High", Severity.HIGH)])
        one.add(["short", Mark("Informational", Severity.INFORMATIONAL)])
    sheet = openpyxl.load_workbook(path)["One"]
    assert sheet["A2"].alignment.wrap_text
    assert sheet.row_dimensions[2].height > 3 * LINE
    assert (sheet["B2"].value, sheet["B2"].font.bold, sheet["B2"].fill.fill_type) == ("High", True, "solid")
    assert (sheet["B3"].value, sheet["B3"].fill.fill_type) == ("Informational", None)
    assert (sheet.freeze_panes, sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("C2", "landscape", 0)


def test_times_are_local_and_links_are_links(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with tables(path, MADRID, {"One": heads("When", "Number", "Link", "None", "Odd")}) as (one,):
        one.add([AT, 1042, Link("https://security.microsoft.com/alerts/da1"), Link(""), Link("javascript:alert(1)")])
    sheet = openpyxl.load_workbook(path)["One"]
    assert sheet["A2"].value == datetime(2026, 3, 2, 4, 2, 1)  # noqa: DTZ001 - Excel knows no zones
    assert sheet["B2"].value == 1042
    assert sheet["C2"].hyperlink.target == "https://security.microsoft.com/alerts/da1"
    assert sheet["D2"].value is None
    assert (sheet["E2"].value, sheet["E2"].hyperlink) == ("javascript:alert(1)", None)


def test_what_is_too_much_for_a_sheet_goes_to_the_next_and_links_become_plain(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = Workbook(path, MADRID, most_rows=4, most_links=2)
    one, two = book.table("One", heads("Number", "Link")), book.table("Two", heads("Number"))
    for number in range(7):
        one.add([number, Link(f"https://x.example/{number}")])
        two.add([number])
    book.close()
    made = openpyxl.load_workbook(path)
    assert sorted(made.sheetnames) == ["One", "One 2", "One 3", "Two", "Two 2", "Two 3"]
    assert [
        row[0] for name in ("One", "One 2", "One 3") for row in made[name].iter_rows(min_row=2, values_only=True)
    ] == [*range(7)]
    links = [row[1].hyperlink is not None for row in made["One"].iter_rows(min_row=2)]
    assert links == [True, True, False]
    assert made["One"]["B4"].value == "https://x.example/2"
    assert made["One 2"]["A1"].value == "Number"


def test_csv_is_text_too_and_excel_knows_its_letters(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    table = CsvTable(path, MADRID, heads("A", "B", "C", "D"))
    for text in EVIL:
        table.add([text, 7, AT, Link("https://x.example/ü,\n")])
    table.close()
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "＝", "\n")) for row in rows for cell in row)
    assert rows[1] == ["'=1+1", "7", "2026-03-02 04:02:01", "https://x.example/ü,\n"]


def test_what_was_half_written_goes_away(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        with tables(path, MADRID, {"One": heads("A")}):
            raise OSError("the disk is full")

    for name in ("a.xlsx", "a.csv"):
        with pytest.raises(OSError, match="full"):
            fail(tmp_path / name)
        assert not (tmp_path / name).exists()
