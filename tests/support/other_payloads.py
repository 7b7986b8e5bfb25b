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


def sentinel_alert(**overrides: Any) -> Json:
    """A row of Log Analytics' table SecurityAlert, whose lists and objects are JSON in strings."""
    row = {
        "TenantId": "802d39e1-9d70-404d-832c-2de5e2478eda",
        "TimeGenerated": "2026-03-02T03:12:00Z",
        "StartTime": "2026-03-02T02:00:00Z",
        "EndTime": "2026-03-02T03:02:00Z",
        "SystemAlertId": "A47F47D6-79B7-4502-824B-97ABC4905A73",
        "DisplayName": "Sign-ins from two continents",
        "AlertName": "Sign-ins from two continents",
        "AlertSeverity": "High",
        "Description": "The same account signed in from two continents.",
        "ProviderName": "ASI Scheduled Alerts",
        "ProductName": "Azure Sentinel",
        "VendorName": "Microsoft",
        "AlertType": "802d39e1_0a1b2c3d-0000-4000-8000-000000000001",
        "Status": "New",
        "Tactics": "InitialAccess, Persistence",
        "Techniques": '["T1078","T1098"]',
        "RemediationSteps": '["Ask the person.","Reset the password."]',
        "AlertLink": "https://portal.azure.com/#view/alert/1",
        "CompromisedEntity": "web-1",
        "ConfidenceLevel": "Unknown",
        "ExtendedProperties": '{"Query Period": "01:00:00", "Total Account Entities": 1}',
        "Entities": (
            '[{"$id":"1","HostName":"web-1","DnsDomain":"contoso.example","Type":"host"},'
            '{"$id":"2","Name":"ana.almeida","UPNSuffix":"contoso.example","Type":"account"},'
            '{"$id":"3","Name":"svc","Host":{"$ref":"1"},"Type":"account"},'
            '{"$id":"4","Address":"203.0.113.7","Location":{"CountryCode":"NL"},"Type":"ip"},'
            '{"$id":"5","Algorithm":"SHA256","Value":"AB12","Type":"filehash"},'
            '{"$id":"6","Name":"dump.exe","Directory":"C:\\\\Temp","FileHashes":[{"$ref":"5"}],"Type":"file"},'
            '{"$id":"7","ProcessId":"42","CommandLine":"dump.exe lsass","ImageFile":{"$ref":"6"},"Type":"process"},'
            '{"$id":"8","Weapon":"broom","Type":"unheard-of"}]'
        ),
    }
    return {**row, **overrides}


def sentinel_incident(**properties: Any) -> Json:
    """An incident of Sentinel's API, with these properties."""
    told = {
        "title": "Sign-ins from two continents",
        "description": "Two alerts of one account.",
        "severity": "Medium",
        "status": "Active",
        "classification": "BenignPositive",
        "classificationReason": "SuspiciousButExpected",
        "owner": {"assignedTo": "Bo Berg", "userPrincipalName": "bo.berg@contoso.example", "objectId": "b0"},
        "labels": [{"labelName": "vip", "labelType": "User"}],
        "createdTimeUtc": "2026-03-02T03:12:00Z",
        "firstActivityTimeUtc": "2026-03-02T02:00:00Z",
        "lastActivityTimeUtc": "2026-03-02T03:02:00Z",
        "incidentNumber": 1020,
        "incidentUrl": "https://portal.azure.com/#asset/Microsoft_Azure_Security_Insights/Incident/1505",
        "additionalData": {
            "alertsCount": 2,
            "alertProductNames": ["Azure Sentinel"],
            "tactics": ["InitialAccess"],
            "techniques": ["T1078"],
        },
        "relatedAnalyticRuleIds": ["/subscriptions/s/providers/Microsoft.SecurityInsights/alertRules/rule-7"],
        "relatedEntities": [
            {"kind": "Host", "properties": {"hostName": "web-1", "dnsDomain": "contoso.example"}},
            {"kind": "Account", "properties": {"accountName": "svc", "ntDomain": "CONTOSO"}},
        ],
        "comments": [
            {"properties": {"message": "Seen.", "author": {"name": "Ana"}, "createdTimeUtc": "2026-03-02T03:20:00Z"}}
        ],
    }
    return {
        "id": "/subscriptions/s/providers/Microsoft.SecurityInsights/Incidents/1505",
        "name": "1505",
        "type": "Microsoft.SecurityInsights/Incidents",
        "properties": {**told, **properties},
    }
