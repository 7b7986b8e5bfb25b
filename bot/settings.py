"""Settings: read once from the environment, frozen, secrets hidden."""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from bot.alerts.conversation import Limit, Limits
from bot.alerts.escalation import PLANS, read_plan
from bot.alerts.grants import read_grant, read_service
from bot.alerts.roles import AccessRules, Grant
from bot.alerts.rota_text import check_rota
from bot.alerts.site import SITE_FROM, read_site_from
from bot.alerts.targets import Targets, read_targets
from bot.alerts.words import Severity

_SOURCE_TOKEN = re.compile(r"TOCSIN_SOURCE_([A-Z0-9_]+)_TOKEN")

_SOURCE_MAP = re.compile(r"TOCSIN_SOURCE_([A-Z0-9_]+)_MAP")

#: A channel's or chat's id, or a person's Entra object id.
_PLACE = re.compile(r"19:\S+@\S+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_ROTA = re.compile(r"TOCSIN_ROTA_([A-Z0-9_]+)")

_ESCALATION = re.compile(r"TOCSIN_ESCALATION_([A-Z0-9_]+)")

_ACCESS = re.compile(r"TOCSIN_ACCESS_([A-Z0-9_]+)")

_TARGETS = re.compile(r"TOCSIN_TARGETS_([A-Z0-9_]+)")

_PACE = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})")


class SettingsError(Exception):
    """The environment does not make sense; the text names each setting and what is wrong with it."""


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"{value!r} is not an IANA time zone such as Europe/Berlin")
    return value


def _origin(value: str) -> str:
    if not value.startswith(("https://", "http://")):
        raise ValueError("must begin with https:// (or http:// for a test set-up on this machine)")
    return value.rstrip("/")


def _place(value: str) -> str:
    value = value.strip()
    if value and not _PLACE.fullmatch(value):
        raise ValueError("must be a channel's id such as 19:abc@thread.tacv2, or a person's Entra object id")
    return value.lower() if "@" not in value else value


def _wall_time(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("is a time of day such as 08:00; its zone is TOCSIN_ZONE")
    return value


def _paces(value: str) -> str:
    if not all(_PACE.fullmatch(pace) for pace in value.split()):
        raise ValueError("must be like “7/1 60/30”: so many calls in so many seconds")
    return value


Paces = Annotated[str, AfterValidator(_paces)]
Required = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Origin = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_origin)]


