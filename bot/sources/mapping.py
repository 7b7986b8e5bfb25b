"""Maps: where in somebody's JSON the fields of an alert are, as an operator writes them.

A line, or what stands between semicolons, is `field = path | other path`, of which the first that is there counts. A
path is names parted by dots; a number is a place in a list, `*` each of its items, a string that holds JSON is opened,
`\\.` is a dot in a name, and "quotes" are a text itself. `field.word = ours` translates a word. `#` begins a comment.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from bot.alerts.condition_values import squash
from bot.alerts.condition_vocabulary import KINDS
from bot.sources.json_body import read_json
from bot.sources.outcome import BadPayload
from bot.sources.values import scalar_text

#: What a map can say, beside `label.<name>` and `evidence.<kind>`. `items` is where a batch has its alerts.
FIELDS: Final = (
    *("items", "id", "title", "description", "severity", "status", "signal", "classification", "determination"),
    *("assigned", "created", "first", "last", "category", "type", "service", "detection", "product", "threat", "tags"),
    *("mitre", "recommendation", "url", "documentation", "incident", "incident_url"),
)

#: Fields whose words are translated, and into what.
_WORDED: Final[Mapping[str, tuple[str, ...]]] = {
    "severity": ("informational", "low", "medium", "high"),
    "status": ("new", "inProgress", "resolved"),
    "signal": ("firing", "cleared"),
    "classification": ("notSet", "truePositive", "informationalExpectedActivity", "falsePositive"),
}

_MOST_FOUND: Final = 200
_QUOTED = re.compile(r'"([^"]*)"')
_STEP = re.compile(r"(?<!\\)\.")


@dataclass(frozen=True, slots=True)
class Path:
    """One place to look. `text` is given where the path is a text itself."""

    written: str
    steps: tuple[str, ...] = ()
    text: str | None = None

    def find(self, item: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
        """What is there, null left out; several where the path goes through each item of a list."""
        if self.text is not None:
            return [self.text]
        found = [item]
        for step in self.steps:
            found = [inner for value in found[:_MOST_FOUND] for inner in _step(value, step)]
        return [value for value in found[:_MOST_FOUND] if value is not None]


@dataclass(frozen=True, slots=True)
class Map:
    """`paths` by field; `labels` and `evidence` by name and kind; `words` by field, and what each means."""

    paths: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    labels: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    evidence: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def first(paths: tuple[Path, ...], item: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    """What the first of the paths that leads anywhere leads to."""
    return next((found for path in paths if (found := _there(path.find(item)))), [])


def texts(paths: tuple[Path, ...], item: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    """The same as texts, each once; a list counts as its items, an object as nothing."""
    flat = (inner for value in first(paths, item) for inner in (value if isinstance(value, list) else [value]))
    return list(dict.fromkeys(text for value in flat if (text := (scalar_text(value) or "").strip())))


def read_map(text: str) -> Map:
    """Raises ValueError that says which line is not right, and why."""
    paths: dict[str, tuple[Path, ...]] = {}
    labels: dict[str, tuple[Path, ...]] = {}
    evidence: dict[str, tuple[Path, ...]] = {}
    words: dict[str, dict[str, str]] = {}
    for line in _lines(text):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not (name and equals and value):
            raise ValueError(f"{line!r} is not `field = path`")
        head, dot, tail = name.partition(".")
        if head == "label" and tail:
            labels[tail] = _paths(value)
        elif head == "evidence" and tail:
            evidence[_kind(tail)] = _paths(value)
        elif head in _WORDED and dot:
            words.setdefault(head, {})[tail.strip().lower()] = _ours(head, value)
        elif name in FIELDS:
            paths[name] = _paths(value)
        else:
            raise ValueError(f"{name!r} is no field; there are {', '.join(FIELDS)}, label.<name>, evidence.<kind>")
    missing = [name for name in ("id", "title") if name not in paths]
    if missing:
        raise ValueError(f"it does not say where {' and '.join(missing)} can be found")
    return Map(paths, labels, evidence, words)


def _lines(text: str) -> Iterator[str]:
    for line in map(str.strip, re.split(r"[;\n]", text)):
        if line and not line.startswith("#"):
            yield line


def _paths(value: str) -> tuple[Path, ...]:
    return tuple(_path(part.strip()) for part in value.split("|"))


def _path(written: str) -> Path:
    if quoted := _QUOTED.fullmatch(written):
        return Path(written, text=quoted[1])
    steps = tuple(step.replace("\\.", ".") for step in _STEP.split(written))
    if not all(steps):
        raise ValueError(f"{written!r} is no path: names parted by dots")
    return Path(written, steps)


def _kind(word: str) -> str:
    """A kind of evidence by its name or one of its short names."""
    for kind, others in KINDS.items():
        if squash(word) in (squash(kind), *others):
            return kind
    raise ValueError(f"{word!r} is no kind of evidence such as device, user, ip, url, file, mailbox")


def _ours(name: str, value: str) -> str:
    for word in _WORDED[name]:
        if squash(word) == squash(value):
            return word
    raise ValueError(f"{value!r} is no {name}; there are {', '.join(_WORDED[name])}")


def _step(value: Any, step: str) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        value = _opened(value)
    if isinstance(value, dict):
        if step in value:
            yield value[step]
        elif step == "*":
            yield from value.values()
    elif isinstance(value, list):
        if step == "*":
            yield from value
        elif step.isascii() and step.isdigit() and len(step) < 7 and int(step) < len(value):
            yield value[int(step)]


@lru_cache(maxsize=8)
def _opened(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """What JSON in a string says; None where it is none. Remembered, for every field of an alert looks into it."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return read_json(text.encode())
    except BadPayload:
        return None


def _there(found: list[Any]) -> list[Any]:
    return [value for value in found if value not in ("", [], {})]
