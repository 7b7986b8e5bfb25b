"""The thirty-three tokens and eleven bodies by which an inbound guard is known, with what must be answered."""

import json
from collections.abc import Callable
from typing import Any

from tests.support.bot_tokens import (
    APP_ID,
    ISSUER,
    KeyServer,
    activity,
    rsa_key,
    sign,
    signed_with_public_key,
    unsigned,
)


def bearer(make: Callable[[KeyServer], str]) -> Callable[[KeyServer], str]:
    return lambda keys: f"Bearer {make(keys)}"


def claims(**changes: Any) -> Callable[[KeyServer], str]:
    """A token with changed claims, signed as it should be."""
    return bearer(lambda keys: keys.token(**changes))


GOOD = claims()
EVIL = "https://evil.example/"
OTHER_APP = "99999999-1c1f-4b5f-9c59-0f3f4d1a6c11"
OTHER_TENANT = "aaaaaaaa-51f1-4d3c-9e6c-1f2a3b4c5d6e"
EMULATOR_ISSUER = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"


def from_tenant(tenant: str) -> dict[str, Any]:
    place = activity()["conversation"]
    return activity(conversation={**place, "tenantId": tenant}, channelData={"tenant": {"id": tenant}})


def unendorsed(keys: KeyServer, endorsements: list[str] | None) -> str:
    keys.add("other", endorsements=endorsements)
    if endorsements is None:
        keys.keys["other"] = (rsa_key("other"), None)
    return keys.token("other")


def evil_key(**header: Any) -> Callable[[KeyServer], str]:
    return bearer(lambda keys: sign(keys.claims(), key=rsa_key("evil"), **header))


# name: (the Authorization header, None for no header; the activity; the status that must come)
TOKENS: dict[str, tuple[Callable[[KeyServer], str] | None, dict[str, Any], int]] = {
    "valid": (GOOD, activity(), 200),
    "no header": (None, activity(), 401),
    "empty header": (lambda _: "", activity(), 401),
    "basic scheme": (lambda _: "Basic dXNlcjpwYXNz", activity(), 401),
    "garbage bearer": (lambda _: "Bearer garbage", activity(), 401),
    "lower-case bearer": (lambda keys: f"bearer {keys.token()}", activity(), 200),
    "wrong aud": (claims(aud=OTHER_APP), activity(), 401),
    "aud missing": (claims(aud=None), activity(), 401),
    "aud a list with the app": (claims(aud=[APP_ID]), activity(), 401),
    "wrong iss": (claims(iss="https://evil.example"), activity(), 401),
    "iss missing": (claims(iss=None), activity(), 401),
    "expired 10 min": (claims(age=4200), activity(), 401),
    "expired 4 min, within the leeway": (claims(age=3840), activity(), 200),
    "no exp": (claims(exp=None), activity(), 401),
    "nbf in 10 min": (bearer(lambda keys: keys.token(nbf=int(keys.now()) + 600)), activity(), 401),
    "alg none": (bearer(lambda keys: unsigned(keys.claims())), activity(), 401),
    "HS256 with the public key as secret": (
        bearer(lambda keys: signed_with_public_key(keys.claims(), key=rsa_key("key-1"))),
        activity(),
        401,
    ),
    "forged signature with a known kid": (evil_key(kid="key-1"), activity(), 401),
    "unknown kid": (evil_key(kid="nobody's"), activity(), 401),
    "kid absent": (bearer(lambda keys: sign(keys.claims(), key=keys.keys["key-1"][0], kid=None)), activity(), 401),
    "jku header to another host": (
        bearer(lambda keys: keys.token(header={"jku": "https://evil.example/keys"})),
        activity(),
        401,
    ),
    "RS512": (bearer(lambda keys: sign(keys.claims(), key=keys.keys["key-1"][0], algorithm="RS512")), activity(), 401),
    "serviceUrl other than the claim": (GOOD, activity(serviceUrl="https://smba.trafficmanager.net/amer/"), 401),
    "serviceurl claim missing": (claims(serviceurl=None), activity(), 401),
    "serviceUrl absent in the activity": (GOOD, activity(serviceUrl=None), 401),
    "serviceUrl empty": (claims(serviceurl=""), activity(serviceUrl=""), 401),
    "channelId not endorsed": (GOOD, activity(channelId="webchat"), 401),
    "channelId absent": (GOOD, activity(channelId=None), 401),
    "key without endorsements": (bearer(lambda keys: unendorsed(keys, None)), activity(), 401),
    "other tenant in the activity": (GOOD, from_tenant(OTHER_TENANT), 403),
    "other user in the body": (GOOD, activity(**{"from": {"id": "29:bo", "aadObjectId": "bo"}}), 200),
    "emulator issuer with our own outgoing token and another serviceUrl": (
        claims(iss=EMULATOR_ISSUER, aud=ISSUER, appid=APP_ID, ver="1.0", serviceurl=EVIL),
        activity(serviceUrl=EVIL),
        401,
    ),
    "emulator issuer with another app id": (
        claims(iss=EMULATOR_ISSUER, appid=OTHER_APP, azp=OTHER_APP, ver="2.0"),
        activity(),
        401,
    ),
}