class Settings(BaseModel):
    """All settings. The alias of each is the environment variable that it comes from."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_default=True)

    app_id: Required = Field(alias="MicrosoftAppId")
    app_password: SecretStr = Field(default=SecretStr(""), alias="MicrosoftAppPassword")
    app_type: Literal["SingleTenant", "UserAssignedMSI"] = Field(default="SingleTenant", alias="MicrosoftAppType")
    tenant_id: Required = Field(alias="MicrosoftAppTenantId")
    certificate_path: str = Field(default="", alias="TOCSIN_CERTIFICATE_PATH")

    database_url: str = Field(default="sqlite:///var/tocsin.db", alias="TOCSIN_DATABASE_URL")
    host: str = Field(default="127.0.0.1", alias="TOCSIN_HOST")
    port: int = Field(default=3978, ge=0, le=65535, alias="TOCSIN_PORT")

    openid_metadata_url: Origin = Field(
        default="https://login.botframework.com/v1/.well-known/openidconfiguration",
        alias="TOCSIN_OPENID_METADATA_URL",
    )
    login_url: Origin = Field(default="https://login.microsoftonline.com", alias="TOCSIN_LOGIN_URL")
    #: Hosts beside Microsoft's own that may receive our token, `host` or `host:port`, separated by commas.
    connector_hosts: str = Field(default="", alias="TOCSIN_CONNECTOR_HOSTS")
    #: Hosts beside Microsoft's portals that a card may link to, separated by commas.
    link_hosts: str = Field(default="", alias="TOCSIN_LINK_HOSTS")
    #: Hosts of webhooks that may be in a private network, or without TLS: `host` or `host:port`, separated by commas.
    webhook_hosts: str = Field(default="", alias="TOCSIN_WEBHOOK_HOSTS")
    #: How long an event waits for a receiver that takes nothing, before it is given up.
    webhook_hours: float = Field(default=24, gt=0, le=720, alias="TOCSIN_WEBHOOK_HOURS")
    #: Where the time comes from in a test set-up; empty for the machine's own clock.
    clock_url: str = Field(default="", alias="TOCSIN_CLOCK_URL")

    #: Teams' limits on calls, `count/seconds` separated by blanks, for each conversation and for the tenant.
    conversation_limits: Paces = Field(default="7/1 8/2 60/30 1800/3600", alias="TOCSIN_CONVERSATION_LIMITS")
    tenant_limits: Paces = Field(default="50/1", alias="TOCSIN_TENANT_LIMITS")

    #: How often a token may be used, `count/seconds` separated by blanks.
    api_limits: Paces = Field(default="20/1 300/60", alias="TOCSIN_API_LIMITS")

    #: How long what a process has under way stays its own when it is not heard of, in seconds.
    lease: float = Field(default=12, ge=0.5, le=60, alias="TOCSIN_LEASE_SECONDS")

    #: Of what several people see: `en`, or one for which there is a catalogue. What only one person sees is in theirs.
    language: str = Field(default="en", alias="TOCSIN_LANGUAGE")
    zone: Annotated[str, AfterValidator(_zone)] = Field(default="UTC", alias="TOCSIN_ZONE")
    digest_at: Annotated[time, AfterValidator(_wall_time)] = Field(default=time(8, 0), alias="TOCSIN_DIGEST_AT")
    #: Whether digests and trends count by person.
    digest_people: bool = Field(default=True, alias="TOCSIN_DIGEST_PEOPLE")
    queue_days: int = Field(default=30, ge=1, le=3650, alias="TOCSIN_QUEUE_DAYS")
    #: How long after something was done it can be undone, in hours.
    undo_hours: float = Field(default=24, gt=0, le=8784, alias="TOCSIN_UNDO_HOURS")

    #: Who has which permission role: Entra object ids, `group:<object id>`, `role:<directory role>`, by commas.
    administrators: str = Field(default="", alias="TOCSIN_ADMINISTRATORS")
    responders: str = Field(default="", alias="TOCSIN_RESPONDERS")
    readers: str = Field(default="", alias="TOCSIN_READERS")
    #: By the word of a service source: whoever may see its alerts.
    service_access: Mapping[str, str] = Field(default_factory=dict)
    graph_url: Origin = Field(default="https://graph.microsoft.com", alias="TOCSIN_GRAPH_URL")

    #: Whether alerts that belong together gather into incidents as they come in.
    grouping: bool = Field(default=True, alias="TOCSIN_GROUPING")

    #: Whether Defender's alerts are asked for (`read`), and told what people do here, too (`readwrite`).
    graph_alerts: Literal["off", "read", "readwrite"] = Field(default="off", alias="TOCSIN_GRAPH_ALERTS")
    #: The `clientState` of a subscription to change notifications, where there is one.
    graph_client_state: SecretStr = Field(default=SecretStr(""), alias="TOCSIN_GRAPH_CLIENT_STATE")
    graph_every: float = Field(default=60, ge=0.2, le=3600, alias="TOCSIN_GRAPH_SECONDS")

    #: How many per cent of all alerts a tuning rule may catch without a second person's approval.
    tuning_share: float = Field(default=10, ge=0, le=100, alias="TOCSIN_TUNING_SHARE")

    #: Where questions to experts go, as long as nobody says “experts here” in a chat.
    experts: Annotated[str, AfterValidator(_place)] = Field(default="", alias="TOCSIN_EXPERTS")

    #: What says to which site an alert belongs, the first that is there of `label:NAME` and the words of site.py.
    site_from: str = Field(default=",".join(SITE_FROM), alias="TOCSIN_SITE_FROM")

    #: What an alert's id follows in Defender for Identity's portal, for the links of an export.
    identity_portal: str = Field(default="", alias="TOCSIN_IDENTITY_PORTAL")

    #: Where people reach us from outside, for the links of an export: `https://tocsin.example.com`.
    public_url: str = Field(default="", alias="TOCSIN_PUBLIC_URL")
    #: Hosts beside OneDrive's that take the files of exports, `host` or `host:port`, by commas.
    upload_hosts: str = Field(default="", alias="TOCSIN_UPLOAD_HOSTS")

    #: Where silences are made: Alertmanager's address as people open it, and how we sign in there, if at all.
    alertmanager_url: str = Field(default="", alias="TOCSIN_ALERTMANAGER_URL")
    alertmanager_token: SecretStr = Field(default=SecretStr(""), alias="TOCSIN_ALERTMANAGER_TOKEN")
    alertmanager_user: str = Field(default="", alias="TOCSIN_ALERTMANAGER_USER")
    alertmanager_password: SecretStr = Field(default=SecretStr(""), alias="TOCSIN_ALERTMANAGER_PASSWORD")
    #: How often it is looked for silences that ended there, in seconds.
    alertmanager_every: float = Field(default=60, ge=0.2, le=3600, alias="TOCSIN_ALERTMANAGER_SECONDS")

    #: Whether a handover is posted at the change of a shift.
    handovers: bool = Field(default=True, alias="TOCSIN_HANDOVERS")
    #: Whether what is done to an alert is told in the thread of its card.
    threads: bool = Field(default=True, alias="TOCSIN_THREADS")
    #: By when alerts of a severity are to be answered and resolved, and in which hours, where one says so.
    target_words: Mapping[str, str] = Field(default_factory=dict)
    working_hours: str = Field(default="mon-fri 08:00-18:00", alias="TOCSIN_WORKING_HOURS")
    #: By name: who takes turns when, or the addresses of calendars, which may hold a secret.
    rotas: Mapping[str, SecretStr] = Field(default_factory=dict)
    #: By severity, as the settings have it: when whom is paged about what nobody takes.
    escalation_words: Mapping[str, str] = Field(default_factory=dict)
    #: Hosts of calendars that may be in a private network, or without TLS: `host` or `host:port`, by commas.
    calendar_hosts: str = Field(default="", alias="TOCSIN_CALENDAR_HOSTS")
    #: How often calendars are read, in seconds.
    calendar_every: float = Field(default=300, ge=0.2, le=86_400, alias="TOCSIN_CALENDAR_SECONDS")

    #: By source: its bearer tokens, more than one while a token is being replaced.
    source_tokens: Mapping[str, tuple[SecretStr, ...]] = Field(default_factory=dict)
    #: By source: where the fields of an alert are in its JSON.
    source_maps: Mapping[str, str] = Field(default_factory=dict)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Raises SettingsError. An empty variable counts as absent."""
        values: dict[str, Any] = {name: value for name, value in environment.items() if value.strip()}
        tokens = {
            match[1].lower(): tuple(SecretStr(token) for token in value.split())
            for name, value in values.items()
            if (match := _SOURCE_TOKEN.fullmatch(name))
        }
        targets = {match[1].lower(): value for name, value in values.items() if (match := _TARGETS.fullmatch(name))}
        access = {match[1].lower(): value for name, value in values.items() if (match := _ACCESS.fullmatch(name))}
        escalation = {
            match[1].lower(): value for name, value in environment.items() if (match := _ESCALATION.fullmatch(name))
        }
        try:
            maps, rotas = source_maps(values), _rotas(values)
            return cls.model_validate(
                {
                    **values,
                    "source_tokens": tokens,
                    "source_maps": maps,
                    "service_access": access,
                    "target_words": targets,
                    "rotas": rotas,
                    "escalation_words": escalation,
                }
            )
        except ValidationError as error:
            raise SettingsError(_in_words(error)) from None

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        has_secret = self.app_password.get_secret_value().strip() or self.certificate_path
        if self.app_type == "SingleTenant" and not has_secret:
            raise ValueError("MicrosoftAppPassword (or TOCSIN_CERTIFICATE_PATH) is required")
        return self

    @field_validator("alertmanager_url", "public_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        return _origin(value.strip()) if value.strip() else ""

    @model_validator(mode="after")
    def _roles_make_sense(self) -> Self:
        rules = self.access
        if (rules.responders or rules.readers) and not rules.administrators:
            raise ValueError("TOCSIN_ADMINISTRATORS is required where TOCSIN_RESPONDERS or TOCSIN_READERS is set")
        return self

    @property
    def access(self) -> AccessRules:
        return AccessRules(
            administrators=_grant("TOCSIN_ADMINISTRATORS", self.administrators),
            responders=_grant("TOCSIN_RESPONDERS", self.responders),
            readers=_grant("TOCSIN_READERS", self.readers),
            services=dict(_limited(word, who) for word, who in self.service_access.items()),
        )

    @model_validator(mode="after")
    def _rotas_make_sense(self) -> Self:
        for name, text in self.rotas.items():
            try:
                check_rota(name, text.get_secret_value(), self.zone)
            except ValueError as wrong:
                raise ValueError(f"TOCSIN_ROTA_{name.upper()}: {wrong}") from None
        return self

    @model_validator(mode="after")
    def _escalation_makes_sense(self) -> Self:
        for name, text in self.escalation_words.items():
            if name not in set(Severity):
                raise ValueError(f"TOCSIN_ESCALATION_{name.upper()}: there are {', '.join(Severity)}")
            try:
                read_plan(text)
            except ValueError as wrong:
                raise ValueError(f"TOCSIN_ESCALATION_{name.upper()}: {wrong}") from None
        return self

    @property
    def escalation(self) -> Mapping[str, str]:
        return {severity.value: text for severity, text in PLANS.items()} | dict(self.escalation_words)

    @model_validator(mode="after")
    def _sites_are_known(self) -> Self:
        try:
            read_site_from(self.site_from)
        except ValueError as wrong:
            raise ValueError(f"TOCSIN_SITE_FROM: {wrong}") from None
        return self

    @model_validator(mode="after")
    def _targets_make_sense(self) -> Self:
        _ = self.targets
        return self

    @property
    def targets(self) -> Targets:
        return read_targets(self.target_words, self.working_hours, self.zone_info)

    @property
    def sites(self) -> tuple[str, ...]:
        return read_site_from(self.site_from)

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def undo_within(self) -> timedelta:
        return timedelta(hours=self.undo_hours)

    @property
    def limits(self) -> Limits:
        return Limits(_limits(self.conversation_limits), _limits(self.tenant_limits))

    @property
    def extra_connector_hosts(self) -> tuple[str, ...]:
        return _listed(self.connector_hosts)

    @property
    def api_pace(self) -> tuple[Limit, ...]:
        return _limits(self.api_limits)

    @property
    def named_upload_hosts(self) -> tuple[str, ...]:
        return _listed(self.upload_hosts)

    @property
    def named_webhook_hosts(self) -> tuple[str, ...]:
        return _listed(self.webhook_hosts)

    @property
    def extra_link_hosts(self) -> frozenset[str]:
        own = urlsplit(self.alertmanager_url).netloc.lower()
        return frozenset((*_listed(self.link_hosts), *filter(None, [own])))


def source_maps(environment: Mapping[str, str]) -> dict[str, str]:
    """By source, the text of its map: the variable's, or that of the file which it names. Raises SettingsError."""
    maps = {}
    for name, value in environment.items():
        if match := _SOURCE_MAP.fullmatch(name):
            try:
                maps[match[1].lower()] = value if "=" in value else Path(value.strip()).read_text(encoding="utf-8")
            except (OSError, ValueError) as wrong:
                raise SettingsError(f"{name}: is neither a map nor a file with one: {wrong}") from None
    return maps


def _rotas(environment: Mapping[str, str]) -> dict[str, SecretStr]:
    """By name, a rota's text: the variable's, or that of the file which it names. Raises SettingsError."""
    rotas = {}
    for name, value in environment.items():
        if match := _ROTA.fullmatch(name):
            text, is_file = value.strip(), not any(sign in value for sign in ":,@\n")
            try:
                rotas[match[1].lower()] = SecretStr(Path(text).read_text(encoding="utf-8") if is_file else text)
            except (OSError, ValueError) as wrong:
                raise SettingsError(f"{name}: is neither a rota nor a file with one: {wrong}") from None
    return rotas


def _grant(name: str, value: str) -> Grant:
    try:
        return read_grant(value)
    except ValueError as wrong:
        raise ValueError(f"{name}: {wrong}") from None


def _limited(word: str, who: str) -> tuple[str, Grant]:
    try:
        return read_service(word), read_grant(who)
    except ValueError as wrong:
        raise ValueError(f"TOCSIN_ACCESS_{word.upper()}: {wrong}") from None


def _limits(value: str) -> tuple[Limit, ...]:
    pairs = (pace.split("/") for pace in value.split())
    return tuple(Limit(int(count), timedelta(seconds=int(seconds))) for count, seconds in pairs)


def _listed(value: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in value.split(",") if item.strip())


def _in_words(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        name = str(problem["loc"][0]) if problem["loc"] else "settings"
        why = "is required" if problem["type"] in ("missing", "string_too_short") else problem["msg"]
        lines.append(f"{name}: {why}")
    return "\n".join(lines)
