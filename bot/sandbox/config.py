"""What a sandbox is told when it starts, and how a bot is pointed at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CONNECTOR_SCOPE = "https://api.botframework.com/.default"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """All settings of one sandbox.

    `public_url` is where bot and browser reach the sandbox (`http://127.0.0.1:3979`); None derives it from the
    request, which suffices wherever the sandbox is called before it calls the bot. `feed_every` is in seconds; None
    leaves the feed off. `latency` is how long the Connector holds each call, so that concurrent updates overlap.
    `graph_roles` are the application permissions that its tokens for Graph name.
    `more_channels` adds channels to the team: `channel-1` and so on.
    """

    app_id: str = "7d1c5b0e-0f4a-4f0b-9a41-5d1f0c0b51e7"
    app_password: str = field(default="sandbox-app-password", repr=False)
    tenant_id: str = "c0a7d0c5-3f57-4c0e-8a0b-6f2f6f0e4e11"
    bot_url: str = "http://127.0.0.1:3978"
    source_tokens: Mapping[str, str] = field(
        default_factory=lambda: {
            source: f"sandbox-{source}-token" for source in ("graph", "alertmanager", "grafana", "sentinel", "generic")
        },
        repr=False,
    )
    public_url: str | None = None
    bot_name: str = "Tocsin"
    enforce_limits: bool = True
    feed_every: float | None = None
    feed_seed: int = 1
    invoke_timeout: float = 5.0
    message_timeout: float = 15.0
    latency: float = 0.002
    more_channels: int = 0
    graph_roles: tuple[str, ...] = (
        "SecurityAlert.ReadWrite.All",
        "SecurityIncident.ReadWrite.All",
        "SecurityData.Manage.All",
        "GroupMember.Read.All",
        "RoleManagement.Read.Directory",
        "MailboxSettings.Read",
        "IdentityRiskyUser.Read.All",
    )


def bot_environment(config: SandboxConfig, *, public_url: str | None = None) -> dict[str, str]:
    """The environment variables that point a real bot at this sandbox."""
    base = (public_url or config.public_url or "").rstrip("/")
    if not base:
        raise ValueError("bot_environment needs the address of the sandbox: public_url")
    environment = {
        "MicrosoftAppId": config.app_id,
        "MicrosoftAppPassword": config.app_password,
        "MicrosoftAppType": "SingleTenant",
        "MicrosoftAppTenantId": config.tenant_id,
        "TOCSIN_OPENID_METADATA_URL": f"{base}/.well-known/openidconfiguration",
        "TOCSIN_LOGIN_URL": base,
        "TOCSIN_GRAPH_URL": base,
        "TOCSIN_CONNECTOR_HOSTS": base.split("://", 1)[1],
        "TOCSIN_UPLOAD_HOSTS": base.split("://", 1)[1],
        "TOCSIN_PUBLIC_URL": config.bot_url,
        "TOCSIN_CLOCK_URL": f"{base}/_sandbox/clock",
    }
    for source, token in config.source_tokens.items():
        environment[f"TOCSIN_SOURCE_{source.upper()}_TOKEN"] = token
    return environment
