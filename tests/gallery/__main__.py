"""Draws everything that people see of Tocsin in Teams, in every state, and fails on what is wrong with it.

python -m tests.gallery [--only WORDS] [--no-pictures] [FOLDER]
"""

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from cards.language import Language
from tests.gallery.registry import LANGUAGES, Shown, everything
from tests.gallery.rules import alike_but_for_colour, broken
from tests.gallery.sheets import Picture, Sheet, write_sheets
from tests.gallery.stage import THEMES, WIDTHS, Stage, serving, stage
from tests.support.browser import CHROMIUM, chromium

FOLDER = Path(__file__).parents[2] / "var" / "gallery"


def main(argv: Sequence[str] | None = None) -> int:
    """Draw, look, write; the exit code."""
    parser = argparse.ArgumentParser(
        prog="make gallery", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="where the pictures go (%(default)s)")
    parser.add_argument("--only", default="", metavar="WORDS", help="only what has these words in its name or group")
    parser.add_argument("--no-pictures", action="store_true", help="only look for what is wrong")
    asked = parser.parse_args(argv)
    if CHROMIUM is None:
        print("The gallery needs Chromium, and none was found on PATH (Debian: apt-get install chromium).")
        return 1
    if not asked.no_pictures:
        shutil.rmtree(asked.folder, ignore_errors=True)
        asked.folder.mkdir(parents=True)
    pictures = asyncio.run(_all(asked.folder, asked.only, keep=not asked.no_pictures))
    wrong = sorted({(one.shown.name, one.sheet.language, problem) for one in pictures for problem in one.problems})
    for name, language, problem in wrong:
        print(f"WRONG  {name} ({language}): {problem}")
    if not asked.no_pictures:
        write_sheets(asked.folder, pictures)
        print(f"Look at {asked.folder / 'index.html'}")
    print(f"{len(pictures)} drawn, {len(wrong)} things wrong.")
    return 1 if wrong or not pictures else 0


async def _all(folder: Path, only: str, *, keep: bool) -> list[Picture]:
    pictures: list[Picture] = []
    async with serving() as address, chromium() as browser:
        for called, lang in LANGUAGES.items():
            shown = [one for one in everything(lang) if only in one.name or only in one.group]
            pictures += [Picture(one, Sheet(called), (problem,)) for one, problem in _written_wrong(shown, lang)]
            for width in WIDTHS:
                on = await stage(browser, address, width)
                for theme in THEMES:
                    here = Sheet(called, width, theme)
                    pictures += await _looks(on, shown, here, folder if keep else None)
                await on.close()
    return pictures


def _written_wrong(shown: Sequence[Shown], lang: Language) -> list[tuple[Shown, str]]:
    """What is wrong with a card whatever its width."""
    return [(one, problem) for one in shown for problem in broken(one, lang)] + alike_but_for_colour(shown)


async def _looks(on: Stage, shown: Sequence[Shown], sheet: Sheet, folder: Path | None) -> list[Picture]:
    began = time.monotonic()
    pictures = []
    for number, one in enumerate(shown, start=1):
        look = await on.show(one, sheet.theme)
        picture = Picture(one, sheet, tuple(f"{problem} ({sheet.words})" for problem in look.problems))
        if folder is not None:
            await on.picture(look, folder / picture.file)
        pictures.append(picture)
        _progress(f"{sheet.words}: {number} of {len(shown)}")
    _progress(f"{sheet.words}: {len(shown)} in {time.monotonic() - began:.0f} s", end="\n")
    return pictures


def _progress(said: str, *, end: str = "") -> None:
    if end or sys.stdout.isatty():
        print(f"\r\033[K{said}" if sys.stdout.isatty() else said, end=end, flush=True)


if __name__ == "__main__":
    sys.exit(main())
