"""Entities with all their fields side by side, as the Defender API and hunting have them, in the shape of Graph's."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.sources.fields import Fields

_TYPE = "@odata.type"
_GRAPH = "#microsoft.graph.security."

_Shape = Callable[[Fields], dict[str, Any]]


def as_graph(fields: Fields) -> dict[str, Any]:
    """A piece of Graph's evidence, without what is empty. A type that we do not know keeps its fields as they came."""
    kind = "".join(filter(str.isalnum, fields.text("entitytype"))).lower()
    name, shape = _KINDS.get(kind, ("", None))
    said = shape(fields) if shape else fields.scalars()
    direction = fields.text("evidencedirection").lower()
    common = {
        "verdict": _word(fields.text("verdict")),
        "remediationStatus": _word(fields.text("remediationstatus")),
        "roles": [direction] if direction in ("source", "destination") else [],
        "detailedRoles": [role for role in (fields.text("evidencerole"),) if role],
        "mdeDeviceId": fields.text("deviceid"),
    }
    type_name = f"{_GRAPH}{name}Evidence" if name else fields.text("entitytype") or "unknown"
    return {_TYPE: type_name} | {field: value for field, value in (common | said).items() if value}


def device_as_graph(fields: Fields) -> dict[str, Any]:
    """One of the Defender API's `devices`."""
    roles = {"verdict": _word(fields.text("verdict")), "tags": list(fields.words("tags"))}
    said = {field: value for field, value in (_device(fields) | roles).items() if value}
    return {_TYPE: f"{_GRAPH}deviceEvidence"} | said


def _word(text: str) -> str:
    """`Suspicious` as `suspicious`, `NotFound` as `notFound`."""
    return text[:1].lower() + text[1:]


def _texts(fields: Fields, names: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    found = {graph: fields.text(*said) for graph, said in names.items()}
    return {graph: text for graph, text in found.items() if text}


def _renamed(**names: str) -> _Shape:
    """Graph's names for theirs, several of which are separated by blanks."""
    table = {graph: tuple(said.split()) for graph, said in names.items()}
    return lambda fields: _texts(fields, table)


_account = _renamed(
    accountName="accountname",
    domainName="domainname accountdomain",
    userSid="usersid accountsid",
    azureAdUserId="aaduserid accountobjectid",
    userPrincipalName="userprincipalname accountupn",
    displayName="displayname accountdisplayname",
)
_image = _renamed(
    fileName="filename", filePath="filepath folderpath", sha256="sha256", sha1="sha1", fileSize="filesize"
)
_parent = _renamed(fileName="parentprocessfilename", filePath="parentprocessfilepath")
_device = _renamed(
    mdeDeviceId="mdatpdeviceid deviceid machineid",
    azureAdDeviceId="aaddeviceid",
    deviceDnsName="devicednsname devicename computerdnsname",
    osPlatform="osplatform",
    version="version",
    healthStatus="healthstatus",
    riskScore="riskscore",
    rbacGroupName="rbacgroupname",
    onboardingStatus="onboardingstatus",
    defenderAvStatus="defenderavstatus",
    firstSeenDateTime="firstseen",
    lastIpAddress="localip",
)
_process_itself = _renamed(
    processId="processid",
    parentProcessId="parentprocessid",
    processCommandLine="processcommandline",
    processCreationDateTime="processcreationtime",
)
_registry = _renamed(
    registryHive="registryhive",
    registryKey="registrykey",
    registryValueName="registryvaluename",
    registryValue="registryvalue registryvaluedata",
    registryValueType="registryvaluetype",
)
_message = _renamed(
    networkMessageId="networkmessageid internetmessageid",
    subject="subject emailsubject",
    recipientEmailAddress="recipient recipientemailaddress",
    deliveryAction="deliveryaction",
    senderIp="senderip",
)


def _user(fields: Fields) -> dict[str, Any]:
    return {"userAccount": _account(fields)}


def _file(fields: Fields) -> dict[str, Any]:
    return {"fileDetails": _image(fields)}


def _process(fields: Fields) -> dict[str, Any]:
    around = {"imageFile": _image(fields), "parentProcessImageFile": _parent(fields), "userAccount": _account(fields)}
    return _process_itself(fields) | around


def _mail(fields: Fields) -> dict[str, Any]:
    sender = fields.text("sender", "senderfromaddress")
    return _message(fields) | {"p2Sender": {"emailAddress": sender} if sender else {}}


#: By their type: Graph's, and how the one is written as the other.
_KINDS: Final[Mapping[str, tuple[str, _Shape]]] = {
    "user": ("user", _user),
    "account": ("user", _user),
    "machine": ("device", _device),
    "device": ("device", _device),
    "ip": ("ip", _renamed(ipAddress="ipaddress remoteip localip")),
    "url": ("url", _renamed(url="url remoteurl")),
    "file": ("file", _file),
    "process": ("process", _process),
    "mailbox": (
        "mailbox",
        _renamed(
            primaryAddress="mailboxaddress accountupn userprincipalname",
            displayName="mailboxdisplayname",
            upn="userprincipalname accountupn",
        ),
    ),
    "mailmessage": ("analyzedMessage", _mail),
    "mailcluster": ("mailCluster", _renamed(clusterBy="clusterby", clusterByValue="clusterbyvalue", query="query")),
    "registry": ("registryKey", _registry),
    "registrykey": ("registryKey", _registry),
    "registryvalue": ("registryValue", _registry),
    "cloudapplication": (
        "cloudApplication",
        _renamed(saasAppId="applicationid", displayName="application applicationname"),
    ),
    "oauthapplication": (
        "oauthApplication",
        _renamed(appId="oauthapplicationid applicationid", displayName="application applicationname"),
    ),
    "securitygroup": ("securityGroup", _renamed(securityGroupId="securitygroupid", displayName="securitygroupname")),
}
