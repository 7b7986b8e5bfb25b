"""Evidence of made-up alerts: machines, people, files, processes, addresses, mails. Stable ids, so that they recur."""

import hashlib
import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.clock import stamp
from bot.sandbox.world import Json

_TYPE = "#microsoft.graph.security."
DEVICES = {
    "web-1": "WindowsServer2022", "build-7": "WindowsServer2022", "fin-lt-12": "Windows11", "hr-lt-04": "Windows11",
    "dc-1": "WindowsServer2019",
}  # fmt: skip
USERS = {
    "e.evans": "Elin Evans", "f.farah": "Farid Farah", "g.gruber": "Gita Gruber", "svc-build": "Build service",
    "h.hale": "Hugo Hale",
}  # fmt: skip
ADDRESSES = {"203.0.113.24": "RO", "198.51.100.77": "BR", "192.0.2.146": "VN", "203.0.113.190": "NL"}


def guid(name: str) -> str:
    """The same GUID for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.contoso.example"))


def sha(name: str, *, algorithm: str = "sha256") -> str:
    """The same hash for the same name."""
    return hashlib.new(algorithm, name.encode(), usedforsecurity=False).hexdigest()


def device(host: str, *, at: datetime, user: str = "", roles: tuple[str, ...] = (), verdict: str = "unknown") -> Json:
    """A machine."""
    logged_on = [{"accountName": user, "domainName": "CONTOSO"}] if user else []
    return {
        **_base("device", at=at, roles=roles, verdict=verdict), "firstSeenDateTime": stamp(at - timedelta(days=400)),
        "mdeDeviceId": sha(f"device/{host}", algorithm="sha1"), "azureAdDeviceId": guid(f"device/{host}"),
        "deviceDnsName": f"{host}.contoso.example", "hostName": host, "ntDomain": None, "dnsDomain": "contoso.example",
        "osPlatform": DEVICES[host], "osBuild": 22631, "version": "23H2", "rbacGroupId": 75, "rbacGroupName": "Servers",
        "healthStatus": "active", "riskScore": "high", "onboardingStatus": "onboarded", "defenderAvStatus": "updated",
        "loggedOnUsers": logged_on, "lastIpAddress": "192.0.2.10", "ipInterfaces": ["192.0.2.10"],
        "vmMetadata": None,
    }  # fmt: skip


def user(name: str, *, at: datetime, roles: tuple[str, ...] = (), verdict: str = "suspicious") -> Json:
    """An account."""
    return {**_base("user", at=at, roles=roles, verdict=verdict), "userAccount": account(name), "stream": None}


def account(name: str) -> Json:
    """A userAccount, as it stands in user and process evidence."""
    return {
        "accountName": name, "domainName": "CONTOSO", "displayName": USERS[name], "azureAdUserId": guid(f"user/{name}"),
        "userPrincipalName": f"{name}@contoso.example", "userSid": f"S-1-5-21-1004336348-1177238915-{len(name) * 97}",
    }  # fmt: skip


def file(path: str, *, at: datetime, verdict: str = "malicious", status: str = "prevented") -> Json:
    """A file; `path` with backslashes and the name at its end."""
    base = {**_base("file", at=at, verdict=verdict), "remediationStatus": status}
    return {**base, "detectionStatus": "prevented", "mdeDeviceId": None, "fileDetails": _file_details(path)}


def process(command: str, *, path: str, parent: str, by: str, host: str, at: datetime, pid: int) -> Json:
    """A process with its command line."""
    return {
        **_base("process", at=at, verdict="suspicious"), "processId": pid, "parentProcessId": 612,
        "processCommandLine": command, "processCreationDateTime": stamp(at), "detectionStatus": "detected",
        "mdeDeviceId": sha(f"device/{host}", algorithm="sha1"), "imageFile": _file_details(path),
        "parentProcessImageFile": _file_details(parent), "userAccount": account(by),
    }  # fmt: skip


def address(ip: str, *, at: datetime, roles: tuple[str, ...] = ("source",)) -> Json:
    """An IP address."""
    base = _base("ip", at=at, roles=roles, verdict="suspicious")
    return {**base, "ipAddress": ip, "countryLetterCode": ADDRESSES.get(ip)}


def url(link: str, *, at: datetime) -> Json:
    """A URL."""
    return {**_base("url", at=at, verdict="malicious"), "url": link}


def mailbox(name: str, *, at: datetime) -> Json:
    """A mailbox."""
    return {
        **_base("mailbox", at=at, roles=("attacked",)), "primaryAddress": f"{name}@contoso.example",
        "displayName": USERS[name], "upn": f"{name}@contoso.example", "userAccount": account(name),
    }  # fmt: skip


def mail(subject: str, *, to: str, sender: str, link: str, at: datetime, rng: random.Random) -> Json:
    """A mail that Defender for Office 365 has looked at."""
    return {
        **_base("analyzedMessage", at=at, verdict="malicious"), "networkMessageId": made_guid(rng),
        "internetMessageId": f"<{rng.getrandbits(48):x}@mail.example.net>", "subject": subject, "language": "en",
        "senderIp": rng.choice(list(ADDRESSES)), "recipientEmailAddress": f"{to}@contoso.example",
        "antiSpamDirection": "inbound", "deliveryAction": "delivered", "deliveryLocation": "inbox",
        "urn": f"urn:MailEntity:{rng.getrandbits(64):x}", "threats": ["phish"],
        "threatDetectionMethods": ["urlReputation"],
        "urls": [link], "urlCount": 1, "attachmentsCount": 0, "receivedDateTime": stamp(at),
        "p1Sender": {"emailAddress": sender, "displayName": None, "domainName": sender.split("@")[1]},
        "p2Sender": {"emailAddress": sender, "displayName": "Payroll", "domainName": sender.split("@")[1]},
    }  # fmt: skip


def app(name: str, app_id: int, *, at: datetime) -> Json:
    """A cloud application."""
    base = _base("cloudApplication", at=at)
    return {**base, "displayName": name, "appId": app_id, "instanceId": 0, "instanceName": name, "saasAppId": app_id}


def made_guid(rng: random.Random) -> str:
    """A GUID of this random sequence."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _base(kind: str, *, at: datetime, roles: tuple[str, ...] = (), verdict: str = "unknown") -> dict[str, Any]:
    return {
        "@odata.type": f"{_TYPE}{kind}Evidence", "createdDateTime": stamp(at), "verdict": verdict,
        "remediationStatus": "none", "remediationStatusDetails": None, "roles": list(roles), "detailedRoles": [],
        "tags": [],
    }  # fmt: skip


def _file_details(path: str) -> Json:
    folder, name = path.rsplit("\\", 1)
    return {
        "fileName": name, "filePath": folder, "fileSize": 1000 + sum(map(ord, path)) * 37,
        "sha1": sha(name, algorithm="sha1"), "sha256": sha(name), "filePublisher": None, "signer": None, "issuer": None,
    }  # fmt: skip
