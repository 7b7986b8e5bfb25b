"""Sign-in as Microsoft does it: the Bot Framework's signing keys, and Entra's token endpoint."""

import uuid
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.sandbox.config import CONNECTOR_SCOPE, SandboxConfig
from bot.sandbox.world import Json

ISSUER = "https://api.botframework.com"
_AUDIENCE = "https://api.botframework.com"
_ENTRA_ERRORS = {
    700016: (400, "unauthorized_client", "Application with identifier '{id}' was not found in the directory."),
    7000215: (401, "invalid_client", "Invalid client secret provided for app '{id}'."),
    7000216: (401, "invalid_client", "'client_assertion' or 'client_secret' is required for this grant type."),
    70003: (400, "unsupported_grant_type", "The app requested an unsupported grant type."),
    70011: (400, "invalid_scope", "The provided value for the input parameter 'scope' is not valid."),
    90002: (400, "invalid_request", "Tenant not found. Check to make sure you have the correct tenant ID."),
    900144: (400, "invalid_request", "The request body must contain a required parameter that is missing."),
}


class KeyRing:
    """The signing keys, and the tokens that they sign."""

    def __init__(self) -> None:
        self._keys: dict[str, rsa.RSAPrivateKey] = {}
        self._published: list[str] = []
        self.rotate()

    @property
    def current(self) -> str:
        """The id of the key that signs now."""
        return self._published[-1]

    def rotate(self, *, drop_old: bool = False) -> str:
        """Sign with a new key from now on; the old ones stay in the published set unless dropped."""
        kid = uuid.uuid4().hex
        self._keys[kid] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._published = [kid] if drop_old else [*self._published, kid]
        return kid

    def sign(self, claims: Mapping[str, Any], *, kid: str | None = None) -> str:
        """An RS256 token with these claims."""
        kid = kid or self.current
        return jwt.encode(dict(claims), self._keys[kid], algorithm="RS256", headers={"kid": kid, "x5t": kid})

    def public_set(self) -> Json:
        """The published keys, as the Bot Framework writes them: each endorsed for the channel `msteams`."""
        keys = []
        for kid in self._published:
            key = jwt.algorithms.RSAAlgorithm.to_jwk(self._keys[kid].public_key(), as_dict=True)
            key.pop("key_ops", None)
            keys.append({**key, "use": "sig", "kid": kid, "x5t": kid, "endorsements": ["msteams"]})
        return {"keys": keys}

    def connector_claims(self, token: str) -> Json | None:
        """The claims of a token that this sandbox issued for the Connector, or None where it is not a valid one."""
        return self.claims(token, _AUDIENCE)

    def claims(self, token: str, audience: str) -> Json | None:
        """The claims of a token that this sandbox issued for somebody, or None where it is not a valid one."""
        try:
            kid = jwt.get_unverified_header(token).get("kid", "")
            if kid not in self._keys:
                return None
            return jwt.decode(token, self._keys[kid].public_key(), algorithms=["RS256"], audience=audience)
        except jwt.PyJWTError:
            return None


def openid_configuration(base_url: str) -> Json:
    """The metadata document; bots find the keys through it."""
    return {
        "issuer": ISSUER,
        "authorization_endpoint": f"{base_url}/authorize-is-not-supported",
        "jwks_uri": f"{base_url}/.well-known/keys",
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    }


def claims_for_bot(config: SandboxConfig, *, service_url: str, span: tuple[datetime, datetime]) -> Json:
    """The claims of a call from Teams to the bot: valid in `span` and for an hour after it.

    The bot checks them by the sandbox's clock, and may not yet have heard that it was moved: hence a span.
    """
    since, until = (int(moment.timestamp()) for moment in span)
    return {"serviceurl": service_url, "nbf": since, "exp": until + 3600, "iss": ISSUER, "aud": config.app_id}


def issue_access_token(
    config: SandboxConfig, keys: KeyRing, *, tenant: str, form: Mapping[str, str], graph: str
) -> tuple[int, Json]:
    """Entra's answer to a client-credentials request: (status, body). These tokens are ours to check: in real time.

    Tokens are for the Connector, or for Graph at the address `graph`.
    """
    audiences = {CONNECTOR_SCOPE: _AUDIENCE, f"{graph}/.default": graph}
    problem = _problem(config, tenant=tenant, form=form, scopes=audiences)
    if problem:
        status, error, description = _ENTRA_ERRORS[problem]
        text = f"AADSTS{problem}: {description.format(id=form.get('client_id', ''))}"
        return status, {
            "error": error,
            "error_description": f"{text} Trace ID: {uuid.uuid4()} Correlation ID: {uuid.uuid4()}",
            "error_codes": [problem],
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ"),
            "trace_id": str(uuid.uuid4()),
            "correlation_id": str(uuid.uuid4()),
        }
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "aud": audiences[form["scope"]],
        "iss": f"https://sts.windows.net/{config.tenant_id}/",
        "iat": now,
        "nbf": now - 300,
        "exp": now + 3599,
        "appid": config.app_id,
        "tid": config.tenant_id,
        "ver": "1.0",
    }
    if form["scope"] != CONNECTOR_SCOPE:
        claims["roles"] = list(config.graph_roles)
    return 200, {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": keys.sign(claims)}


def _problem(config: SandboxConfig, *, tenant: str, form: Mapping[str, str], scopes: Collection[str]) -> int | None:
    missing = {"grant_type", "client_id", "scope"} - set(form)
    checks = [
        (tenant != config.tenant_id, 90002),
        (bool(missing), 900144),
        (form.get("grant_type") != "client_credentials", 70003),
        (form.get("client_id") != config.app_id, 700016),
        (not form.get("client_secret"), 7000216),
        (form.get("client_secret") != config.app_password, 7000215),
        (form.get("scope") not in scopes, 70011),
    ]
    return next((code for wrong, code in checks if wrong), None)
