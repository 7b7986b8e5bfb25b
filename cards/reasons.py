"""Why alerts belong together, in people's words."""

from collections.abc import Mapping
from datetime import timedelta

from bot.alerts.grouping import read_reason
from bot.alerts.incident import CorrelationReason
from cards.language import Language, as_words, mark
from cards.safe import brief

#: Characters of what alerts have in common.
_THING = 60

_THINGS: Mapping[str, str] = {
    "device": mark("host"), "user": mark("account"), "mailbox": mark("mailbox"), "kubernetesPod": mark("pod"),
    "container": mark("container"), "kubernetesController": mark("workload"), "servicePrincipal": mark("service"),
    "oauthApplication": mark("application"), "azureResource": mark("resource"), "amazonResource": mark("resource"),
    "googleCloudResource": mark("resource"), "ioTDevice": mark("device"), "file": mark("file"),
    "url": mark("web address"), "ip": mark("address"),
}  # fmt: skip

#: Graph's `correlationReason` as the portal calls them.
REASONS: Mapping[str, str] = {
    CorrelationReason.SAME_ASSET: mark("Same asset"),
    CorrelationReason.SAME_ACTOR: mark("Same actor"),
    CorrelationReason.SHARED_INDICATORS: mark("Shared indicators"),
    CorrelationReason.SIMILAR_TTPS: mark("Similar techniques or behaviour"),
    CorrelationReason.SIMILAR_ARTIFACTS: mark("Similar artifacts"),
    CorrelationReason.EVENT_SEQUENCE: mark("Sequence of events"),
    CorrelationReason.CASUAL_SEQUENCE: mark("One event caused the other"),
    CorrelationReason.LATERAL_MOVEMENT: mark("Path of lateral movement"),
    CorrelationReason.TEMPORAL_PROXIMITY: mark("Close in time"),
    CorrelationReason.TIME_FRAME: mark("Same time frame"),
    CorrelationReason.REPEATED: mark("The same alert again"),
    CorrelationReason.SAME_CAMPAIGN: mark("Same campaign"),
    CorrelationReason.SAME_THREAT_SOURCE: mark("Same source of the threat"),
    CorrelationReason.SAME_TARGETED_ASSET: mark("Same targeted asset"),
    CorrelationReason.SAME_NETWORK_SEGMENT: mark("Same network segment"),
    CorrelationReason.NETWORK_PROXIMITY: mark("Close in the network"),
    CorrelationReason.SAME_GEOGRAPHY: mark("Same geography"),
}


def reason_text(reason: str, lang: Language) -> str:
    """`same host web-1 within 10 s`, `same campaign`; empty without a reason."""
    if not reason:
        return ""
    found = read_reason(reason)
    if found is None:
        return lang.inside(lang.term(REASONS, reason[:_THING]))
    silence, kind, label = found
    what = lang.term(_THINGS, kind) if kind in _THINGS else as_words(kind[:_THING]).lower()
    said = lang.t("same {kind} {what}", kind=what, what=brief(label, _THING))
    if not silence:
        return lang.t("{said} at the same time", said=said)
    return lang.t("{said} within {span}", said=said, span=_span(silence, lang))


def _span(silence: timedelta, lang: Language) -> str:
    seconds = int(silence.total_seconds())
    if seconds <= 90:
        return lang.t("{seconds} s", seconds=seconds)
    return lang.t("{minutes} min", minutes=-(-seconds // 60))
