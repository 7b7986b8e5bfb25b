"""How each kind of Graph's evidence is named: its stable key (which "similar alerts" and tuning go by), its label."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

#: A piece of evidence, or an object inside of one, as Graph wrote it.
Piece = Mapping[str, Any]
Get = Callable[[Piece], str]


@dataclass(frozen=True, slots=True)
class Naming:
    """`key` gives what stays the same from alert to alert, `label` what people call it; both may find nothing."""

    key: Get
    label: Get


def text_at(piece: Piece, path: tuple[str, ...]) -> str:
    """The text or whole number at a path, trimmed; empty where there is none."""
    value: Any = piece
    for name in path:
        if not isinstance(value, dict):
            return ""
        value = value.get(name)
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def first(*paths: str) -> Get:
    """The first that is there of some dotted paths."""
    steps = [tuple(path.split(".")) for path in paths]

    def get(piece: Piece) -> str:
        for path in steps:
            if found := text_at(piece, path):
                return found
        return ""

    return get


def joined(separator: str, *parts: Get) -> Get:
    """Those of the parts that are there."""

    def get(piece: Piece) -> str:
        return separator.join(filter(None, (part(piece) for part in parts)))

    return get


def needing(needed: Get, get: Get) -> Get:
    """Nothing, unless the part that counts is there."""
    return lambda piece: get(piece) if needed(piece) else ""


#: Longest device name that is kept whole, domain and all.
_LONG_NAME = 40

_IMAGE = first("imageFile.sha256", "imageFile.sha1", "imageFile.fileName")
_IMAGE_NAME = first("imageFile.fileName", "imageFile.filePath")
_PROCESS_ID = first("processId")
_DEVICE_NAME = first("deviceDnsName", "hostName", "azureAdDeviceId", "mdeDeviceId")


def _device_label(piece: Piece) -> str:
    name = _DEVICE_NAME(piece)
    return name if len(name) <= _LONG_NAME else name.partition(".")[0]


def user_label(account: Piece) -> str:
    """`DOMAIN\\user` for accounts of a domain controller, the principal name for those of the cloud."""
    name, domain = text_at(account, ("accountName",)), text_at(account, ("domainName",))
    principal = text_at(account, ("userPrincipalName",))
    if name and domain and not (principal and "." in domain):
        return f"{domain}\\{name}"
    return principal or text_at(account, ("displayName",)) or name


def _account_label(*path: str) -> Get:
    def get(piece: Piece) -> str:
        account: Any = piece
        for name in path:
            account = account.get(name) if isinstance(account, dict) else None
        return user_label(account) if isinstance(account, dict) else ""

    return get


def _process_key(piece: Piece) -> str:
    """The image and what it was told to do; the command line as a hash, because it may be long."""
    image, command = _IMAGE(piece), text_at(piece, ("processCommandLine",))
    if not command:
        return image
    digest = hashlib.sha256(command.lower().encode()).hexdigest()[:32]
    return f"{image}:{digest}" if image else digest


def _process_label(piece: Piece) -> str:
    name = _IMAGE_NAME(piece) or text_at(piece, ("processCommandLine",))
    number = _PROCESS_ID(piece)
    return f"{name} ({number})" if name and number else name or number


def _connection(piece: Piece) -> str:
    """From where to where; the port of the source is another one each time."""
    source = text_at(piece, ("sourceAddress", "ipAddress"))
    destination = text_at(piece, ("destinationAddress", "ipAddress"))
    port = text_at(piece, ("destinationPort",))
    target = f"{destination}:{port}" if destination and port else destination
    return " → ".join(filter(None, (source, target)))


def _mail_cluster_key(piece: Piece) -> str:
    by, value = text_at(piece, ("clusterBy",)), text_at(piece, ("clusterByValue",))
    return f"{by}:{value}" if value else text_at(piece, ("urn",))


def _or(*gets: Get) -> Get:
    """The first that finds something."""
    return lambda piece: next(filter(None, (get(piece) for get in gets)), "")


def _named(key: str, *labels: str) -> Naming:
    """One field is the key, and the label too where no better one is given."""
    return Naming(first(key), first(*labels, key))


def _in_cluster(namespace: str, cluster: str) -> Naming:
    """Names in Kubernetes are unique within a namespace of a cluster."""
    name = first("name")
    path = joined("/", first(cluster), *((first(namespace),) if namespace else ()), name)
    return Naming(needing(name, path), name)


_IN_NAMESPACE = _in_cluster("namespace.name", "namespace.cluster.name")
_REGISTRY = joined("\\", first("registryHive"), first("registryKey"))
_FILE_PATH = joined("\\", first("fileDetails.filePath"), first("fileDetails.fileName"))
_FILE_HASH = first("fileDetails.sha256", "fileDetails.sha1", "fileDetails.md5")
_SESSION = first("sessionId")
_CLOUD_APP = first("saasAppId", "appId", "displayName")
_ACCOUNT = first("userAccount.accountName")

#: All 48 types of v1.0, by their names without `#microsoft.graph.security.` and `Evidence`.
KINDS: Mapping[str, Naming] = {
    "activeDirectoryDomain": _named("activeDirectoryDomainName"),
    "aiAgent": _named("agentId", "agentName"),
    "amazonResource": _named("amazonResourceId", "resourceName"),
    "analyzedMessage": Naming(
        first("networkMessageId", "internetMessageId", "urn"),
        first("subject", "p2Sender.emailAddress", "p1Sender.emailAddress", "recipientEmailAddress"),
    ),
    "azureResource": _named("resourceId", "resourceName"),
    "blob": Naming(first("url", "name"), first("name", "url")),
    "blobContainer": Naming(first("url", "name"), first("name", "url")),
    "cloudApplication": Naming(
        needing(_CLOUD_APP, joined("/", _CLOUD_APP, first("instanceId"))), first("displayName", "instanceName")
    ),
    "cloudLogonRequest": _named("requestId"),
    "cloudLogonSession": Naming(
        _SESSION,
        _or(_account_label("account", "userAccount"), first("deviceName", "sessionId")),
    ),
    "container": _named("containerId", "name"),
    "containerImage": _named("imageId"),
    "containerRegistry": _named("registry"),
    "device": Naming(first("mdeDeviceId", "deviceDnsName", "hostName", "azureAdDeviceId"), _device_label),
    "dns": _named("domainName"),
    "file": Naming(
        _or(_FILE_HASH, needing(first("fileDetails.fileName"), _FILE_PATH)),
        first("fileDetails.fileName", "fileDetails.filePath"),
    ),
    "fileHash": _named("value"),
    "gitHubOrganization": Naming(first("orgId", "login"), first("displayName", "login")),
    "gitHubRepo": Naming(first("repoId", "baseUrl"), first("baseUrl", "login")),
    "gitHubUser": Naming(first("userId", "login"), first("login", "name", "email")),
    "googleCloudResource": _named("fullResourceName", "resourceName"),
    "hostLogonSession": Naming(
        needing(_SESSION, joined("/", first("host.mdeDeviceId", "host.deviceDnsName", "host.hostName"), _SESSION)),
        joined(" @ ", _account_label("account", "userAccount"), first("host.deviceDnsName", "host.hostName")),
    ),
    "ioTDevice": Naming(first("deviceId", "macAddress", "deviceName"), first("deviceName", "deviceId")),
    "ip": _named("ipAddress"),
    "kubernetesCluster": Naming(first("cloudResource.resourceId", "name"), first("name")),
    "kubernetesController": _IN_NAMESPACE,
    "kubernetesNamespace": _in_cluster("", "cluster.name"),
    "kubernetesPod": _IN_NAMESPACE,
    "kubernetesSecret": _IN_NAMESPACE,
    "kubernetesService": _IN_NAMESPACE,
    "kubernetesServiceAccount": _IN_NAMESPACE,
    "mailCluster": Naming(_mail_cluster_key, first("clusterByValue", "query")),
    "mailbox": Naming(first("primaryAddress", "upn"), first("displayName", "primaryAddress", "upn")),
    "mailboxConfiguration": _named("configurationId", "displayName", "mailboxPrimaryAddress"),
    "malware": _named("name"),
    "networkConnection": Naming(
        needing(_connection, joined("/", _connection, first("protocol"))),
        _connection,
    ),
    "nic": _named("macAddress", "ipAddress.ipAddress"),
    "oauthApplication": Naming(first("appId", "objectId"), first("displayName", "appId")),
    "process": Naming(_process_key, _process_label),
    "registryKey": Naming(_REGISTRY, _REGISTRY),
    "registryValue": Naming(
        joined("\\", _REGISTRY, first("registryValueName")), first("registryValueName", "registryKey")
    ),
    "sasToken": _named("signatureHash", "storageResource.resourceName"),
    "securityGroup": Naming(
        first("securityGroupId", "sid", "activeDirectoryObjectGuid", "distinguishedName"),
        first("displayName", "friendlyName", "distinguishedName"),
    ),
    "servicePrincipal": Naming(
        first("servicePrincipalObjectId", "appId"), first("servicePrincipalName", "servicePrincipalObjectId")
    ),
    "submissionMail": Naming(first("networkMessageId", "submissionId"), first("subject", "sender")),
    "teamsMessage": Naming(
        needing(first("messageId"), joined("/", first("threadId"), first("messageId"))),
        first("subject", "senderFromAddress", "threadId"),
    ),
    "url": _named("url"),
    "user": Naming(
        _or(
            first("userAccount.azureAdUserId", "userAccount.userSid", "userAccount.userPrincipalName"),
            first("userAccount.activeDirectoryObjectGuid"),
            needing(_ACCOUNT, joined("\\", first("userAccount.domainName"), _ACCOUNT)),
        ),
        _account_label("userAccount"),
    ),
}