# Beyond the thirty-three: what the same attacks look like from another side.
MORE_TOKENS: dict[str, tuple[Callable[[KeyServer], str] | None, dict[str, Any], int]] = {
    "key endorsed for another channel": (bearer(lambda keys: unendorsed(keys, ["webchat"])), activity(), 401),
    "signed service URL of an evil host": (claims(serviceurl=EVIL), activity(serviceUrl=EVIL), 401),
    "signed service URL over plain http": (
        claims(serviceurl="http://smba.trafficmanager.net/emea/"),
        activity(serviceUrl="http://smba.trafficmanager.net/emea/"),
        401,
    ),
    "conversation of another tenant": (
        GOOD,
        activity(conversation={**activity()["conversation"], "tenantId": OTHER_TENANT}),
        403,
    ),
    "channel data of another tenant": (GOOD, activity(channelData={"tenant": {"id": OTHER_TENANT}}), 403),
    "no tenant at all": (GOOD, activity(conversation={"id": "19:x"}, channelData=None), 403),
    "tenant in the channel data only": (GOOD, activity(conversation={"id": "19:x"}), 200),
    "exp without end": (claims(exp=float("inf")), activity(), 401),
    "exp of a thousand digits": (claims(exp=10**1000), activity(), 401),
    "exp as a text": (claims(exp="9999999999"), activity(), 401),
    "expired to the second, after the leeway": (claims(age=3900), activity(), 401),
}


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


GOOD_BODY = json.dumps(activity()).encode()
JSON_TYPE = "application/json"
# name: (content type, body)
BODIES: dict[str, tuple[str | None, bytes]] = {
    "no Content-Type": (None, GOOD_BODY),
    "text/plain": ("text/plain", GOOD_BODY),
    "JSON list": (JSON_TYPE, b"[1, 2]"),
    "null": (JSON_TYPE, b"null"),
    "broken JSON": (JSON_TYPE, b'{"type": "message", '),
    "2,000 levels deep": (JSON_TYPE, deep(2000)),
    "utf-16": (JSON_TYPE, json.dumps(activity()).encode("utf-16")),
    "wrong types": (JSON_TYPE, json.dumps(activity(**{"from": [1]}, conversation=7)).encode()),
    "a 4,300-digit number": (JSON_TYPE, b'{"type": "message", "value": ' + b"9" * 4301 + b"}"),
    "empty": (JSON_TYPE, b""),
    "20 MB": (JSON_TYPE, b'{"type": "' + b"x" * 20_000_000 + b'"}'),
}


def typed(headers: dict[str, str], content_type: str | None) -> dict[str, str]:
    # aiohttp's client names a type of its own for bytes; an empty one is as good as none.
    return {**headers, "Content-Type": content_type or ""}
