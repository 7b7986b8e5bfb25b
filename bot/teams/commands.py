"""Commands: what people say to the bot, and what it answers.

A command takes effect and puts its answer into the outbox in one transaction; Teams may repeat the message, and it
counts once.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.conversation import Subject
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.messages import ConversationKind, Message
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Status
from bot.teams import (
    choices_dialog,
    consult_commands,
    deck_presses,
    entity_presses,
    export_presses,
    finding_commands,
    incident_orders,
    language_commands,
    oncall_commands,
    rule_commands,
    screens,
    silence_presses,
    tag_commands,
    trend_commands,
)
from bot.teams.activity import InboundActivity
from bot.teams.bulk import carry_out, take_back
from bot.teams.digest_commands import DigestCommands
from bot.teams.export_presses import ExportSettings
from bot.teams.grammar import Command, Span, TooMany, Unknown, parse, turned
from bot.teams.handover_commands import handover
from bot.teams.identity import arrive
from bot.teams.orders import Said, read_order
from bot.teams.reminder_commands import remind, reminders
from bot.teams.replies import post_reply
from bot.teams.route_commands import RouteCommands
from bot.teams.rule_commands import Asked
from bot.teams.rule_presses import RuleSettings
from bot.teams.screens import Frame, Screen
from bot.teams.service_settings import services
from bot.teams.triage_commands import triage
from bot.usecases import read
from bot.usecases.visibility import Reader
from cards.buttons import Listing, Press, Verb
from cards.help import render_help
from cards.language import Language
from cards.languages import Languages
from cards.refusals import refusal_text

Reply = str | Screen | None


class Commands:
    """Runs what somebody typed, inside a transaction."""

    def __init__(
        self,
        *,
        languages: Languages,
        queue_days: int,
        zone: ZoneInfo,
        link_hosts: frozenset[str],
        rules: RuleSettings,
        undo_within: timedelta,
        digests: DigestCommands,
        exports: ExportSettings,
        names: finding_commands.Names,
    ) -> None:
        self._languages = languages
        self._digests = digests
        self._queue_days = queue_days
        self._link_hosts = link_hosts
        self._undo_within = undo_within
        self._names = names
        self._plain: Mapping[str, Callable[[UnitOfWork, Said], Reply]] = {
            "help": self._help,
            "queue": self._queue,
            "mine": self._mine,
            "search": self._search,
            "digest": digests.reply,
            "trends": trend_commands.reply,
            "undo": self._undo,
            "tag": self._tag,
            "incident": self._incident,
            "entity": self._entity,
            "answer": lambda uow, said: consult_commands.answer(uow, said, languages),
            "experts": consult_commands.experts,
            "silences": silence_presses.silences,
            "export": lambda uow, said: export_presses.command(uow, said, exports),
            "language": lambda uow, said: language_commands.language(uow, said, languages),
            "services": lambda uow, said: services(uow, said, said.lang),
            **RouteCommands(zone=zone).plain,
            "oncall": lambda uow, said: oncall_commands.oncall(uow, said, zone),
            "choices": choices_dialog.choices,
            "quiet": lambda uow, said: oncall_commands.quiet(uow, said, zone),
            "triage": triage,
            "allowlist": lambda uow, said: rule_commands.allow_list(Asked(uow, said, rules)),
            "reminders": reminders,
            "handover": handover,
            "rules": lambda uow, said: rule_commands.rules(Asked(uow, said, rules)),
        }

        self._of_one: Mapping[str, Callable[[UnitOfWork, Said, list[int]], Reply]] = {
            "alert": finding_commands.copies,
            "where": lambda uow, said, numbers: screens.where(uow, numbers[0], said.reader, alone=False),
            "remind": remind,
            "tune": lambda uow, said, numbers: rule_commands.tune(
                Asked(uow, said, rules), numbers[0], said.command.rest
            ),
        }

    def looks(self, activity: InboundActivity) -> bool:
        """Whether the command only looks at lists, which may take longer than the writer should be kept."""
        command = parse(activity.said)
        if isinstance(command, Command) and command.verb == "digest":
            return self._digests.looks(command.rest)
        return isinstance(command, Command) and command.verb in _LISTS

    def drafts(self, activity: InboundActivity) -> bool:
        """Whether the command may have drafted a rule, with which somebody has to look back."""
        command = parse(activity.said)
        return isinstance(command, Command) and command.verb in {"tune", "rules"}

    def look(self, uow: UnitOfWork, activity: InboundActivity, person: Person, now: datetime) -> Reply:
        """The answer to such a command; None in a conversation that we do not know yet."""
        here = uow.conversations.find(activity.conversation_id)
        return None if here is None else self._reply(uow, activity, person, Reader(person.object_id, here, now), now)

    def run(
        self, uow: UnitOfWork, activity: InboundActivity, person: Person, now: datetime, *, reply: Reply = None
    ) -> None:
        """Carry the command out and answer it; `reply` is the answer where it is known already."""
        reader = arrive(uow, activity, person, now)
        if not first_told(uow, activity, now):
            return
        if reply is None:
            reply = self._reply(uow, activity, person, reader, now)
        if reply is not None:
            self.post(uow, reader, activity, reply, now)

    def post(
        self, uow: UnitOfWork, reader: Reader, activity: InboundActivity, reply: str | Screen, now: datetime
    ) -> None:
        """Put an answer into the outbox, into the thread in which somebody spoke."""
        if isinstance(reply, str):
            message = Message(text=reply, summary=reply)
        else:
            lang = self._languages.there(reader.conversation, uow.people)
            frame = Frame(lang=lang, now=now, nonce=activity.id[-40:], link_hosts=self._link_hosts)
            message = Message(text="", summary=lang.t("Tocsin"), card=reply(frame))
        post_reply(uow, reader, activity, message, now)

    def _reply(
        self, uow: UnitOfWork, activity: InboundActivity, person: Person, reader: Reader, now: datetime
    ) -> Reply:
        case = incident_orders.of_thread(uow, activity, reader)
        asked = consult_commands.question_of_thread(uow, activity, reader)
        in_thread = case is not None or asked is not None or bool(self._of_thread(uow, activity, reader))
        command = incident_orders.meant(activity.said, case) or parse(activity.said, in_thread=in_thread)
        lang = self._languages.there(reader.conversation, uow.people)
        match command:
            case Unknown():
                return _unknown(command, lang) if asked is None else consult_commands.how_to_answer(command, lang)
            case TooMany():
                return lang.t("That names {count} alerts; one command takes at most 50.", count=command.count)
            case Command():
                said = Said(command, activity, person, reader, now, lang)
                try:
                    return self._plain.get(command.verb, self._verb)(uow, said)
                except NotAvailable:
                    return lang.t("This is not available here.")
                except Refused as refused:
                    return refusal_text(refused, None, lang, now=now)

    # Commands that stand alone.

    def _help(self, _uow: UnitOfWork, _said: Said) -> Reply:
        return lambda f: render_help(f.lang, nonce=f.nonce)

    def _queue(self, uow: UnitOfWork, said: Said, listing: Listing = Listing.QUEUE) -> Reply:
        press = Press(listing=listing, filter=said.command.rest or None)
        return screens.queue(uow, said.reader, press, days=self._queue_days)

    def _mine(self, uow: UnitOfWork, said: Said) -> Reply:
        if said.reader.conversation.kind is ConversationKind.PERSONAL and not said.command.rest:
            return deck_presses.deck(uow, said.reader)
        return self._queue(uow, said, Listing.MINE)

    def _search(self, uow: UnitOfWork, said: Said) -> Reply:
        if not said.command.rest:
            return said.lang.t("Search for what? Say for example “search mimikatz” or “search host:web-1 last:7d”.")
        return self._queue(uow, finding_commands.searched(uow, said, self._names), Listing.SEARCH)

    def _incident(self, uow: UnitOfWork, said: Said) -> Reply:
        return incident_orders.reply(uow, said, said.lang)

    def _entity(self, uow: UnitOfWork, said: Said) -> Reply:
        threads = self._of_thread(uow, said.activity, said.reader)
        return entity_presses.asked(uow, said.command.rest, said.reader, threads[0] if threads else None, said.lang)

    # Verbs, on one alert or several.

    def _verb(self, uow: UnitOfWork, said: Said) -> Reply:
        said = self._incident_meant(uow, said)
        verb = said.command.verb
        named = finding_commands.named(uow, said, self._names)
        if isinstance(named, str):
            return named
        numbers = self._numbers(uow, said) if named is None else named
        if not numbers:
            return self._none_of_these(said) if said.command.spans else _which(said)
        if verb in self._of_one:
            return self._of_one[verb](uow, said, numbers)
        if verb in _LOOKS:
            return screens.SCREENS[_LOOKS[verb]](uow, numbers[0], said.reader, Press(alert=numbers[0]))
        order = read_order(uow, said, said.lang)
        return order if isinstance(order, str) else carry_out(uow, said, numbers, order, said.lang)

    def _tag(self, uow: UnitOfWork, said: Said) -> Reply:
        return tag_commands.rename(uow, said, said.lang) if tag_commands.renames(said) else self._verb(uow, said)

    def _undo(self, uow: UnitOfWork, said: Said) -> Reply:
        numbers = self._numbers(uow, said) if said.command.spans else []
        if said.command.spans and not numbers:
            return self._none_of_these(said)
        threads = self._of_thread(uow, said.activity, said.reader)
        return take_back(uow, said, numbers, threads, said.lang, within=self._undo_within)

    def _numbers(self, uow: UnitOfWork, said: Said) -> list[int]:
        """The alerts that the command names; without any, the one whose thread it is said in."""
        if not said.command.spans:
            return self._of_thread(uow, said.activity, said.reader)
        numbers: list[int] = []
        for span in said.command.spans:
            numbers += [span.first] if span.first == span.last else self._range(uow, said, span)
        return list(dict.fromkeys(numbers))

    def _of_thread(self, uow: UnitOfWork, activity: InboundActivity, reader: Reader) -> list[int]:
        card = uow.cards.of_activity(reader.conversation.id, activity.thread) if activity.thread else None
        return [card.subject_id] if card is not None and card.subject is Subject.ALERT else []

    def _incident_meant(self, uow: UnitOfWork, said: Said) -> Said:
        """`link 28` in the thread of an alert: the number is the incident's."""
        command = said.command
        if command.verb != "link" or command.rest or len(command.spans) != 1:
            return said
        if not self._of_thread(uow, said.activity, said.reader):
            return said
        return replace(said, command=Command("link", rest=str(command.spans[0].first)))

    def _range(self, uow: UnitOfWork, said: Said, span: Span) -> list[int]:
        status = _RANGES_OF.get(said.command.verb, read.OPEN)
        return read.in_range(uow, span.first, span.last, said.reader, status)

    def _none_of_these(self, said: Said) -> str:
        if said.command.verb in _RANGES_OF:
            return said.lang.t("None of these alerts is here for that.")
        return said.lang.t("None of these alerts is open here.")


