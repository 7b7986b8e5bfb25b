"""Consulting an expert: a question about an alert goes where the experts are, and their answers come back.

The question and each answer are comments of the alert: so the history has them, and undo takes them back. A question
whose comment stands and that has no answer that stands is pending; nothing else is kept about that.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from bot.alerts.alert import COMMENT_LIMIT, Decision
from bot.alerts.conversation import Conversation
from bot.alerts.errors import Refused
from bot.alerts.history import Entry, Kind
from bot.alerts.views import Consultation

#: Characters of a question: it stands whole on a card.
QUESTION_LIMIT: Final = 2_000


def ask(text: str) -> Decision:
    """Ask the experts."""
    text = text.strip()
    if not text:
        raise Refused("emptyQuestion")
    if len(text) > QUESTION_LIMIT:
        raise Refused("longQuestion", limit=QUESTION_LIMIT)
    return Decision(Kind.CONSULTED, comment=text)


def answer(text: str) -> Decision:
    """What an expert has to say."""
    text = text.strip()
    if not text:
        raise Refused("emptyAnswer")
    if len(text) > COMMENT_LIMIT:
        raise Refused("longComment", limit=COMMENT_LIMIT)
    return Decision(Kind.ANSWERED, comment=text)


def shows(entry: Entry) -> bool:
    """Whether an entry changes what the experts' cards say: comments, comments taken back, and the status."""
    return bool(entry.comment or entry.withdraws is not None) or any(
        change.field in {"status", "assignee"} for change in entry.changes
    )


class Consultations(Protocol):
    """Questions to experts."""

    def ask(
        self, alert: int, revision: int, *, asker: str, experts: int, asked_in: int, thread: str | None, at: datetime
    ) -> int:
        """The comment of that revision is a question to the experts of a conversation; its id."""
        ...

    def answer(self, consultation: int, alert: int, revision: int) -> None:
        """The alert's comment of that revision is an answer to it."""
        ...

    def get(self, consultation: int) -> Consultation | None: ...

    def many(self, alerts: Iterable[int]) -> Mapping[int, Sequence[Consultation]]:
        """By alert, oldest first; those without any are left out."""
        ...


class Experts(Protocol):
    """Where questions go: where an administrator said so in a chat, else where the settings say."""

    def place(self) -> Conversation | None:
        """None where nobody said so, or where it is not known."""
        ...

    def named(self) -> str:
        """What the settings say: a channel's id, a person's Entra object id, or nothing."""
        ...

    def name(self, named: str) -> None: ...

    def choose(self, conversation: int | None, at: datetime) -> None:
        """With None, what the settings say holds again."""
        ...
