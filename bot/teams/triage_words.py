"""Triage rules as people type them: `"Legitimate travel" when title:"impossible travel" if away and not high risk then
resolve expected confirmed activity, comment legitimate travel, post`."""

import re
from collections.abc import Callable, Mapping

from bot.alerts.alert import TAG_LENGTH
from bot.alerts.condition import ConditionError
from bot.alerts.condition_text import parse
from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.alerts.triage import Asked, Lookup, Step, StepKind
from bot.teams.grammar import parse_tags, parse_verdict
from bot.usecases.triage_rules import Draft

_QUOTED = re.compile(r'"[^"]*"')
_CURLY = str.maketrans("“”„", '"""')
_WHEN = re.compile(r"(?<!\S)when\s", re.IGNORECASE)
_IF = re.compile(r"(?<!\S)if\s", re.IGNORECASE)
_THEN = re.compile(r"(?<!\S)then\s", re.IGNORECASE)
_AND = re.compile(r"\s*(?:,|(?<!\S)and(?!\S))\s*", re.IGNORECASE)

_LOOKUPS: Mapping[str, Lookup] = {
    "away": Lookup.AWAY,
    "outofoffice": Lookup.AWAY,
    "highrisk": Lookup.HIGH_RISK,
    "athighrisk": Lookup.HIGH_RISK,
    "risky": Lookup.HIGH_RISK,
}

_POST = frozenset({"post", "tell", "tell the channel", "post to the channel", "post in the channel"})


def read_rule(uow: UnitOfWork, text: str) -> Draft:
    """Raises Refused: "ruleWords" where its form is not right, "badFilter", or with the step that is not understood."""
    text = text.translate(_CURLY).strip()
    name, rest = _cut(text, _WHEN)
    condition, does = _cut(rest, _THEN)
    asks = _search(condition, _IF)
    asked: tuple[Asked, ...] = ()
    if asks is not None:
        asked = tuple(_asked(word) for word in _AND.split(condition[asks.end() :].strip()) if word)
        condition = condition[: asks.start()]
    if not name.strip('" ') or not condition.strip() or not does.strip():
        raise Refused("ruleWords")
    try:
        wants = parse(condition.strip())
    except ConditionError as error:
        raise Refused("badFilter", error=error, text=condition.strip()) from None
    return Draft(name.strip().strip('"'), wants, asked, _joined([_step(uow, words) for words in _parts(does)]))


def _outside(text: str) -> str:
    """The text with what is quoted blotted out, of the same length."""
    return _QUOTED.sub(lambda quoted: "\0" * len(quoted[0]), text)


def _search(text: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
    return pattern.search(_outside(text))


def _cut(text: str, at: re.Pattern[str]) -> tuple[str, str]:
    match = _search(text, at)
    if match is None:
        raise Refused("ruleWords")
    return text[: match.start()], text[match.end() :]


def _asked(words: str) -> Asked:
    said = words.casefold().strip()
    wanted = not said.startswith("not ")
    lookup = _LOOKUPS.get(re.sub(r"[\s-]", "", said.removeprefix("not ")))
    if lookup is None:
        raise Refused("ruleLookup", words=words)
    return Asked(lookup, wanted)


def _parts(does: str) -> list[str]:
    """Cut at commas, but a comment without quotes has its own."""
    outside, parts, begin = _outside(does), [], 0
    for match in re.finditer(r",", outside):
        parts.append(does[begin : match.start()])
        begin = match.end()
    parts.append(does[begin:])
    joined: list[str] = []
    for part in parts:
        is_comment = bool(joined) and joined[-1].lstrip().casefold().startswith("comment ") and '"' not in joined[-1]
        first = (part.split() or [""])[0].casefold()
        if is_comment and first not in _STEPS and part.strip().casefold() not in _POST:
            joined[-1] += f",{part}"
        else:
            joined.append(part)
    return [part.strip() for part in joined if part.strip()]


def _step(uow: UnitOfWork, words: str) -> Step:
    verb, _, rest = words.partition(" ")
    if words.casefold() in _POST:
        return Step(kind=StepKind.POST)
    read = _STEPS.get(verb.casefold())
    if read is None:
        raise Refused("ruleStep", words=words)
    return read(uow, rest.strip().strip('"').strip(), words)


def _resolve(_uow: UnitOfWork, rest: str, words: str) -> Step:
    verdict = parse_verdict(rest) if rest else None
    if rest and verdict is None:
        raise Refused("ruleStep", words=words)
    classification, determination = verdict or (None, "")
    return Step(kind=StepKind.RESOLVE, classification=classification, determination=determination)


def _classify(_uow: UnitOfWork, rest: str, words: str) -> Step:
    verdict = parse_verdict(rest)
    if verdict is None:
        raise Refused("ruleStep", words=words)
    return Step(kind=StepKind.CLASSIFY, classification=verdict[0], determination=verdict[1])


def _tag(_uow: UnitOfWork, rest: str, words: str) -> Step:
    add, remove = parse_tags(rest)
    if (not add and not remove) or any(len(tag) > TAG_LENGTH for tag in add):
        raise Refused("ruleStep", words=words)
    return Step(kind=StepKind.TAG, add=tuple(add), remove=tuple(remove))


def _assign(uow: UnitOfWork, rest: str, words: str) -> Step:
    found = uow.people.by_name(rest.removeprefix("to ").removeprefix("@")) if rest else []
    if len(found) != 1:
        raise Refused("ruleStep" if not found else "ruleWhom", words=words)
    return Step(kind=StepKind.ASSIGN, to=found[0].object_id)


def _comment(_uow: UnitOfWork, rest: str, words: str) -> Step:
    if not rest:
        raise Refused("ruleStep", words=words)
    return Step(kind=StepKind.COMMENT, text=rest)


_STEPS: Mapping[str, Callable[[UnitOfWork, str, str], Step]] = {
    "resolve": _resolve,
    "classify": _classify,
    "tag": _tag,
    "assign": _assign,
    "comment": _comment,
}


def _joined(steps: list[Step]) -> tuple[Step, ...]:
    """A comment after resolving belongs to it: one entry of the history, taken back in one go."""
    joined: list[Step] = []
    for step in steps:
        before = joined[-1] if joined else None
        if step.kind is StepKind.COMMENT and before is not None and before.kind is StepKind.RESOLVE and not before.text:
            joined[-1] = Step(
                kind=StepKind.RESOLVE,
                classification=before.classification,
                determination=before.determination,
                text=step.text,
            )
        else:
            joined.append(step)
    return tuple(joined)
