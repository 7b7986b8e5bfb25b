"""What a typed verb shall do to each alert that it names: words read once, then carried out alert by alert."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.errors import Refused
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.silence import read_span
from bot.teams.activity import InboundActivity
from bot.teams.grammar import Command, parse_tags, parse_verdict
from bot.usecases import assign, automatic, comment, consulting, escalations, link, resolve, silences
from bot.usecases.acting import Act, Done
from bot.usecases.visibility import Reader
from cards.language import Language

#: The marks around a mention; the name within is what people say.
_MENTION = re.compile(r"</?at\b[^>]*>")

#: Does it to one alert.
Order = Callable[[UnitOfWork, Act], Done]


@dataclass(frozen=True, slots=True)
class Said:
    """A command with who said it, where and when."""

    command: Command
    activity: InboundActivity
    person: Person
    reader: Reader
    at: datetime
    #: Of whoever reads the answer. What is typed about times is in its zone.
    lang: Language


def read_order(uow: UnitOfWork, said: Said, lang: Language) -> Order | str:
    """What the command asks for, or a question back where its words are not clear: nothing is guessed."""
    return _ORDERS[said.command.verb](uow, said, lang)


def _assign(uow: UnitOfWork, said: Said, lang: Language) -> Order | str:
    to = whom(uow, said.person, said.command.rest, lang)
    return to.why if isinstance(to, Unclear) else lambda uow, act: assign.assign(uow, act, to)


@dataclass(frozen=True, slots=True)
class Unclear:
    """Words that could not be understood, and the question back."""

    why: str


def whom(uow: UnitOfWork, me: Person, words: str, lang: Language) -> str | Unclear | None:
    """To whom something shall be assigned, by Entra object id, None for nobody: `me`, `nobody`, or a name."""
    words = _MENTION.sub("", words).strip().removeprefix("to ").strip().removeprefix("@")
    if words.casefold() in ("", "me"):
        return me.object_id
    if words.casefold() in ("nobody", "none", "no one"):
        return None
    person = person_named(uow, words, lang)
    return Unclear(person) if isinstance(person, str) else person.object_id


def person_named(uow: UnitOfWork, words: str, lang: Language) -> Person | str:
    """Whom somebody means by a name or a mention, or a question back."""
    words = _MENTION.sub("", words).strip().removeprefix("@")
    found = uow.people.by_name(words)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(person.name for person in found[:5])
        return lang.t("“{words}” could be {names}. Say the full name.", words=words[:60], names=names)
    return lang.t("I do not know anybody called “{words}”.", words=words[:60])


def _start(_uow: UnitOfWork, _said: Said, _lang: Language) -> Order | str:
    return assign.start


def _comment(_uow: UnitOfWork, said: Said, _lang: Language) -> Order | str:
    return lambda uow, act: comment.comment(uow, act, said.command.rest)


def _classify(_uow: UnitOfWork, said: Said, lang: Language) -> Order | str:
    verdict = parse_verdict(said.command.rest)
    if verdict is None:
        return _verdict_help(said, lang)
    return lambda uow, act: resolve.classify(uow, act, *verdict)


def _resolve(_uow: UnitOfWork, said: Said, lang: Language) -> Order | str:
    if not said.command.rest:
        return resolve.resolve
    verdict = parse_verdict(said.command.rest)
    if verdict is None:
        return _verdict_help(said, lang)
    return lambda uow, act: resolve.resolve(uow, act, *verdict)


def _reopen(_uow: UnitOfWork, _said: Said, _lang: Language) -> Order | str:
    return resolve.reopen


def _tag(_uow: UnitOfWork, said: Said, lang: Language) -> Order | str:
    add, remove = parse_tags(said.command.rest)
    if not add and not remove:
        return lang.t("Which tags? Say for example “tag 1042 +vip -lab”.")
    return lambda uow, act: comment.tag(uow, act, add, remove)


def _link(_uow: UnitOfWork, said: Said, lang: Language) -> Order | str:
    words = said.command.rest.removeprefix("to ").removeprefix("incident ").strip()
    first, _, why = words.partition(" ")
    number = first.removeprefix("#").rstrip(":,")
    if number.isascii() and number.isdigit() and len(number) < 16:
        return lambda uow, act: link.link(uow, act, int(number), comment=why)
    if words.casefold() in ("none", "nothing"):
        return lambda uow, act: link.link(uow, act, None)
    if words.casefold().split()[:1] == ["new"]:
        return lambda uow, act: link.link_to_new(uow, act, words[3:])
    return lang.t("Which incident? Say “link 1042 to incident 12”, or “link 1042 new”.")


def _unhide(_uow: UnitOfWork, _said: Said, _lang: Language) -> Order | str:
    return automatic.unhide


def _silence(_uow: UnitOfWork, said: Said, lang: Language) -> Order | str:
    """`silence 1042 4h deploying`"""
    word, _, why = said.command.rest.strip().removeprefix("for ").partition(" ")
    try:
        span = read_span(word)
    except Refused:
        return lang.t("For how long? Say “silence 1042 4h”, and after that why, if you like.")
    return lambda uow, act: silences.silence(uow, act, span, why, None)


def _lift(_uow: UnitOfWork, _said: Said, _lang: Language) -> Order | str:
    return silences.lift


def _consult(_uow: UnitOfWork, said: Said, _lang: Language) -> Order | str:
    """`consult 1042 is this lateral movement?`"""
    thread = said.activity.address.thread
    return lambda uow, act: consulting.ask(uow, act, said.command.rest, thread)


def _verdict_help(said: Said, lang: Language) -> str:
    if not said.command.rest:
        return lang.t("As what? Say for example “{verb} 1042 fp not malicious”.", verb=said.command.verb)
    return lang.t(
        "I do not know the classification “{words}”. Say “tp”, “fp” or “expected”, and if you like what kind:"
        " “{verb} 1042 fp not malicious”, “{verb} 1042 expected security test”.",
        words=said.command.rest[:60],
        verb=said.command.verb,
    )


def _escalate(_uow: UnitOfWork, _said: Said, _lang: Language) -> Order | str:
    return escalations.escalate


_ORDERS: Mapping[str, Callable[[UnitOfWork, Said, Language], Order | str]] = {
    "assign": _assign,
    "start": _start,
    "escalate": _escalate,
    "comment": _comment,
    "classify": _classify,
    "resolve": _resolve,
    "reopen": _reopen,
    "tag": _tag,
    "link": _link,
    "unhide": _unhide,
    "silence": _silence,
    "lift": _lift,
    "consult": _consult,
}
