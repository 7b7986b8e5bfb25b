"""Commands: what people say to the bot, and what it answers.

A command takes effect and puts its answer into the outbox in one transaction; Teams may repeat the message, and it
counts once.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.alerts.conversation import Conversation, Subject
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.messages import ConversationKind, Message
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.teams import screens
from bot.teams.activity import InboundActivity
from bot.teams.grammar import Command, Span, TooMany, Unknown, parse
from bot.teams.identity import arrive
from bot.teams.orders import Order, Said, read_order
from bot.teams.screens import Frame, Screen
from bot.usecases import conversations, digests, read
from bot.usecases.acting import Act, Done
from bot.usecases.visibility import Reader, require_visible
from cards.buttons import Listing, Press, Verb
from cards.help import render_help, render_subscribed, render_unsubscribed
from cards.language import Language
from cards.refusals import refusal_text
from cards.sentences import sentence

#: An answer to somebody comes before any alert.
ANSWER_FIRST = -1

Reply = str | Screen | None


class Commands:
    """Runs what somebody typed, inside a transaction."""

    def __init__(self, *, lang: Language, queue_days: int, zone: ZoneInfo, link_hosts: frozenset[str]) -> None:
        self._lang = lang
        self._queue_days = queue_days
        self._zone = zone
        self._link_hosts = link_hosts
        self._plain: Mapping[str, Callable[[UnitOfWork, Said], Reply]] = {
            "help": self._help,
            "queue": self._queue,
            "mine": self._mine,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "digest": self._digest,
        }

    def run(self, uow: UnitOfWork, activity: InboundActivity, person: Person, now: datetime) -> None:
        reader = arrive(uow, activity, person, now)
        if activity.id and not uow.presses.first_time(f"message:{activity.conversation_id}:{activity.id}", now):
            return
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
            frame = Frame(lang=self._lang, now=now, nonce=activity.id[-40:], link_hosts=self._link_hosts)
            message = Message(text="", summary=self._lang.t("Tocsin"), card=reply(frame))
        number = uow.replies.add(message, now)
        uow.cards.want(
            reader.conversation.id,
            Subject.REPLY,
            number,
            revision=1,
            priority=ANSWER_FIRST,
            at=now,
            thread=activity.address.thread,
        )

    def _reply(
        self, uow: UnitOfWork, activity: InboundActivity, person: Person, reader: Reader, now: datetime
    ) -> Reply:
        command = parse(activity.said)
        match command:
            case Unknown():
                return self._unknown(command)
            case TooMany():
                return self._lang.t("That names {count} alerts; one command takes at most 50.", count=command.count)
            case Command():
                said = Said(command, activity, person, reader, now)
                try:
                    return self._plain.get(command.verb, self._verb)(uow, said)
                except NotAvailable:
                    return self._lang.t("This is not available here.")

    def _unknown(self, unknown: Unknown) -> str:
        word = unknown.word[:40]
        if unknown.nearest:
            nearest = self._lang.t(" or ").join(f"“{near}”" for near in unknown.nearest)
            return self._lang.t("I do not know “{word}”. Did you mean {nearest}?", word=word, nearest=nearest)
        return self._lang.t("I do not know “{word}”. Say “help” to see what I understand.", word=word)

    # Commands that stand alone.

    def _help(self, _uow: UnitOfWork, _said: Said) -> Reply:
        return lambda f: render_help(f.lang, nonce=f.nonce)

    def _queue(self, uow: UnitOfWork, said: Said, listing: Listing = Listing.QUEUE) -> Reply:
        press = Press(listing=listing)
        return screens.queue(uow, said.reader, press, now=said.at, days=self._queue_days)

    def _mine(self, uow: UnitOfWork, said: Said) -> Reply:
        return self._queue(uow, said, Listing.MINE)

    def _subscribe(self, uow: UnitOfWork, said: Said) -> Reply:
        here = said.reader.conversation
        posted = conversations.subscribe(uow, here.id, said.at)
        if posted is not None:
            return lambda f: render_subscribed(f.lang, channel=_name(here, f.lang), posted=posted, nonce=f.nonce)
        return self._lang.t("This conversation is subscribed already.")

    def _unsubscribe(self, uow: UnitOfWork, said: Said) -> Reply:
        here = said.reader.conversation
        if conversations.unsubscribe(uow, here.id):
            return lambda f: render_unsubscribed(f.lang, channel=_name(here, f.lang))
        return self._lang.t("This conversation is not subscribed.")

    def _digest(self, uow: UnitOfWork, said: Said) -> Reply:
        digests.post_now(uow, said.at, zone=self._zone, conversation=said.reader.conversation)
        return None

    # Verbs, on one alert or several.

    def _verb(self, uow: UnitOfWork, said: Said) -> Reply:
        numbers = self._numbers(uow, said)
        verb = said.command.verb
        if not numbers:
            return self._lang.t("Which alert? Say for example “{verb} 1042”.", verb=verb)
        if verb == "alert":
            return self._copies(uow, said, numbers)
        if verb in _LOOKS:
            return screens.SCREENS[_LOOKS[verb]](uow, numbers[0], said.reader, Press(alert=numbers[0]))
        order = read_order(uow, said, self._lang)
        return order if isinstance(order, str) else self._carry_out(uow, said, numbers, order)

    def _numbers(self, uow: UnitOfWork, said: Said) -> list[int]:
        """The alerts that the command names; without any, the one whose thread it is said in."""
        numbers: list[int] = []
        for span in said.command.spans:
            numbers += [span.first] if span.first == span.last else self._range(uow, said, span)
        thread = said.activity.thread
        if not said.command.spans and thread is not None:
            card = uow.cards.of_activity(said.reader.conversation.id, thread)
            if card is not None and card.subject is Subject.ALERT:
                return [card.subject_id]
        return list(dict.fromkeys(numbers))

    def _range(self, uow: UnitOfWork, said: Said, span: Span) -> list[int]:
        return read.open_in_range(uow, span.first, span.last, said.reader)

    def _copies(self, uow: UnitOfWork, said: Said, numbers: list[int]) -> Reply:
        """Post a living card of each alert, as a copy of its own."""
        for number in numbers:
            require_visible(uow, number, said.reader)
            alert = uow.alerts.get(number)
            uow.cards.want(
                said.reader.conversation.id,
                Subject.ALERT,
                number,
                revision=alert.revision,
                priority=ANSWER_FIRST,
                at=said.at,
                origin=said.activity.id,
                thread=said.activity.address.thread,
            )
        return None

    def _carry_out(self, uow: UnitOfWork, said: Said, numbers: list[int], order: Order) -> str:
        """Do it to each alert; each stands alone, and the answer says which were not changed, and why."""
        lines: list[str] = []
        for number in numbers:
            try:
                done = order(uow, Act(alert=number, by=said.person, reader=said.reader, at=said.at))
            except NotAvailable:
                lines.append(self._lang.t("#{number}: not available here.", number=number))
            except Refused as refused:
                view = read.alert_view(uow, number, said.reader)
                lines.append(f"#{number}: {refusal_text(refused, view, self._lang)}")
            else:
                lines.append(self._done(uow, done))
        return "\n".join(lines)

    def _done(self, uow: UnitOfWork, done: Done) -> str:
        people = uow.people.many([done.alert.assignee] if done.alert.assignee else [])
        said = sentence(done.entry, self._lang, people) if done.entry else ""
        return f"#{done.alert.number}: {said}"


def _name(conversation: Conversation, lang: Language) -> str:
    """What people call a conversation. Teams gives General no name, and chats often none."""
    if conversation.kind is ConversationKind.CHANNEL:
        return conversation.name or "General"
    return conversation.name or lang.t("this chat")


_LOOKS: Mapping[str, Verb] = {"similar": Verb.SIMILAR, "details": Verb.DETAILS, "history": Verb.HISTORY}
