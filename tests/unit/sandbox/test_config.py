"""How a bot is pointed at the sandbox."""

import pytest

from bot.sandbox.config import SandboxConfig, bot_environment


def test_the_environment_points_at_the_sandbox() -> None:
    config = SandboxConfig(source_tokens={"graph": "g", "alertmanager": "a"})
    environment = bot_environment(config, public_url="http://127.0.0.1:4001/")
    assert environment == {
        "MicrosoftAppId": config.app_id,
        "MicrosoftAppPassword": config.app_password,
        "MicrosoftAppType": "SingleTenant",
        "MicrosoftAppTenantId": config.tenant_id,
        "TOCSIN_OPENID_METADATA_URL": "http://127.0.0.1:4001/.well-known/openidconfiguration",
        "TOCSIN_LOGIN_URL": "http://127.0.0.1:4001",
        "TOCSIN_GRAPH_URL": "http://127.0.0.1:4001",
        "TOCSIN_CONNECTOR_HOSTS": "127.0.0.1:4001",
        "TOCSIN_UPLOAD_HOSTS": "127.0.0.1:4001",
        "TOCSIN_PUBLIC_URL": "http://127.0.0.1:3978",
        "TOCSIN_CLOCK_URL": "http://127.0.0.1:4001/_sandbox/clock",
        "TOCSIN_SOURCE_GRAPH_TOKEN": "g",
        "TOCSIN_SOURCE_ALERTMANAGER_TOKEN": "a",
    }


def test_it_needs_an_address() -> None:
    with pytest.raises(ValueError, match="public_url"):
        bot_environment(SandboxConfig())


def test_secrets_are_not_shown() -> None:
    assert "secret-word" not in repr(SandboxConfig(app_password="secret-word", source_tokens={"graph": "secret-word"}))
