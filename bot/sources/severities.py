"""What people and products write for a severity."""

from collections.abc import Mapping

from bot.alerts.words import Severity

_SEVERITIES: Mapping[str, Severity] = {
    word: severity
    for severity, words in {
        Severity.HIGH: "critical crit page emergency emerg fatal disaster error severe major high urgent p1 p2",
        Severity.MEDIUM: "warning warn medium moderate average p3",
        Severity.LOW: "low minor notice p4",
        Severity.INFORMATIONAL: "informational info information none debug ok p5",
    }.items()
    for word in words.split()
}


def severity_in_words(word: str) -> Severity | None:
    """None for a word that nobody uses for one."""
    return _SEVERITIES.get(word.strip().lower())
