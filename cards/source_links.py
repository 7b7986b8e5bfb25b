"""Links back to where an alert comes from: the portal, or the rule, its dashboard and its runbook."""

from collections.abc import Iterator, Mapping

from bot.alerts.alert import Alert
from bot.alerts.sharing import TEAMS
from cards.actions import open_url
from cards.elements import Action
from cards.language import Language

#: Sources whose rules have pages of their own.
_OF_RULES = frozenset({"alertmanager", "grafana"})

#: Labels and annotations, in small letters without signs, that hold the address of a page.
_DASHBOARD = ("dashboardurl", "dashboard", "grafanadashboard", "grafanaurl")
_PANEL = ("panelurl", "panel")


def source_links(alert: Alert, lang: Language, link_hosts: frozenset[str]) -> list[Action]:
    """Those that a card may have: to Microsoft's portals, and to hosts that the operator named."""
    links = (open_url(title, url, link_hosts=link_hosts) for title, url in _wanted(alert, lang) if url)
    return [link for link in links if link is not None]


def _wanted(alert: Alert, lang: Language) -> Iterator[tuple[str, str]]:
    if alert.source not in _OF_RULES:
        yield lang.t("Open the message") if alert.source == TEAMS else lang.t("Open in the portal"), alert.alert_url
        return
    by_name = {_plain(name): value for name, value in alert.labels.items() if "://" in value}
    title = lang.t("Open in Grafana") if alert.source == "grafana" else lang.t("Open at the source")
    yield title, alert.alert_url
    yield lang.t("Dashboard"), _first(by_name, _DASHBOARD)
    yield lang.t("Panel"), _first(by_name, _PANEL)
    yield lang.t("Runbook"), alert.documentation_url


def _first(by_name: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((by_name[name] for name in names if name in by_name), "")


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()