def _which(said: Said) -> str:
    """The command names no alert, or names it last."""
    if (meant := turned(said.command)) is not None:
        return said.lang.t("Which alert? Did you mean {meant}?", meant=said.lang.quoted(meant))
    verb = " ".join(filter(None, (said.command.verb, "1042", _FOR_EXAMPLE.get(said.command.verb))))
    return said.lang.t("Which alert? Say for example “{verb}”.", verb=verb)


#: What a command says of an alert, where the number alone is not enough.
_FOR_EXAMPLE: Mapping[str, str] = {
    "assign": "me",
    "classify": "fp not malicious",
    "comment": "looks real",
    "consult": "is this lateral movement?",
    "link": "12",
    "remind": "2h",
    "silence": "4h",
    "tag": "+vip",
}


def _unknown(unknown: Unknown, lang: Language) -> str:
    word = unknown.word[:40]
    if unknown.nearest:
        nearest = lang.t(" or ").join(lang.quoted(near) for near in unknown.nearest)
        return lang.t("I do not know “{word}”. Did you mean {nearest}?", word=word, nearest=nearest)
    return lang.t("I do not know “{word}”. Say “help” to see what I understand.", word=word)


def first_told(uow: UnitOfWork, activity: InboundActivity, now: datetime) -> bool:
    """Whether this message has not been seen before: Teams sends one again where an answer came late."""
    if not activity.id:
        return True
    return uow.presses.first_time(f"message:{activity.conversation_id}:{activity.id}", now)


_LISTS = frozenset({"queue", "mine", "search", "trends"})
_LOOKS: Mapping[str, Verb] = {
    str(verb): verb for verb in (Verb.SIMILAR, Verb.RECOMMENDATIONS, Verb.DETAILS, Verb.HISTORY, Verb.STORY)
}

#: What a range means for verbs that are not about what is open.
_RANGES_OF: Mapping[str, frozenset[Status]] = {
    "reopen": frozenset({Status.RESOLVED}),
    "undo": frozenset(Status),
}
