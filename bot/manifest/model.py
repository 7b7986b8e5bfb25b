"""The manifest of a Teams app, as far as we use it: schema 1.25, and stricter. Unknown fields are refused."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

#: Where the template has the bot's app id, and no package may.
NOBODY: Final = "00000000-0000-0000-0000-000000000000"

GUID: Final = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_VERSION = re.compile(r"(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]{0,8})){2}")
_HOST = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.IGNORECASE)

#: Below these anybody can have a host, so that a wildcard would take in strangers.
_SHARED_DOMAINS = frozenset(
    {"azurefd.net", "azurewebsites.net", "cloudapp.azure.com", "devtunnels.ms", "ngrok-free.app", "ngrok-free.dev",
     "ngrok.app", "ngrok.io", "onmicrosoft.com", "trafficmanager.net", "trycloudflare.com"}
)  # fmt: skip


def _trimmed(value: str) -> str:
    if not value or value != value.strip():
        raise ValueError("must neither be empty nor begin or end with a blank")
    return value


def _guid(value: str) -> str:
    if not GUID.fullmatch(value) or value == NOBODY:
        raise ValueError(f"must be a GUID, and is {value!r}")
    return value


def _version(value: str) -> str:
    if not _VERSION.fullmatch(value):
        raise ValueError(f"must be three numbers such as 1.4.0, and is {value!r}")
    return value


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        known = parts.scheme == "https" and _HOST.fullmatch(parts.hostname or "") and "@" not in parts.netloc
    except ValueError:
        known = False
    if not known or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError(f"must be an address such as https://example.com/privacy, and is {value!r}")
    return value


def _domain(value: str) -> str:
    host = value.removeprefix("*.")
    if not _HOST.fullmatch(host):
        raise ValueError(f"must be a host such as bot.example.com, without https://, port or path, and is {value!r}")
    if host != value and host.lower() in _SHARED_DOMAINS:
        raise ValueError(f"must be hosts of your own, and {value!r} takes in those of strangers")
    return value


def _once(values: Iterable[str], what: str) -> None:
    twice = [value for value, count in Counter(value.casefold() for value in values).items() if count > 1]
    if twice:
        raise ValueError(f"{what} must be unique, and there is more than one “{'”, “'.join(twice)}”")


Guid = Annotated[str, AfterValidator(_guid)]
Address = Annotated[str, Field(max_length=2048), AfterValidator(_address)]
Domain = Annotated[str, AfterValidator(_domain)]
Trimmed = Annotated[str, AfterValidator(_trimmed)]
PngName = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,60}\.png$")]
Where = Literal["team", "personal", "groupChat"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class _Developer(_Part):
    name: Trimmed = Field(max_length=32)
    website_url: Address
    privacy_url: Address
    terms_of_use_url: Address


class _Name(_Part):
    short: Trimmed = Field(max_length=30)
    full: Trimmed = Field(max_length=100)


class _Description(_Part):
    short: Trimmed = Field(max_length=80)
    full: Trimmed = Field(max_length=4000)

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.short == self.full:
            raise ValueError("the full text must say more than the short one")
        return self


class _Icons(_Part):
    color: PngName
    outline: PngName


class _ChatCommand(_Part):
    """Teams shows no more of it than this, whatever the schema allows."""

    title: Trimmed = Field(max_length=32)
    description: Trimmed = Field(max_length=128)


class _CommandList(_Part):
    scopes: list[Where] = Field(min_length=1)
    commands: list[_ChatCommand] = Field(min_length=1, max_length=12)

    @field_validator("commands")
    @classmethod
    def _titles(cls, commands: list[_ChatCommand]) -> list[_ChatCommand]:
        _once((command.title for command in commands), "titles")
        return commands


class _Bot(_Part):
    bot_id: Guid
    scopes: list[Where] = Field(min_length=1)
    is_notification_only: Literal[False]
    supports_files: bool
    command_lists: list[_CommandList] = Field(max_length=3)

    @model_validator(mode="after")
    def _scopes(self) -> Self:
        _once(self.scopes, "scopes")
        listed = [scope for commands in self.command_lists for scope in commands.scopes]
        _once(listed, "scopes of commandLists")
        if strange := set(listed) - set(self.scopes):
            raise ValueError(f"commandLists has commands for {', '.join(sorted(strange))}, where the bot is not")
        return self


class _Parameter(_Part):
    name: Annotated[str, Field(pattern=r"^[A-Za-z]{1,64}$")]
    title: Trimmed = Field(max_length=32)
    description: Trimmed = Field(max_length=128)
    input_type: Literal["text"]


class _ExtensionCommand(_Part):
    id: Annotated[str, Field(pattern=r"^[A-Za-z]{1,64}$")]
    type: Literal["query", "action"]
    title: Trimmed = Field(max_length=32)
    description: Trimmed = Field(max_length=128)
    context: list[Literal["compose", "commandBox", "message"]] = Field(min_length=1, max_length=3)
    initial_run: bool = False
    fetch_task: bool = False
    parameters: list[_Parameter] = Field(default_factory=list, max_length=5)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.type == "action" and not self.fetch_task:
            raise ValueError(f"{self.id}: an action needs fetchTask, because it has no parameters")
        if self.type == "query" and len(self.parameters) != 1:
            raise ValueError(f"{self.id}: a query has one parameter")
        return self


class _Domains(_Part):
    domains: list[Domain] = Field(min_length=1, max_length=16)


class _LinkHandler(_Part):
    type: Literal["link"]
    value: _Domains


class _ComposeExtension(_Part):
    bot_id: Guid
    commands: list[_ExtensionCommand] = Field(min_length=1, max_length=10)
    message_handlers: list[_LinkHandler] = Field(max_length=5)

    @field_validator("commands")
    @classmethod
    def _ids(cls, commands: list[_ExtensionCommand]) -> list[_ExtensionCommand]:
        _once((command.id for command in commands), "ids")
        _once((command.title for command in commands), "titles")
        return commands


class _WebApplication(_Part):
    id: Guid
    resource: Trimmed = Field(max_length=2048)


class _Permission(_Part):
    name: str = Field(pattern=r"^[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)+\.(Group|Chat|User)$", max_length=128)
    type: Literal["Application", "Delegated"]


class _Permissions(_Part):
    resource_specific: list[_Permission] = Field(max_length=16)

    @field_validator("resource_specific")
    @classmethod
    def _names(cls, permissions: list[_Permission]) -> list[_Permission]:
        _once((f"{permission.name} ({permission.type})" for permission in permissions), "permissions")
        return permissions


class _Authorization(_Part):
    permissions: _Permissions


class _GroupCapability(_Part):
    team: Literal["bot"]
    groupchat: Literal["bot"]


class Manifest(_Part):
    """All of it. A bot in teams must say which channels it supports; without that Teams refuses 1.25."""

    schema_: Literal["https://developer.microsoft.com/en-us/json-schemas/teams/v1.25/MicrosoftTeams.schema.json"] = (
        Field(alias="$schema")
    )
    manifest_version: Literal["1.25"]
    version: Annotated[str, AfterValidator(_version)]
    id: Guid
    developer: _Developer
    name: _Name
    description: _Description
    icons: _Icons
    accent_color: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    bots: list[_Bot] = Field(min_length=1, max_length=1)
    compose_extensions: list[_ComposeExtension] = Field(max_length=1)
    valid_domains: list[Domain] = Field(max_length=16)
    web_application_info: _WebApplication
    authorization: _Authorization
    supports_channel_features: Literal["tier1"]
    default_install_scope: Where
    default_group_capability: _GroupCapability

    @field_validator("valid_domains")
    @classmethod
    def _domains(cls, domains: list[str]) -> list[str]:
        _once(domains, "domains")
        return domains

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        bot = self.bots[0]
        if self.web_application_info.id.lower() != bot.bot_id.lower():
            raise ValueError("webApplicationInfo.id and bots[0].botId must be the same, and are not")
        if any(extension.bot_id.lower() != bot.bot_id.lower() for extension in self.compose_extensions):
            raise ValueError("composeExtensions[0].botId and bots[0].botId must be the same, and are not")
        if self.default_install_scope not in bot.scopes:
            raise ValueError(f"defaultInstallScope is {self.default_install_scope}, where the bot is not")
        return self
