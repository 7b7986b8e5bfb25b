"""Alert service settings in Teams: the command `services`, and the dialog."""

from bot.alerts.errors import Refused
from bot.alerts.grants import read_service
from bot.alerts.ports import UnitOfWork
from bot.alerts.service_level import Level
from bot.teams.dialogs import Answer, Asked, Handler, Post, closed
from bot.teams.orders import Said
from bot.teams.screens import Screen
from bot.usecases.services import ServiceSettings, choose, service_settings
from bot.usecases.visibility import Reader
from cards.language import Language
from cards.services import SAVE, render_service_dialog, render_services

#: What people call the levels.
_WORDS = {"high": Level.RELEVANT, "relevant": Level.RELEVANT, "medium": Level.MORE, "more": Level.MORE}
_WORDS |= {"all": Level.ALL, "everything": Level.ALL, "none": Level.NONE, "off": Level.NONE, "nothing": Level.NONE}


def services(uow: UnitOfWork, said: Said, lang: Language) -> Screen | str:
    """`services` lists them, `services entra all` changes one. Raises Refused("role")."""
    words = said.command.rest.split()
    if not words:
        return _card(service_settings(uow, said.reader))
    *name, how = words
    level = _WORDS.get(how.casefold())
    if level is None or not name:
        return lang.t("Say for example “services entra all”; it may also be “high”, “medium” or “none”.")
    try:
        service = read_service(" ".join(name))
    except ValueError:
        return lang.t("There is no service source “{name}”. “services” lists them.", name=" ".join(name)[:40])
    return _card(choose(uow, said.reader, {service: level}))


def service_dialog(post: Post) -> Handler:
    """`post` tells everybody in the conversation what comes in from now on."""

    def look(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        now = service_settings(uow, reader)
        if not now.may_choose:
            raise Refused("role", verb="services", needs="administrator", role="")
        typed = {name: Level(value) for name, value in asked.press.inputs.items() if value in set(Level)}
        levels = {name: typed.get(name, level) for name, level in now.levels.items()}
        return lambda f: render_service_dialog(levels, lang=f.lang, press=asked.press, nonce=f.nonce, notice=f.notice)

    def save(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        known = service_settings(uow, reader).levels
        wanted = {}
        for name, value in asked.press.inputs.items():
            if name not in known or value not in set(Level):
                raise Refused("badPress", field=name, why="unknown")
            wanted[name] = Level(value)
        post(uow, reader, asked.activity, _card(choose(uow, reader, wanted)), asked.at)
        return closed()

    return Handler(
        look=look, changes={SAVE: save}, instead=lambda _press, lang: lang.t("Say for example “services entra all”.")
    )


def _card(now: ServiceSettings) -> Screen:
    return lambda f: render_services(now.levels, may_choose=now.may_choose, lang=f.lang, nonce=f.nonce)
