"""Payloads as the sources send them, of our own making. Each builder gives a fresh dictionary."""

import json
from typing import Any

_NAMESPACE = "#microsoft.graph.security."
_TENANT = "6f1c4c0e-52c1-4c0b-8b53-0d1f0a9a7c11"
_DEVICE = "4be1c3b0a9d84e0f8a3c1f2d5e6b7a8c9d0e1f23"
_SHA1 = "a3f1c4d5e6b7a8c9d0e1f2a3b4c5d6e7f8091a2b"
_SHA256 = "0c9d8e7f6a5b4c3d2e1f00112233445566778899aabbccddeeff001122334455"


def encoded(payload: Any) -> bytes:
    """As it goes over the wire."""
    return json.dumps(payload).encode()


def graph_evidence(kind: str, **fields: Any) -> dict[str, Any]:
    """A piece of evidence of Graph with its common part; `kind` without namespace and `Evidence`."""
    return {
        "@odata.type": f"{_NAMESPACE}{kind}Evidence",
        "createdDateTime": "2026-03-02T03:04:11.1534219Z",
        "verdict": "suspicious",
        "remediationStatus": "none",
        "remediationStatusDetails": None,
        "roles": [],
        "detailedRoles": [],
        "tags": [],
        **fields,
    }


def graph_alert(*, full: bool = False, **overrides: Any) -> dict[str, Any]:
    """An alert of Defender for Endpoint; `full` adds five pieces of evidence and makes it about 6 KB."""
    alert = {
        "@odata.type": "#microsoft.graph.security.alert",
        "id": "da638765432109876543_-1123581321",
        "providerAlertId": "638765432109876543_-1123581321",
        "incidentId": "4711",
        "status": "new",
        "severity": "high",
        "classification": "unknown",
        "determination": "unknown",
        "serviceSource": "microsoftDefenderForEndpoint",
        "detectionSource": "antivirus",
        "productName": "Microsoft Defender for Endpoint",
        "detectorId": "7c0c1a52-40b9-4b1c-9f0e-6a7b8c9d0e1f",
        "tenantId": _TENANT,
        "title": "Credential theft tool was run",
        "description": (
            "A tool that reads credentials out of memory was run on this device. Whoever ran it may now be able to "
            "sign in elsewhere as any of the accounts that were signed in here."
        ),
        "recommendedActions": (
            "Isolate the device.\nReset the passwords of the accounts that were signed in.\n"
            "Look at the timeline of the device for what happened before and after.\n"
            "Search other devices for the same file, and block it."
        ),
        "category": "CredentialAccess",
        "categories": ["CredentialAccess"],
        "assignedTo": None,
        "investigationState": "unsupportedAlertType",
        "alertWebUrl": f"https://security.microsoft.com/alerts/da638765432109876543_-1123581321?tid={_TENANT}",
        "incidentWebUrl": f"https://security.microsoft.com/incidents/4711?tid={_TENANT}",
        "actorDisplayName": None,
        "threatDisplayName": "HackTool:Win32/Dumper",
        "threatFamilyName": "Dumper",
        "mitreTechniques": ["T1003.001", "T1003"],
        "createdDateTime": "2026-03-02T03:04:10.9876543Z",
        "lastUpdateDateTime": "2026-03-02T03:12:00.12Z",
        "resolvedDateTime": None,
        "firstActivityDateTime": "2026-03-02T03:02:00Z",
        "lastActivityDateTime": "2026-03-02T03:11:30.5Z",
        "systemTags": ["Critical asset"],
        "customDetails": {"Ring": "2"},
        "additionalData": None,
        "comments": [],
        "evidence": _five_pieces() if full else [],
    }
    return {**alert, **overrides}


