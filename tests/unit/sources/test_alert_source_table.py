"""The portal's table of alert sources: what the letters before an alert's id say, as a name and as a filter."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.alerts.absorb import born, said
from bot.alerts.alert import Alert
from bot.alerts.condition_match import matches
from bot.alerts.condition_text import parse as condition
from bot.sources.graph.ids import PREFIXES
from bot.sources.graph.parse import parse
from cards.labels import detection_label, service_label
from cards.language import ENGLISH
from tests.support.payloads import encoded, graph_alert

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GUID = "123a456b-c789-1d2e-a2f1-33a445b6c7d8"

#: Prefix, the name that people read, how they filter by it, and the detection source where the prefix says that too.
TABLE = [
    ("ra", "Defender XDR", "service:xdr", ""),
    ("ta", "Defender XDR", "service:defenderxdr", "Defender Experts"),
    ("ea", "Defender XDR", "service:xdr", "Custom detection"),
    ("fa", "Office 365", "service:office365", ""),
    ("da", "Endpoint", "service:endpoint", ""),
    ("ed", "Endpoint", "service:mde", "Custom detection"),
    ("aa", "Identity", "service:identity", ""),
    ("ri", "Identity", "service:mdi", ""),
    ("ca", "Cloud Apps", "service:cloudapps", ""),
    ("rm", "Cloud Apps", 'service:"cloud apps"', ""),
    ("ad", "Entra ID Protection", 'service:"entra id protection"', ""),
    ("ma", "App governance", "service:appgovernance", ""),
    ("dl", "Data loss prevention", "service:dlp", ""),
    ("dc", "Defender for Cloud", "service:cloud", ""),
    ("sn", "Sentinel", "service:sentinel", ""),
    ("ir", "Insider risk", "service:insiderrisk", ""),
]


def _alert(**fields: Any) -> Alert:
    """An alert of which only these fields are told."""
    raw = {**graph_alert(), "serviceSource": None, "detectionSource": None, **fields}
    (report,) = parse(encoded(raw)).reports
    return born(1, report, said(report, assignee=None, incident=None), NOW).alert


def _holds(text: str, alert: Alert) -> bool:
    return matches(condition(text), alert, (), NOW, people={}, me=None)


def test_the_table_is_whole() -> None:
    assert {prefix for prefix, *_ in TABLE} == PREFIXES.keys()


@pytest.mark.parametrize(("prefix", "service", "by_service", "detection"), TABLE)
@pytest.mark.parametrize("explicit", [None, "unknown", "unknownFutureValue"])
def test_the_prefix_names_the_source_and_filters_find_it(
    prefix: str, service: str, by_service: str, detection: str, explicit: str | None
) -> None:
    alert = _alert(id=prefix + GUID, serviceSource=explicit, detectionSource=explicit)
    assert alert.external_id == GUID
    assert service_label(alert, ENGLISH) == service
    assert detection_label(alert, ENGLISH) == detection
    assert _holds(by_service, alert)
    assert _holds(f'service:"{service}"', alert)
    assert _holds(f'detection:"{detection}"' if detection else "not detection:*", alert)
    others = [other for other, name, *_ in TABLE if name != service]
    assert not any(_holds(by_service, _alert(id=other + GUID)) for other in others)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_what_the_alert_says_itself_wins(prefix: str) -> None:
    alert = _alert(
        id=prefix + GUID, serviceSource="microsoftDefenderForIdentity", detectionSource="automatedInvestigation"
    )
    assert service_label(alert, ENGLISH) == "Identity"
    assert detection_label(alert, ENGLISH) == "Automated investigation"


def test_an_id_without_a_prefix_says_nothing() -> None:
    alert = _alert(id=GUID)
    assert (alert.service_source, alert.detection_source) == ("", "")


@pytest.mark.parametrize(
    ("said_so", "service"),
    [
        ("MicrosoftDefenderForEndpoint", "Endpoint"),
        ("OfficeATP", "Office 365"),
        ("Microsoft Defender for Office 365", "Office 365"),
        ("AzureATP", "Identity"),
        ("Microsoft Cloud App Security", "Cloud Apps"),
        ("Microsoft Threat Protection", "Defender XDR"),
        ("Microsoft Defender XDR", "Defender XDR"),
        ("AAD Identity Protection", "Entra ID Protection"),
        ("Microsoft Entra ID Protection", "Entra ID Protection"),
        ("App Governance", "App governance"),
        ("Microsoft Data Loss Prevention", "Data loss prevention"),
        ("Microsoft Sentinel", "Sentinel"),
        ("Unheard Of", "Unheard Of"),
    ],
)
def test_older_spellings_and_product_names_are_the_same_source(said_so: str, service: str) -> None:
    assert service_label(_alert(id=GUID, serviceSource=said_so), ENGLISH) == service
