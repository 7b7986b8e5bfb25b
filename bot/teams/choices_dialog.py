"""`choices`: what somebody chooses for themselves, as a card and as a dialog."""

from bot.alerts.choices import Notice
from bot.alerts.ports import UnitOfWork
from bot.teams.dialogs import Answer, Asked, Handler, closed
from bot.teams.orders import Said
from bot.teams.screens import Screen
from bot.usecases import quiet
from bot.usecases.visibility import Reader
from cards.choices import AS_TEAMS, LANGUAGE, QUIET, SAVE, ZONE, render_choices, render_choices_dialog
from cards.languages import known


def choices(uow: UnitOfWork, said: Said) -> Screen:
    """What holds for whoever asks."""
    chosen, language = quiet.look(uow, said.reader), _language(uow, said.reader)
    return lambda f: render_choices(chosen, language, lang=f.lang, nonce=f.nonce)


def _language(uow: UnitOfWork, reader: Reader) -> str:
    """What they chose; empty for that of their Teams."""
    person = uow.people.many([reader.person]).get(reader.person)
    return person.language if person else ""


def _look(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
    chosen, language = quiet.look(uow, reader), _language(uow, reader)
    return lambda f: render_choices_dialog(
        chosen,
        language,
        asked.press.inputs,
        languages=known(),
        lang=f.lang,
        press=asked.press,
        nonce=f.nonce,
        notice=f.notice,
    )


def _save(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
    language = asked.typed(LANGUAGE)
    quiet.choose_all(
        uow,
        reader,
        hours=asked.typed(QUIET),
        zone=asked.typed(ZONE),
        language=language if language != AS_TEAMS and language in known() else "",
        unheard=frozenset(notice for notice in Notice if asked.typed(notice.value) == "false"),
    )
    return closed(lambda lang: lang.t("Saved. It holds for you, everywhere."))


MY_CHOICES = Handler(
    look=_look, changes={SAVE: _save}, instead=lambda _press, lang: lang.t("Say for example “quiet 22:00-07:00”.")
)
