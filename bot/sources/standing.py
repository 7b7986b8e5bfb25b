"""A silence as Alertmanager tells of it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.alerts.standing_silences import Matcher, Standing
from bot.sources.text import clean_text, short
from bot.sources.values import time_of

#: By whether it is a regular expression, and whether it must hold.
_OPERATORS: Final = {(False, True): "=", (False, False): "!=", (True, True): "=~", (True, False): "!~"}

#: Matchers kept of one, and characters of a name or value, and of a comment.
_MATCHERS, _WORD, _COMMENT = 50, 300, 1_000


def read_standing(item: Mapping[str, Any], link: Callable[[str], str]) -> Standing | None:
    """None where it lacks what makes it one. `link` is where people see it there, by its id."""
    name = item.get("id")
    try:
        begins, ends = time_of(item.get("startsAt")), time_of(item.get("endsAt"))
    except ValueError:
        return None
    if not isinstance(name, str) or not name or begins is None or ends is None:
        return None
    matchers = item.get("matchers")
    return Standing(
        external_id=name,
        matchers=tuple(
            Matcher(
                _text(each.get("name"), _WORD),
                _OPERATORS[each.get("isRegex") is True, each.get("isEqual") is not False],
                _text(each.get("value"), _WORD),
            )
            for each in (matchers if isinstance(matchers, list) else [])[:_MATCHERS]
            if isinstance(each, dict)
        ),
        author=_text(item.get("createdBy"), _WORD),
        comment=_text(item.get("comment"), _COMMENT),
        begins_at=begins,
        ends_at=ends,
        link=link(name),
    )


def _text(value: object, most: int) -> str:
    return short(clean_text(value), most) if isinstance(value, str) else ""
