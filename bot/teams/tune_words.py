"""What people type to tune: clauses that begin with a word of their own, and between them a condition.

`hide only-this-type host:web-1 name "Nightly scan" until 2026-12-31`. A word of a clause counts only outside of quotes
and brackets; what is in no clause is the condition. Errors name the place in the text.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from bot.alerts.condition import Condition, ConditionError, Field, Op
from bot.alerts.condition_checks import make_test
from bot.alerts.condition_text import parse
from bot.alerts.condition_values import fold
from bot.alerts.errors import Refused, say
from bot.alerts.tuning import Action
from bot.alerts.words import Classification
from bot.teams.grammar import parse_verdict

EXAMPLE: Final = 'tune 1042 hide only-this-type any-ioc on host:web-1 name "Nightly scan"'


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a rule is to apply; nothing named is everywhere."""

    devices: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TuneWords:
    """What was said of a rule; None where nothing was."""

    action: Action | None = None
    verdict: tuple[Classification, str] | None = None
    only_type: bool | None = None
    any_indicator: bool | None = None
    #: All of the alert's evidence as indicators, or the piece that set it off.
    fill_all: bool = False
    fill_trigger: bool = False
    reach: Reach | None = None
    services: tuple[str, ...] | None = None
    name: str | None = None
    description: str | None = None
    comment: str | None = None
    until: str | None = None
    with_open: bool = False
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class _Token:
    """A word with its quotes and brackets, and where it stands."""

    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return fold(self.text)


@dataclass(slots=True)
class _Reading:
    """Reads the tokens one after the other; what belongs to a clause is blanked out of `rest`."""

    text: str
    tokens: list[_Token]
    at: int = 0
    rest: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rest = list(self.text)

    def take(self) -> _Token | None:
        """The next token as part of a clause."""
        if self.at >= len(self.tokens):
            return None
        token = self.tokens[self.at]
        self.at += 1
        self.rest[token.start : token.end] = " " * (token.end - token.start)
        return token

    def ahead(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def value(self, clause: _Token, example: str) -> str:
        token = self.ahead()
        if token is None or token.word in _CLAUSES:
            raise bad(self.text, clause, say("a value is missing after “{word}”", word=clause.text), example)
        self.take()
        return _unquoted(token.text)


def read_tune(text: str) -> TuneWords:
    """Raises Refused("badTune") and, for the condition, Refused("badFilter"), with the place in the text."""
    reading, said = _Reading(text, _tokens(text)), TuneWords()
    while (token := reading.ahead()) is not None:
        clause = _CLAUSES.get(token.word)
        if clause is None:
            reading.at += 1
            continue
        reading.take()
        said = clause(reading, token, said)
    rest = "".join(reading.rest)
    if rest.strip():
        try:
            said = replace(said, condition=parse(rest, limit=10_000))
        except ConditionError as error:
            raise Refused("badFilter", error=error, text=text) from None
    return said


def bad(text: str, token: _Token, why: str, example: str = EXAMPLE) -> Refused:
    return Refused("badTune", text=text, where=token.text, why=why, example=example)


def _tokens(text: str) -> list[_Token]:
    """Words at the outermost level: quotes and brackets hold together what is in them."""
    found: list[_Token] = []
    start, depth, quote = -1, 0, ""
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter in quote else quote
        elif letter in '"“„':
            quote = '"' if letter == '"' else '“”„"'
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth = max(0, depth - 1)
        elif letter.isspace() and not depth:
            if start >= 0:
                found.append(_Token(text[start:place], start, place))
            start = -1
            continue
        if start < 0:
            start = place
    if start >= 0:
        found.append(_Token(text[start:], start, len(text)))
    return found


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) >= 2 and text[0] in '"“„' and text[-1] in '"“”':
        return text[1:-1].replace('""', '"')
    return text


_Clause = Callable[[_Reading, _Token, TuneWords], TuneWords]


def _flag(**changes: object) -> _Clause:
    return lambda _reading, _token, said: replace(said, **changes)  # type: ignore[arg-type]


