"""Sentinel's entities in the shape of Graph's evidence, so that one machine is one entity whoever reports it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from bot.sources.values import scalar_text

_TYPE = "@odata.type"
_GRAPH = "#microsoft.graph.security."

#: An entity's scalar fields by their names in small letters, and the entities that it names.
_Entity = Mapping[str, Any]
_Shape = Callable[[_Entity], dict[str, Any]]

#: How deep entities name others: a process its image, the image its hash.
_DEPTH: Final = 3

#: How many objects are looked at for one alert in all, for entities may name each other over and over.
_MOST_OBJECTS: Final = 50_000


def read_entities(entities: list[Any]) -> Iterator[dict[str, Any]]:
    """A piece of Graph's evidence for each, in their order. What is no object is left out."""
    flattening = _Flattening(entities)
    for entity in entities:
        if isinstance(entity, dict) and "$ref" not in entity:
            flat = flattening.flat(entity, _DEPTH)
            kind, shape = _KINDS.get(_kind(flat), (None, _scalars))
            name = f"{_GRAPH}{kind}Evidence" if kind else _kind(flat) or "unknown"
            yield {_TYPE: name} | {field: value for field, value in shape(flat).items() if value}


class _Flattening:
    """Names in small letters; `properties`, where the API has them, beside the rest; references followed."""

    def __init__(self, entities: list[Any]) -> None:
        self._known = {str(each["$id"]): each for each in entities if isinstance(each, dict) and "$id" in each}
        self._left = _MOST_OBJECTS

    def flat(self, entity: Mapping[str, Any], depth: int) -> dict[str, Any]:
        self._left -= 1
        if isinstance(entity.get("$ref"), str):
            entity = self._known.get(entity["$ref"], {})
        inner = entity.get("properties")
        fields = {**entity, **inner} if isinstance(inner, dict) else entity
        return {name.lower(): self._value(value, depth) for name, value in fields.items()}

    def _value(self, value: Any, depth: int) -> Any:  # noqa: ANN401 - any JSON value
        may_go_on = depth > 0 and self._left > 0
        if isinstance(value, dict):
            return self.flat(value, depth - 1) if may_go_on else {}
        if isinstance(value, list):
            return [self._value(piece, depth) for piece in value if isinstance(piece, dict)] if may_go_on else []
        return scalar_text(value)


def _kind(entity: _Entity) -> str:
    """`account`, `cloudapplication`: from `Type` of a table or `kind` of the API."""
    kind = entity.get("kind") or entity.get("type")
    return "".join(filter(str.isalnum, kind)).lower() if isinstance(kind, str) else ""


def _text(entity: _Entity, *names: str) -> str:
    for name in names:
        value = entity.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _object(entity: _Entity, *names: str) -> _Entity:
    return next((value for name in names if isinstance(value := entity.get(name), dict)), {})


def _account(entity: _Entity) -> dict[str, Any]:
    name, suffix = _text(entity, "name", "accountname"), _text(entity, "upnsuffix")
    # An account of no domain is one of its machine.
    domain = _text(entity, "ntdomain") or _text(_object(entity, "host"), "hostname", "netbiosname")
    principal = _text(entity, "userprincipalname") or (f"{name}@{suffix}" if name and suffix else "")
    account = {
        "accountName": name,
        "domainName": domain,
        "userSid": _text(entity, "sid"),
        "azureAdUserId": _text(entity, "aaduserid"),
        "userPrincipalName": principal,
        "displayName": _text(entity, "displayname"),
    }
    return {"userAccount": {field: value for field, value in account.items() if value}}


def _host(entity: _Entity) -> dict[str, Any]:
    name, domain = _text(entity, "hostname", "netbiosname"), _text(entity, "dnsdomain")
    full = _text(entity, "fqdn") or (f"{name}.{domain}" if name and domain else name)
    return {
        "deviceDnsName": full,
        "hostName": name,
        "mdeDeviceId": _text(entity, "mdatpdeviceid", "mdedeviceid"),
        "azureAdDeviceId": _text(entity, "aaddeviceid"),
        "osPlatform": _text(entity, "osfamily"),
        "version": _text(entity, "osversion"),
    }


