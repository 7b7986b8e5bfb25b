"""What people make of a message: a new alert, or a comment on one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.alerts.errors import Refused
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.alerts.sharing import TEAMS
from bot.alerts.words import Severity
from bot.usecases.acting import Act, Done
from bot.usecases.comment import comment
from bot.usecases.permission import require
from bot.usecases.report_alert import report_alert
from bot.usecases.visibility import Reader

#: Characters of a title and of what is said about it.
TITLE_LENGTH: Final = 500
TEXT_LENGTH: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in Teams that somebody acts on. `link` leads to it; all may be empty where there is none."""

    id: str = ""
    author: str = ""
    text: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Created:
    """The alert's number; `known` where somebody has made one of the same message before."""

    number: int
    known: bool


def create_alert(
    uow: UnitOfWork, reader: Reader, by: Person, message: Message, *,
    identity: str, title: str, severity: Severity, text: str, now: datetime,
) -> Created:  # fmt: skip
    """A new alert, which goes where such alerts go. `identity` is the message's, so that there is one alert of it.

    Raises Refused("role"), and Refused("noTitle").
    """
    require(uow, reader, "createAlert")
    if not title.strip():
        raise Refused("noTitle")
    known = uow.alerts.find({(TEAMS, identity)})
    report = Report(
        source=TEAMS,
        external_id=identity,
        title=title.strip()[:TITLE_LENGTH],
        severity=severity,
        description=text.strip()[:TEXT_LENGTH],
        created_at=now,
        first_activity=now,
        last_activity=now,
        alert_url=message.link,
        author=by.name,
        labels={"message by": message.author} if message.author else {},
    )
    if known:
        return Created(next(iter(known.values())).number, known=True)
    return Created(report_alert(uow, report, now).number, known=False)


def comment_with(uow: UnitOfWork, act: Act, text: str, message: Message) -> Done:
    """The words, and below them whose message it is and where."""
    source = " ".join(part for part in (f"— {message.author}:" if message.author else "—", message.link) if part)
    return comment(uow, act, f"{text.strip()}\n{source}" if message.link or message.author else text.strip())
