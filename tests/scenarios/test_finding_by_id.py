"""Alerts are found by what their sources call them: as the portal shows it, bare, or by their incident."""

from typing import Any

import pytest

from tests.support.payloads import alertmanager_alert, alertmanager_webhook, graph_alert
from tests.support.town import Town

ID = "638765432109876543_-1123581321"


async def test_the_id_of_the_portal_opens_the_alert_with_and_without_its_prefix(town: Town) -> None:
    number = (await town.report("graph", graph_alert(id=f"da{ID}", incidentId=None, title="The one")))["alerts"][0]
    await town.report("graph", graph_alert(id="aa123a456b-c789-1d2e-a2f1-33a445b6c7d8", incidentId=None, title="Other"))
    for name in (f"da{ID}", ID, f"DA{ID}"):
        told = await town.told("bo", f"alert {name}")
        assert "The one" in told, name
        assert f"#{number}" in told
    assert "Id at the source" in await town.told("bo", f"details da{ID}")
    assert "Other" in await town.told("bo", "alert AA123A456B-C789-1d2e-a2f1-33a445b6c7d8")
    assert "No alert is called “da999_1” here" in await town.told("bo", "alert da999_1")


async def test_search_finds_by_the_id_or_its_beginning_and_by_the_sources_incident(town: Town) -> None:
    await town.report("graph", graph_alert(id=f"da{ID}", incidentId="924518", title="The one"))
    await town.report("graph", graph_alert(id="da638111111111111111_1", incidentId="4711", title="Another"))
    for text in (ID, f"da{ID}", "da638765432", "638765432109", "924518"):
        told = await town.told("bo", f"search {text}")
        assert "The one" in told, text
        assert "Another" not in told, text
    assert "Nothing fits." in await town.told("bo", "search da777777777")
    assert "The one" in await town.told("bo", "search mimikatz or title:one")


async def test_other_sources_alerts_are_found_by_their_fingerprint(town: Town) -> None:
    firing = alertmanager_alert(fingerprint="5ef77f1f8a3ecf8d")
    await town.report("alertmanager", alertmanager_webhook(firing))
    assert "Disk" in await town.told("bo", "search 5ef77f1f8a3ecf8d")


async def test_an_id_of_something_that_one_may_not_see_is_as_unknown_as_any(town: Town) -> None:
    await town.report("graph", graph_alert(id=f"da{ID}", incidentId="924518", title="Not here"))
    for text in (f"alert da{ID}", f"details {ID}", f"search {ID}", "search 924518"):
        told = await town.told("ana", text, in_="quiet")
        assert "Not here" not in told
        assert "incident:" not in told
        assert "No alert is called" in told or "Nothing fits" in told


@pytest.mark.parametrize(
    ("prefix", "filter_", "name"),
    [
        ("ra", "service:xdr", "Defender XDR"),
        ("ta", 'detection:"defender experts"', "Defender XDR"),
        ("ea", "detection:customdetection", "Defender XDR"),
        ("fa", "service:office365", "Office 365"),
        ("da", "service:endpoint", "Endpoint"),
        ("ed", "service:endpoint detection:customdetection", "Endpoint"),
        ("aa", "service:identity", "Identity"),
        ("ca", "service:cloudapps", "Cloud Apps"),
        ("ad", "service:entra", "Entra ID Protection"),
        ("ma", "service:appgovernance", "App governance"),
        ("dl", "service:dlp", "Data loss prevention"),
    ],
)
async def test_the_portals_table_names_the_source_on_the_card_and_filters_by_it(
    town: Town, prefix: str, filter_: str, name: str
) -> None:
    raw: dict[str, Any] = graph_alert(id=f"{prefix}123a456b-c789-1d2e-a2f1-33a445b6c7d8", incidentId=None)
    number = (await town.report("graph", raw | {"serviceSource": None, "detectionSource": None}))["alerts"][0]
    other = graph_alert(id="zz-other", incidentId=None, title="Another one", serviceSource="microsoftSentinel")
    await town.report("graph", other | {"detectionSource": "scheduledAlerts"})
    found = await town.told("bo", f"search {filter_}")
    assert f"#{number}" in found
    assert "Another one" not in found
    assert name in await town.told("bo", f"alert {number}")
