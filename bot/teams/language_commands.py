"""The command about the language in which somebody reads."""

from bot.alerts.ports import UnitOfWork
from bot.teams.orders import Said
from bot.usecases.reading import choose_language
from cards.language import Language
from cards.languages import Languages, known, own_name, spoken

#: Words for the language that Teams is set to.
_TEAMS = frozenset({"teams", "default", "auto", "off", "none"})


def language(uow: UnitOfWork, said: Said, languages: Languages) -> str:
    """`language`, `language de`, `language deutsch`, `language teams`. Raises Refused."""
    words = said.command.rest.strip()
    chosen = spoken(words)
    if words.casefold() not in _TEAMS and chosen is None:
        return _asked(words, said.lang)
    choose_language(uow, said.reader, chosen or "")
    lang = languages.known(said.person, uow.people)
    own = own_name(lang)
    if chosen is None:
        return lang.t("What only you see is in the language of your Teams again: {language}.", language=own)
    return lang.t("What only you see is in {language} from now on. “language teams” ends that.", language=own)


def _asked(words: str, lang: Language) -> str:
    offered = ", ".join(f"{name} ({own_name(name)})" for name in known())
    if words:
        return lang.t("I do not speak “{words}”. There are: {languages}.", words=words[:40], languages=offered)
    return lang.t("Which language? Say for example “language de”. There are: {languages}.", languages=offered)
