"""What people say about incidents: `incident 12`, `incident 12 resolve fp our own test`, `resolve …` in its thread."""

import re
from collections.abc import Callable, Mapping

from bot.alerts.conversation import Subject
from bot.alerts.people import GROUP
from bot.alerts.ports import UnitOfWork
from bot.teams.activity import InboundActivity
from bot.teams.grammar import Command, parse, split_verdict
from bot.teams.incident_presses import look
from bot.teams.orders import Said, Unclear, whom
from bot.teams.replies import ANSWER_FIRST
from bot.teams.screens import Screen
from bot.usecases import incidents
from bot.usecases.incident_finding import visible_incident
from bot.usecases.incidents import IncidentAct, IncidentDone
from bot.usecases.visibility import Reader
from cards.buttons import Press, Step
from cards.incident_words import incident_sentence
from cards.language import Language

Reply = str | Screen | None

_NUMBER = re.compile(r"#?(\d{1,15})[:,]?(?:\s+|$)")

#: Steps whose words may begin with a number that is no alert's.
_WORDY = ("comment", "note", "rename", "name")

_SYNONYMS = {"take": "assign", "note": "comment", "close": "resolve", "name": "rename"}


def of_thread(uow: UnitOfWork, activity: InboundActivity, reader: Reader) -> int | None:
    """The incident whose card's thread it is said in."""
    card = uow.cards.of_activity(reader.conversation.id, activity.thread) if activity.thread else None
    return card.subject_id if card is not None and card.subject is Subject.INCIDENT else None


def meant(text: str, case: int | None) -> Command | None:
    """What is said in the thread of an incident's card is about it, unless it names alerts."""
    if case is None:
        return None
    word, _, rest = text.strip().partition(" ")
    word = word.casefold().rstrip(":!.")
    if _SYNONYMS.get(word, word) not in _STEPS:
        return None
    command = parse(text, in_thread=True)
    if word not in ("merge", *_WORDY) and isinstance(command, Command) and command.spans:
        return None
    return Command("incident", rest=f"{case} {word} {rest}")


def reply(uow: UnitOfWork, said: Said, lang: Language) -> Reply:
    """Answer `incident …`. Raises NotAvailable and Refused."""
    rest = said.command.rest.strip()
    match = _NUMBER.match(rest)
    if match is None:
        number, words = of_thread(uow, said.activity, said.reader), rest
    else:
        number, words = int(match[1]), rest[match.end() :].strip()
    if number is None:
        return lang.t("Which incident? Say for example “incident 12”, or “incident 12 resolve fp our own test”.")
    return _do(uow, said, number, words, lang)


def _do(uow: UnitOfWork, said: Said, number: int, text: str, lang: Language) -> Reply:
    word, _, words = text.partition(" ")
    word = word.casefold().rstrip(":")
    if not word:
        return _card(uow, said, number)
    act = IncidentAct(incident=number, by=said.person, reader=said.reader, at=said.at)
    step = _STEPS.get(_SYNONYMS.get(word, word))
    if step is None:
        return lang.t(
            "What about incident {number}? Say rename, assign, comment, resolve, merge, history or undo.", number=number
        )
    return step(uow, said, act, words.strip(), lang)


def _card(uow: UnitOfWork, said: Said, number: int) -> Reply:
    """Post a living card of it, as a copy of its own and in a channel with a thread of its own, to talk about it."""
    incident, _ = visible_incident(uow, number, said.reader)
    uow.cards.want(
        said.reader.conversation.id,
        Subject.INCIDENT,
        incident.number,
        priority=ANSWER_FIRST,
        at=said.at,
        origin=said.activity.id,
    )
    return None


def _rename(uow: UnitOfWork, _said: Said, act: IncidentAct, words: str, lang: Language) -> Reply:
    if not words:
        return lang.t("Which name? Say for example “incident 12 rename Credential theft on web-1”.")
    return _told(uow, incidents.rename(uow, act, words), lang)


def _assign(uow: UnitOfWork, said: Said, act: IncidentAct, words: str, lang: Language) -> Reply:
    kind, _, name = words.partition(" ")
    if kind.casefold() == "group":
        if not name.strip():
            return lang.t("Which group? Say for example “incident 12 assign group Tier 2”.")
        return _told(uow, incidents.assign(uow, act, GROUP + " ".join(name.split())), lang)
    to = whom(uow, said.person, words, lang)
    return to.why if isinstance(to, Unclear) else _told(uow, incidents.assign(uow, act, to), lang)


def _comment(uow: UnitOfWork, _said: Said, act: IncidentAct, words: str, lang: Language) -> Reply:
    return _told(uow, incidents.comment(uow, act, words), lang)


def _resolve(uow: UnitOfWork, _said: Said, act: IncidentAct, words: str, lang: Language) -> Reply:
    verdict, note = split_verdict(words)
    classification, determination = verdict or (None, "")
    return _told(uow, incidents.resolve(uow, act, note, classification, determination), lang)


def _merge(uow: UnitOfWork, _said: Said, act: IncidentAct, words: str, lang: Language) -> Reply:
    match = _NUMBER.match(words.removeprefix("with ").removeprefix("incident "))
    if match is None:
        return lang.t("Which one shall become part of it? Say for example “incident 12 merge 13”.")
    note = match.string[match.end() :].strip()
    return _told(uow, incidents.merge(uow, act, int(match[1]), note=note), lang)


def _undo(uow: UnitOfWork, _said: Said, act: IncidentAct, _words: str, lang: Language) -> Reply:
    return _told(uow, incidents.undo(uow, act), lang)


def _history(uow: UnitOfWork, said: Said, act: IncidentAct, _words: str, _lang: Language) -> Reply:
    return look(uow, Press(case=act.incident, task=Step.HISTORY), said.reader)


def _told(uow: UnitOfWork, done: IncidentDone, lang: Language) -> str:
    if done.entry is None:
        return ""
    whom = {change.new for change in done.entry.changes if change.field == "assignee"}
    people = uow.people.many(who for who in whom if isinstance(who, str))
    told = incident_sentence(done.entry, lang, people)
    left = ""
    if done.left:
        left = lang.n(
            ". {count} alert has changed since and stays", ". {count} alerts have changed since and stay", done.left
        )
    return lang.t("Incident {number}: {what}{left}", number=done.incident.number, what=told, left=left)


_STEPS: Mapping[str, Callable[[UnitOfWork, Said, IncidentAct, str, Language], Reply]] = {
    "rename": _rename,
    "assign": _assign,
    "comment": _comment,
    "resolve": _resolve,
    "merge": _merge,
    "history": _history,
    "undo": _undo,
}
