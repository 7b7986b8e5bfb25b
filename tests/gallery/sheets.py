"""Contact sheets: all pictures of a language, width and theme on one page, and a page that leads to them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

from tests.gallery.registry import Shown

_STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 16px; background: #888; color: #fff; }
h1 { font-size: 20px; } h2 { font-size: 16px; margin: 24px 0 8px; } a { color: #fff; }
.sheet { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
figure { margin: 0; } figcaption { font-size: 12px; max-width: 100%; overflow-wrap: anywhere; }
figure.wrong { outline: 4px solid #c00; } .wrong li { background: #c00; }
"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A language, a width and a theme. Without a width it stands for all of them."""

    language: str
    width: int = 0
    theme: str = ""

    @property
    def name(self) -> str:
        """`en-320-light`"""
        return f"{self.language}-{self.width}-{self.theme}"

    @property
    def words(self) -> str:
        return f"{self.language}, {self.width} points, {self.theme}"


@dataclass(frozen=True, slots=True)
class Picture:
    """One thing on one sheet, and what is wrong with it there."""

    shown: Shown
    sheet: Sheet
    problems: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """`en-320-light-alert-new.png`"""
        plain = re.sub(r"[^a-z0-9]+", "-", self.shown.name.lower()).strip("-")
        return f"{self.sheet.name}-{plain}.png"


def write_sheets(folder: Path, pictures: Sequence[Picture]) -> None:
    """A page for each language, width and theme, and `index.html`."""
    drawn = [one for one in pictures if one.sheet.width]
    links = []
    for name, those in groupby(drawn, lambda one: one.sheet.name):
        (folder / f"{name}.html").write_text(_page(name, list(those)), "utf-8")
        links.append(f'<li><a href="{name}.html">{name}</a></li>')
    wrong = [f"<li>{escape(one.shown.name)}: {escape(said)}</li>" for one in pictures for said in one.problems]
    told = f'<h2>Wrong</h2><ul class="wrong">{"".join(wrong)}</ul>' if wrong else "<p>Nothing is wrong.</p>"
    (folder / "index.html").write_text(_html("Tocsin's gallery", f"<ul>{''.join(links)}</ul>{told}"), "utf-8")


def _page(name: str, pictures: Sequence[Picture]) -> str:
    parts = []
    for group, those in groupby(pictures, lambda one: one.shown.group):
        figures = "".join(_figure(one) for one in those)
        parts.append(f'<h2>{escape(group)}</h2><div class="sheet">{figures}</div>')
    return _html(name, "".join(parts))


def _figure(picture: Picture) -> str:
    said = escape(picture.shown.name + "".join(f" — {problem}" for problem in picture.problems))
    wrong = ' class="wrong"' if picture.problems else ""
    width = picture.sheet.width
    image = f'<img src="{picture.file}" width="{width}" loading="lazy" alt="">'
    return f'<figure{wrong} style="width:{width}px">{image}<figcaption>{said}</figcaption></figure>'


def _html(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{escape(title)}</h1>{body}</body></html>'
