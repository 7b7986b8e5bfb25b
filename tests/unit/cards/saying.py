"""The examples in somebody else's words: the same alerts, incidents and rules, with other texts in them."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from bot.alerts.condition import Field
from bot.alerts.story import Process

#: Fields that hold what others wrote; all other strings are codes, ids and filters.
_FREE = frozenset({
    "title", "name", "worst", "label", "author", "author_name", "by_name", "made_by", "decided_by", "comment", "text",
    "description", "recommended_actions", "category", "product", "threat", "threat_actor", "reason", "why",
    "resolved_by", "hidden_by", "site", "only_by", "advice",
})  # fmt: skip

#: The same, many of them at once.
_MANY = frozenset({
    "tags", "source_tags", "assets", "devices", "groups", "users", "labels", "properties", "judged_by", "people",
    "hosts", "add", "remove",
})  # fmt: skip

#: Processes know their parents, who know them.
_OF_A_PROCESS = ("name", "command", "path", "user")

Change = Callable[[Any], Any]


def as_it_is(value: Any) -> Any:
    return value


def saying(words: str) -> Change:
    """Puts the words wherever somebody may have written something; empty ones leave nothing there."""
    return lambda value: _said(value, words, free=False)


def _said(value: Any, words: str, *, free: bool) -> Any:
    if isinstance(value, Process):
        return replace(value, **dict.fromkeys(_OF_A_PROCESS, words), parent=None, children=[])
    if is_dataclass(value) and not isinstance(value, type | Field):
        return _same_or_new(value, words)
    if isinstance(value, tuple | list):
        return type(value)(_said(one, words, free=free) for one in value)
    # An enumeration's members are strings, too.
    return words if free and type(value) is str else value


def _same_or_new(value: Any, words: str) -> Any:
    changed = {one.name: _field(one.name, getattr(value, one.name), words) for one in fields(value) if one.init}
    return replace(value, **changed)


def _field(name: str, value: Any, words: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _said(one, words, free=name in _MANY) for key, one in value.items()}
    if name in _MANY and not words:
        return type(value)()
    return _said(value, words, free=name in _FREE or name in _MANY)
