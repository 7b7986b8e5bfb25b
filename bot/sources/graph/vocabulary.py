"""Graph's words, and what else is said for them, in ours. Case and punctuation do not matter."""

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


def severity_of(word: str | None) -> Severity:
    """Unknown and absent count as medium."""
    return _SEVERITIES.get((word or "").lower(), Severity.MEDIUM)


def status_of(word: str | None) -> Status | None:
    """None where Graph does not know, or says something that we do not."""
    return _STATUSES.get(_plain(word)) if word else None


def classification_of(word: str | None) -> Classification:
    return _CLASSIFICATIONS.get(_plain(word or ""), Classification.NOT_SET)


def determination_of(word: str | None) -> str:
    return _DETERMINATIONS.get(_plain(word or ""), UNDETERMINED)


def open_word(word: str | None) -> str:
    """A word of a vocabulary that grows: kept as it came, but for the two that mean nothing."""
    return "" if word is None or word in {"unknown", "unknownFutureValue"} else word