def graph_page(*alerts: Any) -> dict[str, Any]:
    """A page of `GET /security/alerts_v2`."""
    return {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#security/alerts_v2", "value": list(alerts)}


def alertmanager_alert(**overrides: Any) -> dict[str, Any]:
    """One firing alert of a group; labels and annotations are replaced as a whole."""
    alert = {
        "status": "firing",
        "labels": {
            "alertname": "DiskAlmostFull",
            "instance": "web-1.example.com:9100",
            "job": "node",
            "severity": "critical",
        },
        "annotations": {
            "summary": "Disk of web-1 almost full",
            "description": "/var has 3 % left.",
            "runbook_url": "https://runbooks.example.com/disk",
        },
        "startsAt": "2026-03-02T03:02:00.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=disk",
        "fingerprint": "5c1d0a9b3e7f2468",
    }
    return {**alert, **overrides}


def alertmanager_webhook(*alerts: Any, **overrides: Any) -> dict[str, Any]:
    """A webhook of Alertmanager, version 4, with one firing alert where none is given."""
    group = {
        "version": "4",
        "groupKey": '{}:{alertname="DiskAlmostFull"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "tocsin",
        "groupLabels": {"alertname": "DiskAlmostFull"},
        "commonLabels": {"alertname": "DiskAlmostFull", "severity": "critical"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.com:9093",
        "alerts": list(alerts) or [alertmanager_alert()],
    }
    return {**group, **overrides}


def _five_pieces() -> list[dict[str, Any]]:
    image = {
        "sha1": _SHA1,
        "sha256": _SHA256,
        "md5": None,
        "fileName": "dump.exe",
        "filePath": "C:\\Users\\svc-build\\AppData\\Local\\Temp",
        "fileSize": 1_250_304,
        "filePublisher": None,
        "signer": None,
        "issuer": None,
    }
    account = {
        "accountName": "svc-build",
        "domainName": "CONTOSO",
        "userSid": "S-1-5-21-1004336348-1177238915-682003330-1104",
        "azureAdUserId": "2d7a3b1c-8e4f-4a5b-9c6d-7e8f9a0b1c2d",
        "userPrincipalName": "svc-build@contoso.example.com",
        "displayName": "Build service",
    }
    device = graph_evidence(
        "device",
        roles=["compromised"],
        detailedRoles=["Main device"],
        tags=["Ring 2"],
        mdeDeviceId=_DEVICE,
        azureAdDeviceId="9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d",
        deviceDnsName="web-1.contoso.example.com",
        hostName="web-1",
        osPlatform="WindowsServer2022",
        osBuild=20348,
        healthStatus="active",
        riskScore="high",
        rbacGroupId=12,
        rbacGroupName="Web servers",
        onboardingStatus="onboarded",
        defenderAvStatus="updated",
        firstSeenDateTime="2025-10-12T07:28:32.4321753Z",
        ipInterfaces=["10.1.2.3", "fe80::1c2d:3e4f:5a6b:7c8d"],
        lastIpAddress="10.1.2.3",
        loggedOnUsers=[{"accountName": "svc-build", "domainName": "CONTOSO"}],
        vmMetadata={
            "vmId": "8f7e6d5c-4b3a-4291-8807-f6e5d4c3b2a1",
            "cloudProvider": "azure",
            "resourceId": "/vm/web-1",
        },
    )
    return [
        device,
        graph_evidence("user", roles=["compromised"], userAccount=account),
        graph_evidence("file", detectionStatus="detected", mdeDeviceId=_DEVICE, fileDetails=image),
        graph_evidence(
            "process",
            detailedRoles=["Trigger"],
            processId=4242,
            parentProcessId=668,
            processCommandLine='"dump.exe" --target lsass --out C:\\Windows\\Temp\\out.bin',
            processCreationDateTime="2026-03-02T03:02:00.0772577Z",
            parentProcessCreationDateTime="2026-03-02T02:39:09.0909239Z",
            mdeDeviceId=_DEVICE,
            imageFile=image,
            parentProcessImageFile={**image, "sha1": None, "sha256": None, "fileName": "cmd.exe"},
            userAccount=account,
        ),
        graph_evidence("ip", roles=["commandAndControl"], ipAddress="203.0.113.77", countryLetterCode="NL"),
    ]
