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


def defender_api_alert(**overrides: Any) -> Json:
    """An alert as api.security.microsoft.com has it, inside of an incident."""
    alert = {
        "alertId": "da638765432109876543_-1123581321",
        "providerAlertId": "638765432109876543_-1123581321",
        "incidentId": 4711,
        "serviceSource": "MicrosoftDefenderATP",
        "creationTime": "2026-03-02T03:04:10.9876543Z",
        "lastUpdatedTime": "2026-03-02T03:30:00Z",
        "resolvedTime": None,
        "firstActivity": "2026-03-02T03:02:00Z",
        "lastActivity": "2026-03-02T03:11:30Z",
        "title": "Credential theft tool was run",
        "description": "A tool that reads credentials was run.",
        "category": "CredentialAccess",
        "status": "InProgress",
        "severity": "High",
        "investigationState": "PendingApproval",
        "classification": "FalsePositive",
        "determination": "Clean",
        "detectionSource": "WindowsDefenderAv",
        "detectorId": "7c0c1a52-40b9-4b1c-9f0e-6a7b8c9d0e1f",
        "assignedTo": "bo.berg@contoso.example",
        "actorName": "Storm-0001",
        "threatFamilyName": "Dumper",
        "mitreTechniques": ["T1003.001"],
        "devices": [
            {
                "mdatpDeviceId": "0f" * 20,
                "deviceDnsName": "web-1.contoso.example",
                "osPlatform": "WindowsServer2022",
                "riskScore": "High",
                "tags": ["Ring 2"],
            }
        ],
        "entities": [
            {
                "entityType": "Process",
                "verdict": "Malicious",
                "remediationStatus": "NotFound",
                "sha256": "ab" * 32,
                "fileName": "dump.exe",
                "filePath": "C:\\Temp",
                "processId": 4242,
                "processCommandLine": "dump.exe lsass",
                "accountName": "svc",
                "domainName": "CONTOSO",
                "deviceId": "0f" * 20,
                "ipAddress": None,
            },
            {"entityType": "User", "accountName": "svc", "domainName": "CONTOSO", "userSid": "S-1-5-21-1"},
            {"entityType": "MailBox", "mailboxAddress": "ana@contoso.example", "mailboxDisplayName": "Ana"},
            {
                "entityType": "MailMessage",
                "subject": "Invoice",
                "sender": "x@bad.example",
                "recipient": "ana@c.example",
            },
            {"entityType": "Ip", "ipAddress": "203.0.113.7"},
            {"entityType": "Broom", "bristles": 700},
        ],
    }
    return {**alert, **overrides}


def defender_api_incident(*alerts: Any, **overrides: Any) -> Json:
    """A page of the Defender API's incidents, with one that has these alerts."""
    incident = {
        "incidentId": 4711,
        "incidentUri": "https://security.microsoft.com/incidents/4711",
        "redirectIncidentId": None,
        "incidentName": "Credential theft on one endpoint",
        "status": "Active",
        "severity": "High",
        "tags": [],
        "comments": [],
        "alerts": list(alerts) or [defender_api_alert()],
    }
    return {
        "@odata.context": "https://api.security.microsoft.com/api/$metadata#Incidents",
        "value": [incident | overrides],
    }


def alert_info(**overrides: Any) -> Json:
    """A row of advanced hunting's table AlertInfo."""
    row = {
        "Timestamp": "2026-03-02T03:04:10.9876543Z",
        "AlertId": "da638765432109876543_-1123581321",
        "Title": "Credential theft tool was run",
        "Category": "CredentialAccess",
        "Severity": "High",
        "ServiceSource": "Microsoft Defender for Endpoint",
        "DetectionSource": "Antivirus",
        "AttackTechniques": '["LSASS Memory (T1003.001)","OS Credential Dumping (T1003)"]',
    }
    return {**row, **overrides}


def alert_evidence(entity_type: str, **fields: Any) -> Json:
    """A row of advanced hunting's table AlertEvidence."""
    row = {
        "Timestamp": "2026-03-02T03:05:00Z",
        "AlertId": "da638765432109876543_-1123581321",
        "Title": "Credential theft tool was run",
        "Categories": '["CredentialAccess"]',
        "AttackTechniques": "",
        "ServiceSource": "Microsoft Defender for Endpoint",
        "DetectionSource": "Antivirus",
        "Severity": "High",
        "EntityType": entity_type,
        "EvidenceRole": "Impacted",
        "EvidenceDirection": "",
    }
    return {**row, **fields}
