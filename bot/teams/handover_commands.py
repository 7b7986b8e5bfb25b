"""Commands about the handover: `handover`, `handover since fri 18:00`, `handover take bo`, `handover note …`."""

import re

from bot.alerts.ports import UnitOfWork
from bot.teams.bulk import answer
from bot.teams.orders import Said, person_named
from bot.teams.screens import Screen
from bot.usecases import handover as usecase
from bot.usecases import handover_notes
from cards.handover import render_handover

Reply = str | Screen | None

_NOTE = re.compile(r"note\b[:\s]*(.*)", re.IGNORECASE | re.DOTALL)
_TAKE = re.compile(r"(?:i\s+)?take(?:\s+over)?(?:\s+from)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)


def handover(uow: UnitOfWork, said: Said) -> Reply:
    words, lang = said.command.rest.strip(), said.lang
    if match := _NOTE.fullmatch(words):
        notes = handover_notes.write(uow, said.reader, said.person, match[1])
        return lang.n(
            "Kept for the next shift: it stands at the top of the handover until somebody has read it.",
            "Kept for the next shift in {count} channels: it stands at the top of the handover until somebody has read"
            " it.",
            len(notes),
        )
    if match := _TAKE.fullmatch(words):
        if not (match[1] or "").strip():
            return lang.t("From whom? Say for example “handover take bo”.")
        person = person_named(uow, match[1], lang)
        if isinstance(person, str):
            return person
        return answer(usecase.take_over(uow, said.reader, said.person, person.object_id), said, lang)
    view = usecase.handover(uow, said.reader, words, lang.zone)
    return lambda f: render_handover(view, lang=f.lang, now=f.now, nonce=f.nonce)