def _resolve(reading: _Reading, token: _Token, said: TuneWords) -> TuneWords:
    """`resolve as expected security test`: as many words as make a verdict."""
    if (ahead := reading.ahead()) is not None and ahead.word == "as":
        reading.take()
    words: list[str] = []
    best, length = None, 0
    for other in reading.tokens[reading.at : reading.at + 6]:
        if other.word in _CLAUSES or other.text[0] in '"“„(':
            break
        words.append(other.text)
        verdict = parse_verdict(" ".join(words))
        if verdict is not None:
            best, length = verdict, len(words)
    if best is None or best[0] is Classification.NOT_SET:
        why = say("say what the alerts are: tp, fp or expected, and what kind")
        raise bad(reading.text, token, why, "resolve as expected security test")
    for _ in range(length):
        reading.take()
    return replace(said, action=Action.RESOLVE, verdict=best)


_REACHES: Final[Mapping[str, str]] = {
    "device": "devices",
    "host": "devices",
    "machine": "devices",
    "group": "groups",
    "devicegroup": "groups",
    "user": "users",
}
_REACH = re.compile(r"([A-Za-z-]+):(.+)", re.DOTALL)
_EVERYWHERE: Final = frozenset({"everything", "everywhere", "organisation", "organization", "all"})


def _on(reading: _Reading, token: _Token, said: TuneWords) -> TuneWords:
    """`on everything`, `on host:web-1,web-2 group:"Web servers" user:ana`."""
    example = 'on host:web-1,web-2 group:"Web servers"'
    ahead = reading.ahead()
    if ahead is not None and ahead.word in _EVERYWHERE:
        reading.take()
        return replace(said, reach=Reach())
    named: dict[str, tuple[str, ...]] = {}
    while (ahead := reading.ahead()) is not None:
        match = _REACH.fullmatch(ahead.text)
        kind = _REACHES.get(fold(match[1]).replace("-", "").removesuffix("s")) if match else None
        if match is None or kind is None or kind in named:
            break
        reading.take()
        named[kind] = tuple(one for part in _listed(match[2]) if (one := _unquoted(part)))
    if not any(named.values()):
        raise bad(reading.text, token, say("say where: everything, or devices, groups and users"), example)
    return replace(said, reach=Reach(**named))


def _listed(text: str) -> list[str]:
    """At commas outside of quotes."""
    return re.findall(r'(?:"(?:[^"]|"")*"|[^,"])+', text)


def _services(reading: _Reading, token: _Token, said: TuneWords) -> TuneWords:
    value = reading.value(token, "services endpoint,identity")
    if fold(value) in {"any", "all"}:
        return replace(said, services=())
    found: list[str] = []
    for name in _listed(value):
        source = name.strip()
        if source.startswith("source:"):
            found.append(source)
            continue
        found += make_test(Field("service"), Op.IS, source).values
    return replace(said, services=tuple(dict.fromkeys(found)))


def _text(name: str, example: str) -> _Clause:
    def read(reading: _Reading, token: _Token, said: TuneWords) -> TuneWords:
        return replace(said, **{name: reading.value(token, example)})  # type: ignore[arg-type]

    return read


_CLAUSES: Final[dict[str, _Clause]] = {
    "hide": _flag(action=Action.HIDE),
    "resolve": _resolve,
    "only-this-type": _flag(only_type=True),
    "this-type": _flag(only_type=True),
    "any-type": _flag(only_type=False),
    "any-ioc": _flag(any_indicator=True),
    "any-indicator": _flag(any_indicator=True),
    "all-iocs": _flag(fill_all=True),
    "all-indicators": _flag(fill_all=True),
    "trigger": _flag(fill_trigger=True),
    "on": _on,
    "services": _services,
    "name": _text("name", 'name "Nightly scan"'),
    "description": _text("description", 'description "Why this is known"'),
    "comment": _text("comment", 'comment "Known scanner"'),
    "until": _text("until", "until 2026-12-31, or until 30d"),
    "also-open": _flag(with_open=True),
}
