"""What people say after `export`: `1042 csv`, `incident 12`, `severity>=medium`, `search mimikatz last:7d`."""

from typing import Final

from bot.alerts.errors import Refused
from bot.alerts.export import About, Form, Wanted
from bot.teams.grammar import MOST, spans_of

_FORMS: Final = {"csv": Form.CSV, "xlsx": Form.XLSX, "excel": Form.XLSX}
_LISTS: Final = {"queue": About.QUEUE, "mine": About.MINE, "search": About.SEARCH, "all": About.SEARCH}


def read_export(text: str, *, alert: int | None, incident: int | None) -> Wanted:
    """`alert` and `incident` are those of the thread that it is said in: what is meant where nothing else is said.

    Raises Refused: "exportWords", "manyPicked".
    """
    text, form = _form(text.strip())
    if not text and alert is not None:
        return Wanted(About.ALERTS, form, numbers=(alert,))
    if not text and incident is not None:
        return Wanted(About.INCIDENT, form, numbers=(incident,))
    word, _, rest = text.partition(" ")
    word = word.casefold()
    if word in _LISTS:
        return Wanted(_LISTS[word], form, filter=rest.strip())
    if word == "incident":
        return Wanted(About.INCIDENT, form, numbers=(_number(rest),))
    spans, left = spans_of(rest if word in {"alert", "alerts"} else text)
    if not spans:
        return Wanted(About.QUEUE, form, filter=text)
    if left:
        raise Refused("exportWords")
    if sum(span.last - span.first + 1 for span in spans) > MOST:
        raise Refused("manyPicked", limit=MOST)
    numbers = dict.fromkeys(number for span in spans for number in range(span.first, span.last + 1))
    return Wanted(About.ALERTS, form, numbers=tuple(numbers))


def _form(text: str) -> tuple[str, Form]:
    """The words without that for the file's form, which stands first or last."""
    words = text.split()
    if words and (form := _FORMS.get(words[-1].casefold())):
        return text[: text.rindex(words[-1])].rstrip().removesuffix(" as"), form
    if words and (form := _FORMS.get(words[0].casefold())):
        return text[len(words[0]) :].lstrip(), form
    return text, Form.XLSX


def _number(text: str) -> int:
    number = text.strip().removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise Refused("exportWords")
    return int(number)
