"""Who: people as Entra knows them, and actors as the history names them."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the tenant, by Entra object id. `teams_id` is `29:…`, `zone` an IANA name or empty.

    `locale` is what their Teams is set to, `language` what they chose to read instead, or empty.
    """

    object_id: str
    name: str
    teams_id: str = ""
    user_principal_name: str = ""
    locale: str = ""
    zone: str = ""
    is_guest: bool = False
    language: str = ""
    #: Where what their client tells is not right.
    chosen_zone: str = ""

    @property
    def own_zone(self) -> str:
        return self.chosen_zone or self.zone


#: What Defender's own investigation is called in the history.
AUTOMATED_INVESTIGATION = "Automated investigation"


#: An assignee that is a group of people, not one of them: this and the group's name.
GROUP = "group:"

#: Characters of a group's name.
GROUP_LENGTH = 60


def name_of_group(assignee: str) -> str:
    """The group's name; empty where a person is meant."""
    return assignee.removeprefix(GROUP) if assignee.startswith(GROUP) else ""


class ActorKind(StrEnum):
    PERSON = "person"
    SOURCE = "source"
    RULE = "rule"
    SCHEDULE = "schedule"
    OPERATOR = "operator"
    #: A program, by the name of its token.
    API = "api"


class Way(StrEnum):
    """By which way something was done."""

    CHAT = "chat"
    SOURCE = "source"
    RULE = "rule"
    SCHEDULE = "schedule"
    COMMAND_LINE = "commandLine"
    API = "api"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `id` is an Entra object id for people, the name of the source or rule otherwise."""

    kind: ActorKind
    id: str
    name: str

    @classmethod
    def person(cls, person: Person) -> "Actor":
        return cls(ActorKind.PERSON, person.object_id, person.name or person.object_id)

    @classmethod
    def source(cls, name: str, author: str = "") -> "Actor":
        """The source itself, or a person there whom we only know by display name."""
        return cls(ActorKind.SOURCE, name, author or name)

    @classmethod
    def rule(cls, key: str, name: str) -> "Actor":
        """A rule, by a key such as `tuning:3` that no other rule has."""
        return cls(ActorKind.RULE, key, name)
