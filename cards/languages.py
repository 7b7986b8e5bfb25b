"""The languages that there are: English, which the texts are written in, and one catalogue for each other one.

A file `locale/de.po` is German. Whose eyes a text is for decides its language and its times (`Languages`).
"""

import gettext
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.alerts.conversation import Conversation
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import People
from cards.language import ENGLISH, Language

_SUFFIX: Final = ".po"

#: Characters of a locale or a zone that somebody's client tells us.
_LONGEST: Final = 40

#: One in winter and one in summer.
_DAYS: Final = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


def catalogue_files() -> Mapping[str, Traversable]:
    """The catalogues by language."""
    found = (file for file in (files("cards") / "locale").iterdir() if file.name.endswith(_SUFFIX))
    return {file.name.removesuffix(_SUFFIX): file for file in found}


@cache
def known() -> tuple[str, ...]:
    """The languages that there are, such as `de` and `en`."""
    return tuple(sorted({"en", *catalogue_files()}))


@cache
def language(name: str) -> Language:
    """One of the `known` languages; its times are UTC."""
    if name == "en":
        return ENGLISH
    compiled = BytesIO()
    with catalogue_files()[name].open("rb") as file:
        write_mo(compiled, read_po(file, locale=name, abort_invalid=True))
    compiled.seek(0)
    return Language(gettext.GNUTranslations(compiled), locale=Locale.parse(name))


def best(locale: str) -> str | None:
    """The language of a locale such as `de-AT`: that very one, else the one without the region."""
    wanted = locale[:_LONGEST].replace("-", "_")
    by_name = {name.casefold(): name for name in known()}
    return by_name.get(wanted.casefold()) or by_name.get(wanted.partition("_")[0].casefold())


def own_name(of: str | Language) -> str:
    """What a language calls itself: `Deutsch`."""
    lang = language(of) if isinstance(of, str) else of
    return str(lang.locale.languages[lang.locale.language])


def spoken(words: str) -> str | None:
    """The language that somebody names by its code, in itself or in English: `de`, `Deutsch`, `german`."""
    wanted = words.strip().casefold()
    named = {str(of.locale.languages[name.partition("_")[0]]).casefold(): name for of in (ENGLISH,) for name in known()}
    named |= {own_name(name).casefold(): name for name in known()}
    return named.get(wanted) or (best(wanted) if wanted else None)


class Languages:
    """Which language, and whose times: the deployment's for what several people see, else the reader's own."""

    def __init__(self, name: str, zone: ZoneInfo) -> None:
        """Raises KeyError for a language that is not `known`."""
        self.shared = _in_zone(name, zone)
        self._name = name

    def of(self, person: Person | None) -> Language:
        """For what only this person sees, by what their client has just told. What is not told is as for all."""
        if person is None:
            return _in_zone(self._name, self.shared.zone)
        self.read_in([person.own_zone])
        name = best(person.language) or best(person.locale) or self._name
        return _in_zone(name, _zone(person.own_zone[:_LONGEST]) or self.shared.zone)

    def read_in(self, zones: Iterable[str]) -> None:
        """People are there: where their clocks show something else, what all see names its zone from now on."""
        if not self.shared.names_zone and any(_differs(zone[:_LONGEST], self.shared.zone) for zone in zones):
            self.shared = replace(self.shared, names_zone=True)

    def known(self, person: Person, people: People) -> Language:
        """The same by what they chose. Clients leave out in some activities where they are: then what they told before
        holds."""
        before = people.many([person.object_id]).get(person.object_id, person)
        said = replace(person, locale=person.locale or before.locale, zone=person.zone or before.zone)
        return self.of(replace(said, language=before.language, chosen_zone=before.chosen_zone))

    def there(self, conversation: Conversation, people: People) -> Language:
        """For what is posted: the one person's of a 1:1 chat, else everybody's."""
        if conversation.kind is not ConversationKind.PERSONAL or conversation.person is None:
            return self.shared
        return self.of(people.many([conversation.person]).get(conversation.person))


@lru_cache(maxsize=256)
def _in_zone(name: str, zone: ZoneInfo) -> Language:
    lang = language(name)
    return Language(lang.catalogue, zone, lang.locale)


@lru_cache(maxsize=1024)
def _differs(name: str, zone: ZoneInfo) -> bool:
    """Whether its clocks show something else, in winter or in summer."""
    other = _zone(name)
    return other is not None and any(
        at.astimezone(other).utcoffset() != at.astimezone(zone).utcoffset() for at in _DAYS
    )


def _zone(name: str) -> ZoneInfo | None:
    """None where a client names no zone, or one that we do not know."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
