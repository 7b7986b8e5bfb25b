"""Defender's words as Graph, the Defender API, hunting and its portals spell them, in ours.

Case and punctuation do not matter.
"""

from collections.abc import Mapping

from bot.alerts.words import (
    DETERMINATIONS,
    UNDETERMINED,
    WITHDRAWN_DETERMINATIONS,
    Classification,
    Severity,
    Status,
)


def _plain(word: str) -> str:
    return "".join(filter(str.isalnum, word)).lower()


_SEVERITIES = {str(severity): severity for severity in Severity}

_STATUSES: Mapping[str, Status] = {"active": Status.NEW} | {_plain(status): status for status in Status}

#: "True alert" and "False alert" are Defender for Identity's.
_CLASSIFICATIONS: Mapping[str, Classification] = {
    "truealert": Classification.TRUE_POSITIVE,
    "falsealert": Classification.FALSE_POSITIVE,
    "benignpositive": Classification.EXPECTED,
} | {_plain(classification): classification for classification in Classification}

#: The right side is Graph's spelling, the left one the Defender API's and that of Graph's older pages.
_DETERMINATIONS: Mapping[str, str] = {
    "compromiseduser": "compromisedAccount",
    "clean": "notMalicious",
    "insufficientdata": "notEnoughDataToValidate",
    "confirmeduseractivity": "confirmedActivity",
} | {_plain(word): word for words in (*DETERMINATIONS.values(), WITHDRAWN_DETERMINATIONS) for word in words}


def _spellings(**others: str) -> Mapping[str, str]:
    """By its plain form, each of Graph's words and what else stands for it, separated by blanks."""
    known = {other: word for word, said in others.items() for other in said.split()}
    return known | {_plain(word): word for word in others}


#: Beside Graph's: the Defender API's, and the products' names as hunting tables and portals write them.
_SERVICES = _spellings(
    microsoftDefenderForEndpoint="microsoftdefenderatp windowsdefenderatp mdatp wdatp defenderforendpoint",
    microsoftDefenderForIdentity="azureatp azureadvancedthreatprotection aatp mdi defenderforidentity",
    microsoftDefenderForCloudApps="microsoftcloudappsecurity cloudappsecurity mcas defenderforcloudapps",
    microsoftDefenderForOffice365="officeatp office365atp office365advancedthreatprotection oatp defenderforoffice365",
    microsoft365Defender="microsoftthreatprotection mtp m365d microsoftdefenderxdr defenderxdr microsoftxdr",
    azureAdIdentityProtection="aadidentityprotection aadip ipc azureactivedirectoryidentityprotection entraidprotection"
    " microsoftentraidprotection azureadidentityprotection",
    microsoftAppGovernance="appgovernance appgovernanceservice",
    dataLossPrevention="microsoftdatalossprevention dlp microsoftpurviewdatalossprevention",
    microsoftDefenderForCloud="azuresecuritycenter azuredefender asc defenderforcloud",
    microsoftSentinel="azuresentinel sentinel",
    microsoftInsiderRiskManagement="insiderriskmanagement irm microsoftpurviewinsiderriskmanagement",
    microsoftThreatIntelligence="",
    microsoftSecurityForAI="",
)

_DETECTIONS = _spellings(
    microsoftDefenderForEndpoint="edr windowsdefenderatp microsoftdefenderatp defenderforendpoint",
    antivirus="windowsdefenderav microsoftdefenderantivirus",
    smartScreen="windowsdefendersmartscreen",
    customTi="customerti customthreatintelligence",
    microsoftDefenderForOffice365="officeatp defenderforoffice365",
    automatedInvestigation="",
    microsoftThreatExperts="threatexperts defenderexperts microsoftdefenderexperts",
    customDetection="",
    microsoftDefenderForIdentity="azureatp defenderforidentity",
    cloudAppSecurity="microsoftcloudappsecurity mcas microsoftdefenderforcloudapps defenderforcloudapps",
    microsoft365Defender="microsoftthreatprotection mtp microsoftdefenderxdr defenderxdr",
    azureAdIdentityProtection="aadidentityprotection aadip entraidprotection microsoftentraidprotection",
    manual="",
    microsoftDataLossPrevention="datalossprevention dlp",
    appGovernancePolicy="",
    appGovernanceDetection="",
    nrtAlerts="nrtalert",
    scheduledAlerts="scheduledalert",
    builtInMl="",
    microsoftInsiderRiskManagement="insiderriskmanagement",
    microsoftSentinel="sentinel",
)


def severity_of(word: str | None) -> Severity:
    """Unknown and absent count as medium."""
    return _SEVERITIES.get((word or "").lower(), Severity.MEDIUM)


def severity_in_graphs_words(word: str) -> Severity | None:
    """None for another word."""
    return _SEVERITIES.get(word.lower())


def status_of(word: str | None) -> Status | None:
    """None where Graph does not know, or says something that we do not."""
    return _STATUSES.get(_plain(word)) if word else None


def classification_of(word: str | None) -> Classification:
    return _CLASSIFICATIONS.get(_plain(word or ""), Classification.NOT_SET)


def determination_of(word: str | None) -> str:
    return _DETERMINATIONS.get(_plain(word or ""), UNDETERMINED)


def service_of(word: str | None) -> str:
    """Graph's word for a Defender product; another one as it came."""
    return _SERVICES.get(_plain(word or "")) or open_word(word)


def known_service(*words: str) -> str:
    """The first of them that names a Defender product, in Graph's word; empty where none does."""
    return next(filter(None, (_SERVICES.get(_plain(word)) for word in words)), "")


def known_detection(word: str) -> str:
    return _DETECTIONS.get(_plain(word), "")


def detection_of(word: str | None) -> str:
    return _DETECTIONS.get(_plain(word or "")) or open_word(word)


def investigation_of(word: str | None) -> str:
    """The Defender API begins the same words with a capital."""
    return open_word(word[:1].lower() + word[1:]) if word else ""


def open_word(word: str | None) -> str:
    """A word of a vocabulary that grows: kept as it came, but for the two that mean nothing."""
    return "" if word is None or _plain(word) in {"unknown", "unknownfuturevalue"} else word