def _ip(entity: _Entity) -> dict[str, Any]:
    location = _object(entity, "location")
    return {"ipAddress": _text(entity, "address"), "countryLetterCode": _text(location, "countrycode")}


def _file(entity: _Entity) -> dict[str, Any]:
    return {"fileDetails": _file_details(entity)}


def _file_details(entity: _Entity) -> dict[str, str]:
    details = {"fileName": _text(entity, "name", "filename"), "filePath": _text(entity, "directory")}
    hashes = entity.get("filehashes")
    for piece in hashes if isinstance(hashes, list) else ():
        if not isinstance(piece, Mapping):
            continue
        algorithm = _text(piece, "algorithm").lower()
        if algorithm in ("sha256", "sha1", "md5"):
            details[algorithm] = _text(piece, "value", "hashvalue")
    return {field: value for field, value in details.items() if value}


def _process(entity: _Entity) -> dict[str, Any]:
    parent = _object(_object(entity, "parentprocess"), "imagefile")
    return {
        "processId": _text(entity, "processid"),
        "processCommandLine": _text(entity, "commandline"),
        "imageFile": _file_details(_object(entity, "imagefile")),
        "parentProcessImageFile": _file_details(parent),
        "userAccount": _account(_object(entity, "account"))["userAccount"],
    }


def _message(entity: _Entity) -> dict[str, Any]:
    return {
        "networkMessageId": _text(entity, "networkmessageid"),
        "internetMessageId": _text(entity, "internetmessageid"),
        "subject": _text(entity, "subject"),
        "p2Sender": {"emailAddress": _text(entity, "p2sender", "sender")},
        "recipientEmailAddress": _text(entity, "recipient"),
        "senderIp": _text(entity, "senderip"),
    }


def _renamed(**names: str) -> _Shape:
    """Graph's names for Sentinel's, several of which are separated by blanks."""

    def shape(entity: _Entity) -> dict[str, Any]:
        return {graph: _text(entity, *said.split()) for graph, said in names.items()}

    return shape


def _registry_value(entity: _Entity) -> dict[str, Any]:
    key = _object(entity, "key")
    return {
        "registryHive": _text(key, "hive"),
        "registryKey": _text(key, "key"),
        "registryValueName": _text(entity, "name", "valuename"),
        "registryValue": _text(entity, "value", "valuedata"),
    }


def _scalars(entity: _Entity) -> dict[str, Any]:
    return {name: value for name, value in entity.items() if isinstance(value, str) and not name.startswith("$")}


#: By Sentinel's kind: Graph's, and how the one is written as the other.
_KINDS: Final[Mapping[str, tuple[str, _Shape]]] = {
    "account": ("user", _account),
    "host": ("device", _host),
    "ip": ("ip", _ip),
    "url": ("url", _renamed(url="url")),
    "dns": ("dns", _renamed(domainName="domainname")),
    "dnsresolution": ("dns", _renamed(domainName="domainname")),
    "file": ("file", _file),
    "filehash": ("fileHash", _renamed(value="value hashvalue", algorithm="algorithm")),
    "process": ("process", _process),
    "malware": ("malware", _renamed(name="name malwarename", category="category")),
    "mailbox": ("mailbox", _renamed(primaryAddress="mailboxprimaryaddress", upn="upn", displayName="displayname")),
    "mailmessage": ("analyzedMessage", _message),
    "cloudapplication": (
        "cloudApplication",
        _renamed(appId="appid", displayName="name appname", instanceName="instancename"),
    ),
    "azureresource": ("azureResource", _renamed(resourceId="resourceid")),
    "registrykey": ("registryKey", _renamed(registryHive="hive", registryKey="key")),
    "registryvalue": ("registryValue", _registry_value),
    "securitygroup": (
        "securityGroup",
        _renamed(
            sid="sid",
            activeDirectoryObjectGuid="objectguid",
            distinguishedName="distinguishedname",
            displayName="displayname",
        ),
    ),
    "iotdevice": ("ioTDevice", _renamed(deviceId="deviceid", deviceName="devicename", macAddress="macaddress")),
}
