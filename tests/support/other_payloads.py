"""Made-up payloads of the sources beside Graph and Alertmanager, in the shape of the real ones."""

from typing import Any

from tests.support.payloads import alertmanager_webhook

Json = dict[str, Any]


def grafana_alert(**overrides: Any) -> Json:
    """One alert of a webhook of Grafana's unified alerting."""
    alert = {
        "status": "firing",
        "labels": {
            "alertname": "Failed sign-ins high",
            "grafana_folder": "SOC",
            "instance": "vpn-1.contoso.example:9100",
            "severity": "critical",
        },
        "annotations": {
            "summary": "Failed sign-ins high on vpn-1",
            "description": "312 in five minutes.",
            "runbook_url": "https://runbooks.example.com/vpn",
        },
        "startsAt": "2026-03-02T03:02:10Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "https://grafana.example.com/alerting/grafana/ddz4/view?orgId=1",
        "fingerprint": "c6eadffa33fcdf37",
        "silenceURL": "https://grafana.example.com/alerting/silence/new?alertmanager=grafana&orgId=1",
        "dashboardURL": "https://grafana.example.com/d/abc?orgId=1",
        "panelURL": "https://grafana.example.com/d/abc?orgId=1&viewPanel=4",
        "imageURL": "",
        "ruleUID": "ddz4",
        "values": {"B": 312.0, "C": 1},
        "valueString": "[ var='B' labels={instance=vpn-1} value=312 ]",
        "orgId": 1,
    }
    return {**alert, **overrides}


def grafana_webhook(*alerts: Any, **overrides: Any) -> Json:
    """A webhook of Grafana's unified alerting, with one firing alert where none is given."""
    more = {
        "version": "1",
        "orgId": 1,
        "appVersion": "12.1.0",
        "externalURL": "https://grafana.example.com/",
        "title": "[FIRING:1] Failed sign-ins high SOC",
        "state": "alerting",
        "message": "**Firing**",
    }
    return alertmanager_webhook(*(alerts or (grafana_alert(),)), **{**more, **overrides})
