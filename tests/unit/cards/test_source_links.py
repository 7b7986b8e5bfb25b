"""Links back to where an alert comes from."""

import pytest

from bot.alerts.alert import Alert
from cards.alert_card import render_alert
from cards.details import render_details
from cards.language import ENGLISH
from cards.source_links import source_links
from tests.support.card_reading import buttons
from tests.unit.cards import examples as given

HOSTS = frozenset({"grafana.contoso.example", "prometheus.contoso.example", "runbooks.contoso.example"})
TIMED = {"lang": ENGLISH, "nonce": given.NONCE, "now": given.NOW}


def an_alert(source: str, **labels: str) -> Alert:
    return given.an_alert(
        source=source,
        alert_url="https://prometheus.contoso.example/graph?g0.expr=up",
        documentation_url="https://runbooks.contoso.example/disk",
        labels=labels,
    )


def titles(alert: Alert) -> dict[str, str]:
    return {link["title"]: link["url"] for link in source_links(alert, ENGLISH, HOSTS)}


@pytest.mark.parametrize("name", ["dashboard", "dashboard_url", "dashboardURL", "grafana_dashboard"])
def test_an_alert_of_alertmanager_leads_to_its_rule_dashboard_and_runbook(name: str) -> None:
    assert titles(an_alert("alertmanager", **{name: "https://grafana.contoso.example/d/1"})) == {
        "Open at the source": "https://prometheus.contoso.example/graph?g0.expr=up",
        "Dashboard": "https://grafana.contoso.example/d/1",
        "Runbook": "https://runbooks.contoso.example/disk",
    }


def test_an_alert_of_grafana_leads_to_its_panel_too() -> None:
    pages = {"dashboard": "https://grafana.contoso.example/d/1", "panel": "https://grafana.contoso.example/d/1?p=2"}
    assert list(titles(an_alert("grafana", **pages))) == ["Open in Grafana", "Dashboard", "Panel", "Runbook"]


def test_no_link_leads_to_a_host_that_nobody_named() -> None:
    alert = an_alert("grafana", dashboard="https://evil.example/d/1", panel="javascript://x")
    assert list(titles(alert)) == ["Open in Grafana", "Runbook"]
    assert source_links(alert, ENGLISH, frozenset()) == []


def test_the_card_and_the_details_have_them_once() -> None:
    view = given.a_view(an_alert("alertmanager", dashboard="https://grafana.contoso.example/d/1"))
    links = [one.title for one in buttons(render_alert(view, link_hosts=HOSTS, **TIMED)) if one.url]
    assert links == ["Open at the source", "Dashboard", "Runbook"]
    details = given.DetailsView(view, (), ())
    shown = [one.title for one in buttons(render_details(details, link_hosts=HOSTS, **TIMED)) if one.url]
    assert shown == ["Open at the source", "Dashboard", "Runbook"]
