"""`make catalogue`: the messages of the program, and the catalogues of the languages put in step with them."""

import ast
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import escape, read_po

ROOT: Final = Path(__file__).parents[2]
LOCALES: Final = ROOT / "cards" / "locale"

#: What people read is written in these; the sandbox plays Teams, which has languages of its own.
_PACKAGES: Final = ("bot", "cards", "storage")
_APART: Final = ROOT / "bot" / "sandbox"

#: How many literals the functions that take messages begin with.
_TAKES: Final = {"t": 1, "mark": 1, "say": 1, "n": 2}

#: One text, or the singular and the plural of one.
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The messages in the source by where they first stand, and calls in which no literal stands."""

    messages: Mapping[Key, str]
    unreadable: Sequence[str]


def messages() -> Found:
    """Every message of the program."""
    found: dict[Key, str] = {}
    unreadable: list[str] = []
    for package in _PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if file.is_relative_to(_APART):
                continue
            for line, key in _calls(ast.parse(file.read_text("utf-8"))):
                where = f"{file.relative_to(ROOT)}:{line}"
                if key is None:
                    unreadable.append(where)
                else:
                    found.setdefault(key, where)
    return Found(found, unreadable)


def _calls(tree: ast.AST) -> Iterator[tuple[int, Key | None]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(attr="t" | "n" as name) | ast.Name(id="mark" | "say" as name):
                given = node.args[: _TAKES[name]]
                texts = tuple(
                    arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                )
                yield node.lineno, texts if len(texts) == _TAKES[name] else None
            case _:
                pass


def problems(file: Path, used: Mapping[Key, str]) -> list[str]:
    """What is wrong with a catalogue, a line each."""
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale=file.stem)
    translated = _entries(catalogue)
    told = [f"missing: {'/'.join(key)!r} ({where})" for key, where in used.items() if not _is_done(translated.get(key))]
    told += [f"not used any more: {'/'.join(key)!r}" for key in translated.keys() - used.keys()]
    told += [f"{'/'.join(key)!r}: {wrong}" for key, forms in translated.items() for wrong in _wrong(key, forms)]
    plural = get_plural(file.stem)
    if (catalogue.num_plurals, catalogue.plural_expr) != (plural.num_plurals, plural.plural_expr):
        told.append(f"the header's Plural-Forms is not CLDR's: {plural.plural_forms}")
    told += _not_normal(file, catalogue)
    return sorted(told)


def _is_done(forms: Sequence[str] | None) -> bool:
    return forms is not None and all(forms)


def _wrong(key: Key, forms: Sequence[str]) -> Iterator[str]:
    may = set().union(*(_names(text) for text in key))
    for place, form in enumerate(forms):
        if not form:
            continue
        names = _names(form)
        if names - may:
            yield f"{form!r} has {{{'}, {'.join(sorted(names - may))}}}, which is not in the message"
        # A form of its own for one or two may say so in words.
        if place == len(forms) - 1 and may - names:
            yield f"{form!r} lacks {{{'}, {'.join(sorted(may - names))}}}"
        if (form[0].isspace(), form[-1].isspace()) != (key[-1][0].isspace(), key[-1][-1].isspace()):
            yield f"{form!r} has other blanks at its ends than the message"


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _not_normal(file: Path, catalogue: Catalog) -> list[str]:
    now = file.read_text("utf-8")
    return [] if now == _written(now, _entries(catalogue)) else ["lines are doubled or out of order"]


def _entries(catalogue: Catalog) -> dict[Key, tuple[str, ...]]:
    return {
        (message.id if isinstance(message.id, tuple) else (message.id,)): _forms(message.string)
        for message in catalogue
        if message.id
    }


def _forms(text: str | Sequence[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def update(file: Path, used: Mapping[Key, str]) -> int:
    """Add what is missing as not translated yet, drop what is not used, put all in order. How many are to translate."""
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale=file.stem)
    known = _entries(catalogue)
    entries = {key: known.get(key) or ("",) * (1 if len(key) == 1 else catalogue.num_plurals) for key in used}
    file.write_text(_written(file.read_text("utf-8"), entries), "utf-8")
    return sum(not _is_done(forms) for forms in entries.values())


def _written(before: str, entries: Mapping[Key, Sequence[str]]) -> str:
    """A catalogue with the head of `before`. A message a line, by the alphabet: so that additions to it merge."""
    lines = [before.partition("\n\n")[0].rstrip("\n")]
    for key in sorted(entries, key=lambda key: (key[0].casefold(), key)):
        forms = entries[key]
        lines += ["", f"msgid {escape(key[0])}"]
        if len(key) == 1:
            lines.append(f"msgstr {escape(forms[0])}")
        else:
            lines.append(f"msgid_plural {escape(key[1])}")
            lines += [f"msgstr[{place}] {escape(form)}" for place, form in enumerate(forms)]
    return "\n".join(lines) + "\n"


def main() -> None:
    found = messages()
    for file in sorted(LOCALES.glob("*.po")):
        left = update(file, found.messages)
        print(f"{file.relative_to(ROOT)}: {len(found.messages)} messages, {left} to translate")


if __name__ == "__main__":
    main()
