"""The bot's identity: the token, the tenant, the clock that tokens live by, and the keys that Teams signs with."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

import jwt

from bot.alerts.errors import DeliveryDelayed
from bot.doctor.finding import Finding, failed, ok, warning
from bot.doctor.ground import Ground
from bot.doctor.web import Unreached, page
from bot.teams.signing_keys import SigningKeys

SIGN_IN: Final = "sign-in"

#: Tokens are refused by a clock that is further off.
_OFF: Final = timedelta(minutes=5)
#: From here on it is told.
_DRIFTS: Final = timedelta(seconds=30)

_NUMBER: Final = re.compile(r"AADSTS([0-9]+)")
_APP: Final = "Compare MicrosoftAppId with the Application (client) ID of the app registration in that tenant."
_RENEW: Final = (
    "Make a new client secret in the app registration (Certificates & secrets) and set MicrosoftAppPassword to its"
    " Value, not to its Secret ID."
)
_TENANT: Final = "Set MicrosoftAppTenantId to the Directory (tenant) ID of the app registration's overview."
_CERTIFICATE: Final = "Upload the certificate of TOCSIN_CERTIFICATE_PATH to the app registration, or renew it."

#: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_REFUSALS: Final[Mapping[str, tuple[str, str]]] = {
    "700016": ("there is no app with that id in the tenant", _APP),
    "7000229": (
        "the app has no service principal in the tenant",
        "Register the bot as single tenant there, or consent.",
    ),
    "7000215": ("the client secret is wrong", _RENEW),
    "7000222": ("the client secret has expired", _RENEW),
    "7000216": ("no client secret was sent", _RENEW),
    "700027": ("the certificate is not one of the app's, or has expired", _CERTIFICATE),
    "7000112": ("the app is disabled in the tenant", "Switch it on again under Enterprise applications, Properties."),
    "90002": ("there is no such tenant", _TENANT),
    "900023": ("the tenant's id is none", _TENANT),
    "53003": ("Conditional Access blocks it", "Exclude the app from the policy, or let it come from this address."),
    "500011": ("the resource is not known in the tenant", "Compare TOCSIN_LOGIN_URL with the cloud of the bot."),
}


def claims_of(token: str) -> Mapping[str, Any]:
    """What a token of ours says; it came from the login service itself, so its signature is not looked at."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {}
    return claims


async def sign_in(ground: Ground) -> Sequence[Finding]:
    settings = ground.settings
    try:
        token = await ground.tokens.token()
    except DeliveryDelayed as refused:
        return [refusal(SIGN_IN, str(refused), settings.login_url)]
    claims = claims_of(token)
    tenant, app = str(claims.get("tid", "")).lower(), str(claims.get("appid") or claims.get("azp") or "").lower()
    if tenant and tenant != settings.tenant_id.strip().lower():
        found = f"A token is given, but for the tenant {tenant}, and MicrosoftAppTenantId says {settings.tenant_id}."
        return [failed(SIGN_IN, found, "Write the tenant's id there, not its domain: what Teams sends is compared.")]
    if app and app != settings.app_id.strip().lower():
        return [failed(SIGN_IN, f"A token is given, but for the app {app}.", _APP)]
    if not tenant or not app:
        fix = "Check app id and tenant by writing to the bot in Teams."
        return [warning(SIGN_IN, "A token is given, which does not say for which tenant and app.", fix)]
    return [ok(SIGN_IN, f"The app {app} gets its token in the tenant {tenant}.")]


def refusal(about: str, why: str, login_url: str) -> Finding:
    """Why there is no token."""
    number = _NUMBER.search(why)
    cause, fix = _REFUSALS.get(number[1] if number else "", ("", ""))
    if number and cause:
        return failed(about, f"No token: {cause} (AADSTS{number[1]}).", fix)
    words = why[:1].upper() + why[1:]
    if number:
        address = f"https://login.microsoftonline.com/error?code={number[1]}"
        return failed(about, f"{words}.", f"Read {address} about it.")
    host = urlsplit(login_url).netloc
    return failed(about, f"{words}.", f"Let this machine reach {host} over HTTPS, and try again.")


async def clock(ground: Ground) -> Sequence[Finding]:
    settings = ground.settings
    host = urlsplit(settings.login_url).netloc
    path = f"{quote(settings.tenant_id, safe='')}/v2.0/.well-known/openid-configuration"
    try:
        answer = await page(ground.session, f"{settings.login_url}/{path}")
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
    except Unreached as why:
        return [warning("clock", f"It cannot be compared with {host}: {why}.", why.fix)]
    except ValueError:
        return [warning("clock", f"{host} does not say what time it is.", "Compare this machine's clock by hand.")]
    off = ground.clock() - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))
    return [_compared(off, host)]


def _compared(off: timedelta, host: str) -> Finding:
    seconds = round(abs(off).total_seconds())
    said = f"{seconds} s {'ahead of' if off > timedelta() else 'behind'} {host}'s"
    fix = "Set this machine's clock by NTP (`timedatectl set-ntp true`)."
    if abs(off) > _OFF:
        return failed("clock", f"It is {said}: tokens of Teams are refused beyond 5 min.", fix)
    if abs(off) > _DRIFTS:
        return warning("clock", f"It is {said}; from 5 min on tokens of Teams are refused.", fix)
    return ok("clock", f"It agrees with {host}'s.")


async def keys(ground: Ground) -> Sequence[Finding]:
    url = ground.settings.openid_metadata_url
    host = urlsplit(url).netloc
    nobody = "Without them nobody can speak to the bot."
    try:
        answer = await page(ground.session, url)
    except Unreached as why:
        return [failed("signing keys", f"The OpenID metadata of {host} cannot be read: {why}. {nobody}", why.fix)]
    told = answer.json
    if answer.status != 200 or not isinstance(told, dict) or "jwks_uri" not in told:
        found = f"{host} answers {answer.status}, without OpenID metadata. {nobody}"
        fix = "Leave TOCSIN_OPENID_METADATA_URL out, or set it to the metadata of your cloud's Bot Framework."
        return [failed("signing keys", found, fix)]
    found_keys = SigningKeys(url, session=ground.session)
    if not await found_keys.refresh():
        place = urlsplit(str(told["jwks_uri"])).netloc
        fix = f"Let this machine reach {place} over HTTPS, and try again."
        return [failed("signing keys", f"The metadata is there, the keys at {place} cannot be read. {nobody}", fix)]
    return [ok("signing keys", f"{host} gives them ({found_keys.known}).")]
