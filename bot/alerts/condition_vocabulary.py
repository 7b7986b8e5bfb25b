"""Words of the condition language beside Graph's own: portal labels, short words, kinds and properties of evidence.

Keys of words are squashed: small letters and digits alone. Values that are not here are taken as they are typed.
"""

from collections.abc import Mapping
from typing import TypedDict

from bot.alerts import words as closed
from bot.alerts.condition_values import squash


class Choices(TypedDict, total=False):
    """Parts of a field's Spec."""

    choices: tuple[str, ...]
    words: Mapping[str, str]
    none: str


def _words(**lists: str) -> dict[str, str]:
    """From each canonical value's other words, separated by blanks, and from itself."""
    others = {word: value for value, words in lists.items() for word in words.split()}
    return others | {squash(value): value for value in lists}


def _closed(*choices: str, none: str = "", **others: str) -> Choices:
    known = tuple(map(str, choices))  # plain texts, not members of an enumeration
    return Choices(choices=known, words=_words(**others) | {squash(choice): choice for choice in known}, none=str(none))


SEVERITIES = _closed(*closed.Severity, informational="info", high="critical")
STATUSES = _closed(*closed.Status, new="active", resolved="closed", inProgress="progress started")
SIGNALS = _closed(*closed.Signal)
FLAGS = _closed("yes", "no", yes="true", no="false")
CLASSIFICATIONS = _closed(
    *closed.Classification,
    none=closed.Classification.NOT_SET,
    notSet="none unknown",
    truePositive="tp true truealert",
    falsePositive="fp false falsealert",
    informationalExpectedActivity="expected expectedactivity informational informationalexpected benignpositive",
)
DETERMINATIONS = _closed(
    *dict.fromkeys(value for values in closed.DETERMINATIONS.values() for value in values),
    *sorted(closed.WITHDRAWN_DETERMINATIONS),
    multiStagedAttack="multistageattack multistage",
    maliciousUserActivity="maliciousactivity",
    compromisedAccount="compromiseduser",
    securityTesting="securitytest test",
    lineOfBusinessApplication="lob lineofbusiness",
    confirmedActivity="confirmed confirmeduseractivity",
    notMalicious="clean",
    notEnoughDataToValidate="notenoughdata insufficientdata",
)

#: The first word of each is the one that is shown.
SERVICES = Choices(
    words=_words(
        microsoftDefenderForEndpoint="endpoint mde defenderforendpoint",
        microsoftDefenderForIdentity="identity mdi defenderforidentity",
        microsoftDefenderForCloudApps="cloudapps mda mcas defenderforcloudapps",
        microsoftDefenderForOffice365="office office365 mdo email defenderforoffice365",
        microsoft365Defender="xdr defenderxdr m365d defender microsoftdefenderxdr",
        azureAdIdentityProtection="entra entraid identityprotection entraidprotection aadip aadidentityprotection",
        microsoftAppGovernance="appgovernance",
        dataLossPrevention="dlp",
        microsoftDefenderForCloud="cloud mdc defenderforcloud",
        microsoftSentinel="sentinel",
        microsoftInsiderRiskManagement="insiderrisk",
        microsoftThreatIntelligence="threatintelligence",
        microsoftSecurityForAI="ai securityforai",
    )
)

DETECTIONS = Choices(
    words=_words(
        microsoftDefenderForEndpoint="edr endpoint",
        customTi="customthreatintelligence",
        microsoftDefenderForOffice365="office office365",
        microsoftThreatExperts="defenderexperts",
        microsoftDefenderForIdentity="identity",
        cloudAppSecurity="cloudapps",
        microsoft365Defender="xdr defenderxdr",
        azureAdIdentityProtection="entra entraidprotection",
        microsoftDataLossPrevention="dlp datalossprevention",
        nrtAlerts="nearrealtimerule",
        scheduledAlerts="scheduledrule",
        builtInMl="builtinmachinelearning",
        microsoftSentinel="sentinel",
    )
)

INVESTIGATIONS = Choices(
    words=_words(
        benign="nothreatsfound",
        successfullyRemediated="remediated",
        pendingResource="waitingforthedevice",
        unsupportedOs="unsupportedoperatingsystem",
        terminatedByUser="stoppedbyauser",
        terminatedBySystem="stoppedbythesystem",
    )
)

VERDICTS = Choices(words=_words(unknown="none noverdict", noThreatsFound="clean"))

