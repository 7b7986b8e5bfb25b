"""`tag rename lab test-lab`: tags get another name, for alerts that come in from then on."""

from collections.abc import Sequence

from bot.alerts.ports import UnitOfWork
from bot.alerts.tag_names import TagRename, read_names
from bot.teams.orders import Said
from bot.usecases import tags
from cards.language import Language
from cards.safe import brief

#: Renames that are listed, the newest ones.
_LISTED = 30


def renames(said: Said) -> bool:
    """Whether a `tag` command is about names of tags, and about no alert."""
    return not said.command.spans and said.command.rest.split(maxsplit=1)[:1] in (["rename"], ["renames"])


def rename(uow: UnitOfWork, said: Said, lang: Language) -> str:
    """The answer. Without names it lists what was renamed. Raises Refused."""
    words = said.command.rest.split(maxsplit=1)[1:]
    if not words:
        return _listed(tags.renames(uow, said.reader)[-_LISTED:], said, lang)
    names = read_names(words[0])
    if names is None:
        return lang.t("Say for example “tag rename lab test-lab”; a name with blanks stands in quotation marks.")
    made = tags.rename(uow, said.person, said.reader, *names)
    return lang.t(
        "Alerts that come in from now on have “{new}” where it would have been “{old}”. Older ones keep theirs.",
        old=brief(made.old, 60),
        new=brief(made.new, 60),
    )


def _listed(found: Sequence[TagRename], said: Said, lang: Language) -> str:
    if not found:
        return lang.t("No tag was renamed. Say for example “tag rename lab test-lab”.")
    return "\n".join(
        lang.t(
            "“{old}” → “{new}”, since {at}, by {who}",
            old=brief(one.old, 60),
            new=brief(one.new, 60),
            at=lang.moment(one.at, now=said.at),
            who=brief(one.by, 60),
        )
        for one in found
    )
