"""What is worth telling of a piece of evidence, by its kind; unknown kinds tell their plain values."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.alerts.evidence import Evidence
from cards.language import Language, as_words, mark
from cards.safe import clip, defang, one_line

#: A label, and where the value is: names of nested objects, separated by dots.
Telling = tuple[tuple[str, str], ...]

#: Characters of a value.
_VALUE = 200

#: Kinds whose label is an address that must not be followed by accident.
_INDICATORS = frozenset({"url", "ip", "dns"})

#: The same for values, by the last name of their path.
_ADDRESSES = frozenset(
    {"url", "ipAddress", "senderIp", "lastIpAddress", "lastExternalIpAddress", "domainName", "urls", "publisherDomain"}
)

_FILE: Telling = (
    (mark("Path"), "fileDetails.filePath"),
    (mark("SHA-256"), "fileDetails.sha256"),
    (mark("SHA-1"), "fileDetails.sha1"),
    (mark("Publisher"), "fileDetails.filePublisher"),
    (mark("Signer"), "fileDetails.signer"),
    (mark("Detection"), "detectionStatus"),
)

_MESSAGE: Telling = (
    (mark("Subject"), "subject"),
    (mark("From"), "p2Sender.emailAddress"),
    (mark("Envelope from"), "p1Sender.emailAddress"),
    (mark("To"), "recipientEmailAddress"),
    (mark("Sender's address"), "senderIp"),
    (mark("Delivered to"), "deliveryLocation"),
    (mark("Delivery"), "deliveryAction"),
    (mark("Threats"), "threats"),
    (mark("Message id"), "networkMessageId"),
)

_TELLING: Mapping[str, Telling] = {
    "device": (
        (mark("Domain name"), "deviceDnsName"),
        (mark("System"), "osPlatform"),
        (mark("Risk"), "riskScore"),
        (mark("Health"), "healthStatus"),
        (mark("Defender antivirus"), "defenderAvStatus"),
        (mark("Onboarding"), "onboardingStatus"),
        (mark("Last address"), "lastIpAddress"),
        (mark("Device group"), "rbacGroupName"),
    ),
    "user": (
        (mark("Account"), "userAccount.accountName"),
        (mark("Domain"), "userAccount.domainName"),
        (mark("Sign-in name"), "userAccount.userPrincipalName"),
        (mark("SID"), "userAccount.userSid"),
        (mark("Object id"), "userAccount.azureAdUserId"),
    ),
    "file": _FILE,
    "process": (
        (mark("Command line"), "processCommandLine"),
        (mark("Process id"), "processId"),
        (mark("File"), "imageFile.filePath"),
        (mark("SHA-256"), "imageFile.sha256"),
        (mark("Parent"), "parentProcessImageFile.fileName"),
        (mark("Parent id"), "parentProcessId"),
        (mark("User"), "userAccount.accountName"),
        (mark("Detection"), "detectionStatus"),
    ),
    "ip": ((mark("Country"), "countryLetterCode"), (mark("City"), "location.city")),
    "url": (),
    "dns": ((mark("Name server"), "dnsServerIp.ipAddress"), (mark("Host"), "hostIpAddress.ipAddress")),
    "mailbox": (
        (mark("Name"), "displayName"),
        (mark("Address"), "primaryAddress"),
        (mark("Sign-in name"), "upn"),
    ),
    "analyzedMessage": _MESSAGE,
    "submissionMail": _MESSAGE,
    "mailCluster": (
        (mark("Emails"), "emailCount"),
        (mark("Alike in"), "clusterBy"),
        (mark("Value"), "clusterByValue"),
        (mark("Query"), "query"),
    ),
    "teamsMessage": (
        (mark("Subject"), "subject"),
        (mark("From"), "senderFromAddress"),
        (mark("To"), "recipients"),
        (mark("Links"), "urls"),
    ),
    "cloudApplication": ((mark("App id"), "appId"), (mark("Instance"), "instanceName")),
    "oauthApplication": (
        (mark("App id"), "appId"),
        (mark("Publisher"), "publisher"),
        (mark("Object id"), "objectId"),
    ),
    "servicePrincipal": ((mark("App id"), "appId"), (mark("Type"), "servicePrincipalType")),
    "registryKey": ((mark("Hive"), "registryHive"), (mark("Key"), "registryKey")),
    "registryValue": (
        (mark("Key"), "registryKey"),
        (mark("Name"), "registryValueName"),
        (mark("Value"), "registryValue"),
        (mark("Type"), "registryValueType"),
    ),
    "securityGroup": ((mark("Object id"), "securityGroupId"),),
    "malware": ((mark("Category"), "category"),),
    "azureResource": ((mark("Type"), "resourceType"), (mark("Id"), "resourceId")),
    "amazonResource": (
        (mark("Account"), "amazonAccountId"),
        (mark("Type"), "resourceType"),
        (mark("Id"), "amazonResourceId"),
    ),
    "googleCloudResource": (
        (mark("Project"), "projectId"),
        (mark("Type"), "resourceType"),
        (mark("Id"), "fullResourceName"),
    ),
    "cloudLogonSession": (
        (mark("Account"), "account.userPrincipalName"),
        (mark("Browser"), "browser"),
        (mark("System"), "operatingSystem"),
        (mark("Session"), "sessionId"),
    ),
    "kubernetesPod": (
        (mark("Namespace"), "namespace.name"),
        (mark("Cluster"), "namespace.cluster.name"),
    ),
    "container": ((mark("Id"), "containerId"), (mark("Image"), "image.imageId")),
    "containerImage": ((mark("Id"), "imageId"), (mark("Registry"), "registry.registry")),
    "scheduledTask": ((mark("Command"), "command"), (mark("User"), "userAccount.accountName")),
    "amsiScript": ((mark("Script"), "script"), (mark("Application"), "application")),
    "wmiEvent": ((mark("Consumer"), "consumer"), (mark("Query"), "query")),
}


def piece_label(piece: Evidence) -> str:
    """What people call it; addresses and domains so that nobody follows them by accident."""
    label = one_line(piece.label[:800])
    return clip(defang(label) if piece.kind in _INDICATORS else label, _VALUE) or piece.kind


def piece_facts(piece: Evidence, lang: Language, *, most: int) -> list[tuple[str, str]]:
    """Label and value of what is worth telling, at most so many; nothing twice, and not the piece's own label again."""
    told: list[tuple[str, str]] = []
    seen = {piece.label}
    for label, name, value in _candidates(piece, lang):
        if len(told) >= most:
            break
        text = _text(value)
        if not text or text in seen:
            continue
        seen.add(text)
        told.append((label, clip(defang(text) if name in _ADDRESSES else text, _VALUE)))
    return told


def _candidates(piece: Evidence, lang: Language) -> Iterator[tuple[str, str, Any]]:
    """Label, last name of the path, value."""
    telling = _TELLING.get(piece.kind)
    if telling is None:
        for name, value in piece.properties.items():
            yield clip(as_words(name[:60]), 40), name, value
        return
    for label, path in telling:
        yield lang.catalogue.gettext(label), path.rpartition(".")[2], _value_at(piece.properties, path)


def _value_at(properties: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - whatever the source said
    value: Any = properties
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:  # noqa: ANN401 - whatever the source said
    """A plain value as one line; lists of plain values joined; anything nested is left out."""
    if isinstance(value, list | tuple):
        return ", ".join(text for text in map(_plain_text, value[:5]) if text)
    return _plain_text(value)


def _plain_text(value: Any) -> str:  # noqa: ANN401 - whatever the source said
    if isinstance(value, str):
        return one_line(value[: 4 * _VALUE])
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""
