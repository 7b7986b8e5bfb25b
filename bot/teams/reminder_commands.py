"""Commands about reminders: `remind 1042 fri 14:00 ask Bo`, `reminders`, `reminders cancel 3`."""

import re
from dataclasses import replace

from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.ports import UnitOfWork
from bot.teams.orders import Said
from bot.teams.screens import Screen
from bot.usecases import reminders as usecase
from bot.usecases.reminders import Wish
from cards.refusals import refusal_text
from cards.reminder import render_reminders, when_told

Reply = str | Screen | None

_CANCEL = re.compile(r"(?:cancel|delete|remove|drop|stop)\s+#?([0-9]{1,15})", re.IGNORECASE)


def remind(uow: UnitOfWork, said: Said, numbers: list[int]) -> Reply:
    """Of each alert that is named, by the speaker's own zone. The answer says what was understood."""
    lang = replace(said.lang, zone=usecase.zone_of(uow, said.person.object_id, said.lang.zone))
    lines = []
    for number in numbers:
        wish = Wish(number, said.command.rest, lang.zone, said.activity.address.thread)
        try:
            made = usecase.remind(uow, wish, said.reader).reminder
        except NotAvailable:
            told = lang.t("not available here.")
        except Refused as refused:
            if refused.reason != "role":
                return refusal_text(refused, None, lang, now=said.at)
            raise
        else:
            told = when_told(made, lang, said.at, here=made.conversation == said.reader.conversation.id)
        lines.append(f"#{number}: {told}")
    return "\n".join(lines)


def reminders(uow: UnitOfWork, said: Said) -> Reply:
    words, lang = said.command.rest.strip(), said.lang
    if match := _CANCEL.fullmatch(words):
        gone = usecase.cancel(uow, int(match[1]), said.reader)
        return lang.t("Reminder {number}, of #{alert}, is cancelled.", number=gone.id, alert=gone.alert)
    if words and words.casefold() != "list":
        return lang.t("“reminders” lists yours; “reminders cancel 3” cancels one.")
    views = usecase.listed(uow, said.reader)
    zone = usecase.zone_of(uow, said.person.object_id, lang.zone)
    return lambda f: render_reminders(views, lang=replace(f.lang, zone=zone), now=f.now, nonce=f.nonce)