#: Kinds of evidence and their short names, the shown one first.
KINDS: Mapping[str, tuple[str, ...]] = {
    "activeDirectoryDomain": (),
    "aiAgent": (),
    "amazonResource": ("aws",),
    "amsiScript": ("script", "amsi"),
    "analyzedMessage": ("mail", "email", "message"),
    "azureResource": ("azure",),
    "blob": (),
    "blobContainer": (),
    "cloudApplication": ("app", "cloudapp"),
    "cloudLogonRequest": (),
    "cloudLogonSession": (),
    "container": (),
    "containerImage": ("image",),
    "containerRegistry": (),
    "device": ("host", "machine", "computer"),
    "dns": ("domain",),
    "file": (),
    "fileHash": ("hash",),
    "gitHubOrganization": (),
    "gitHubRepo": ("repo",),
    "gitHubUser": (),
    "googleCloudResource": ("gcp",),
    "hostLogonSession": (),
    "ioTDevice": ("iot",),
    "ip": ("ip", "address", "ipaddress"),
    "job": (),
    "kubernetesCluster": ("cluster",),
    "kubernetesController": ("controller", "deployment"),
    "kubernetesNamespace": ("namespace",),
    "kubernetesPod": ("pod",),
    "kubernetesSecret": (),
    "kubernetesService": (),
    "kubernetesServiceAccount": ("serviceaccount",),
    "mailCluster": (),
    "mailbox": (),
    "mailboxConfiguration": (),
    "malware": (),
    "networkConnection": ("connection",),
    "nic": (),
    "oauthApplication": ("oauth", "oauthapp"),
    "process": (),
    "registryKey": ("registry",),
    "registryValue": (),
    "sasToken": (),
    "scheduledTask": ("task",),
    "securityGroup": ("group",),
    "servicePrincipal": ("principal",),
    "service": (),
    "submissionMail": (),
    "teamsMessage": (),
    "url": ("url", "link"),
    "user": ("user", "account"),
    "wmiEvent": ("wmi",),
}

_FILE = {
    "name": ("fileName",),
    "path": ("filePath",),
    "sha256": ("sha256",),
    "sha1": ("sha1",),
    "md5": ("md5",),
    "publisher": ("filePublisher",),
    "signer": ("signer",),
}

#: Short names of properties that people ask for most, and where Graph keeps them.
PROPERTIES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "device": {
        "name": ("deviceDnsName",),
        "id": ("mdeDeviceId",),
        "entraid": ("azureAdDeviceId",),
        "group": ("rbacGroupName",),
        "groupid": ("rbacGroupId",),
        "os": ("osPlatform",),
        "risk": ("riskScore",),
    },
    "user": {
        "name": ("userAccount", "accountName"),
        "domain": ("userAccount", "domainName"),
        "upn": ("userAccount", "userPrincipalName"),
        "sid": ("userAccount", "userSid"),
        "id": ("userAccount", "azureAdUserId"),
        "display": ("userAccount", "displayName"),
    },
    "file": {short: ("fileDetails", *path) for short, path in _FILE.items()},
    "process": {short: ("imageFile", *path) for short, path in _FILE.items()}
    | {"commandline": ("processCommandLine",), "pid": ("processId",), "parent": ("parentProcessImageFile", "fileName")},
    "ip": {"address": ("ipAddress",), "country": ("countryLetterCode",)},
    "url": {"address": ("url",)},
    "mailbox": {"address": ("primaryAddress",), "upn": ("upn",)},
    "analyzedMessage": {
        "subject": ("subject",),
        "sender": ("p1Sender", "emailAddress"),
        "recipient": ("recipientEmailAddress",),
    },
    "cloudApplication": {"id": ("appId",), "name": ("displayName",)},
    "oauthApplication": {"id": ("appId",), "name": ("displayName",)},
    "registryKey": {"hive": ("registryHive",), "key": ("registryKey",)},
}

#: What else a piece goes by, beside its label and its entity: properties as Graph spells them.
NAMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "device": (("deviceDnsName",), ("hostName",)),
    "user": (
        ("userAccount", "accountName"),
        ("userAccount", "userPrincipalName"),
        ("userAccount", "displayName"),
    ),
    "mailbox": (("primaryAddress",), ("upn",)),
    "file": (("fileDetails", "fileName"), ("fileDetails", "sha256"), ("fileDetails", "sha1")),
    "process": (("imageFile", "fileName"),),
}
