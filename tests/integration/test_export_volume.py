"""Exports of a hundred thousand alerts: the memory does not grow with them, and LibreOffice opens what comes out."""

import asyncio
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from bot.workbook import MOST_LINKS
from tests.support.volume import written


async def memory(count: int, file: Path, *more: str) -> int:
    """The most that writing so many alerts needed, as the system counts it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.volume", str(count), str(file), *more), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return int(out)


async def test_ten_times_the_alerts_need_the_same_memory(tmp_path: Path) -> None:
    few = await memory(10_000, tmp_path / "few.xlsx", "nolinks")
    many = await memory(100_000, tmp_path / "many.xlsx", "nolinks")
    assert many < 1.2 * few, f"{few} kB became {many} kB"


async def test_what_links_need_ends_with_the_links_of_a_sheet(tmp_path: Path) -> None:
    half = await memory(MOST_LINKS // 2, tmp_path / "half.xlsx")  # each alert has two
    many = await memory(100_000, tmp_path / "many.xlsx")
    assert many < 1.3 * half, f"{half} kB became {many} kB"
    with zipfile.ZipFile(tmp_path / "many.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<hyperlink ") == MOST_LINKS
    assert "https://security.microsoft.com/alerts/da100000<" in sheet  # as plain text: Excel takes no more links


async def test_libreoffice_opens_it(tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed: nobody looked whether it opens an export")
    file = written(500, tmp_path / "alerts.xlsx", links=True)
    process = await asyncio.create_subprocess_exec(
        *(soffice, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "csv"),
        *("--outdir", str(tmp_path), str(file)),
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
    lines = (tmp_path / "alerts.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("Number,Alert name,Tags,Severity,")
    assert len(lines) == 501
    assert "Mimikatz credential theft" in lines[1]
