import json
from pathlib import Path
from typing import Any

import pytest

from bot.sources.evidence import kind_of, read_evidence
from bot.sources.evidence_kinds import KINDS
from bot.sources.graph.parse import parse
from bot.sources.values import KEY_LENGTH
from tests.support.payloads import encoded, graph_alert, graph_evidence

_SHA = "AB" * 32
_GUID = "2D7A3B1C-8e4f-4a5b-9c6d-7e8f9a0b1c2d"
_ACCOUNT = {"accountName": "ana", "domainName": "CONTOSO"}
_IP = {"ipAddress": "203.0.113.7"}
_NAMESPACE = {"name": "shop", "cluster": {"name": "prod"}}
_IN_NAMESPACE = ({"name": "Cart", "namespace": _NAMESPACE}, "prod/shop/cart", "Cart")

#: Each type of Graph v1.0: some fields, the entity without its kind, the label.
MINIMAL: dict[str, tuple[dict[str, Any], str, str]] = {
    "activeDirectoryDomain": ({"activeDirectoryDomainName": "Contoso.local"}, "contoso.local", "Contoso.local"),
    "aiAgent": ({"agentId": "A-1", "agentName": "Helper"}, "a-1", "Helper"),
    "amazonResource": ({"amazonResourceId": "arn:x", "resourceName": "bucket"}, "arn:x", "bucket"),
    "analyzedMessage": ({"networkMessageId": _GUID, "subject": "Pay now"}, _GUID.lower(), "Pay now"),
    "azureResource": ({"resourceId": "/Subs/1", "resourceName": "vm-1"}, "/subs/1", "vm-1"),
    "blob": ({"name": "a.zip", "url": "https://x/a.zip"}, "https://x/a.zip", "a.zip"),
    "blobContainer": ({"name": "drop"}, "drop", "drop"),
    "cloudApplication": ({"saasAppId": 11161, "instanceId": 0, "displayName": "M365"}, "11161/0", "M365"),
    "cloudLogonRequest": ({"requestId": "R-1"}, "r-1", "R-1"),
    "cloudLogonSession": ({"sessionId": "S-1", "account": {"userAccount": _ACCOUNT}}, "s-1", "CONTOSO\\ana"),
    "container": ({"containerId": "c0ffee", "name": "web"}, "c0ffee", "web"),
    "containerImage": ({"imageId": "nginx:1"}, "nginx:1", "nginx:1"),
    "containerRegistry": ({"registry": "r.example.com"}, "r.example.com", "r.example.com"),
    "device": ({"mdeDeviceId": "D1", "deviceDnsName": "web-1.contoso.com"}, "d1", "web-1.contoso.com"),
    "dns": ({"domainName": "Evil.example"}, "evil.example", "Evil.example"),
    "file": ({"fileDetails": {"sha256": _SHA, "sha1": "cd", "fileName": "a.exe"}}, _SHA.lower(), "a.exe"),
    "fileHash": ({"algorithm": "sha256", "value": _SHA}, _SHA.lower(), _SHA),
    "gitHubOrganization": ({"orgId": "7", "login": "contoso"}, "7", "contoso"),
    "gitHubRepo": ({"repoId": "8", "baseUrl": "https://github.com/c/r"}, "8", "https://github.com/c/r"),
    "gitHubUser": ({"userId": "9", "login": "ana"}, "9", "ana"),
    "googleCloudResource": ({"fullResourceName": "//g/x", "resourceName": "x"}, "//g/x", "x"),
    "hostLogonSession": (
        {
            "sessionId": "0x3e7",
            "host": {"mdeDeviceId": "D1", "hostName": "web-1"},
            "account": {"userAccount": _ACCOUNT},
        },
        "d1/0x3e7",
        "CONTOSO\\ana @ web-1",
    ),
    "ioTDevice": ({"deviceId": "I-1", "deviceName": "Camera"}, "i-1", "Camera"),
    "ip": (_IP, "203.0.113.7", "203.0.113.7"),
    "kubernetesCluster": ({"name": "Prod"}, "prod", "Prod"),
    "kubernetesController": _IN_NAMESPACE,
    "kubernetesNamespace": (_NAMESPACE, "prod/shop", "shop"),
    "kubernetesPod": _IN_NAMESPACE,
    "kubernetesSecret": _IN_NAMESPACE,
    "kubernetesService": _IN_NAMESPACE,
    "kubernetesServiceAccount": _IN_NAMESPACE,
    "mailCluster": ({"clusterBy": "Subject", "clusterByValue": "Pay"}, "subject:pay", "Pay"),
    "mailbox": ({"primaryAddress": "Ana@contoso.com", "displayName": "Ana"}, "ana@contoso.com", "Ana"),
    "mailboxConfiguration": ({"configurationId": "X-1", "mailboxPrimaryAddress": "a@b.c"}, "x-1", "a@b.c"),
    "malware": ({"name": "Emotet", "category": "Trojan"}, "emotet", "Emotet"),
    "networkConnection": (
        {"sourceAddress": _IP, "destinationAddress": {"ipAddress": "198.51.100.9"}, "destinationPort": 443},
        "203.0.113.7 → 198.51.100.9:443",
        "203.0.113.7 → 198.51.100.9:443",
    ),
    "nic": ({"macAddress": "00-AA"}, "00-aa", "00-AA"),
    "oauthApplication": ({"appId": _GUID, "displayName": "App"}, _GUID.lower(), "App"),
    "process": ({"imageFile": {"sha256": _SHA, "fileName": "a.exe"}, "processId": 42}, _SHA.lower(), "a.exe (42)"),
    "registryKey": ({"registryHive": "HKLM", "registryKey": "Run"}, "hklm\\run", "HKLM\\Run"),
    "registryValue": ({"registryHive": "HKLM", "registryKey": "Run", "registryValueName": "X"}, "hklm\\run\\x", "X"),
    "sasToken": ({"signatureHash": "H1", "storageResource": {"resourceName": "store"}}, "h1", "store"),
    "securityGroup": ({"securityGroupId": _GUID, "displayName": "Admins"}, _GUID.lower(), "Admins"),
    "servicePrincipal": ({"servicePrincipalObjectId": "O1", "servicePrincipalName": "sp"}, "o1", "sp"),
    "submissionMail": ({"networkMessageId": _GUID, "subject": "Is this ok?"}, _GUID.lower(), "Is this ok?"),
    "teamsMessage": ({"threadId": "19:x", "messageId": "17", "subject": "Hi"}, "19:x/17", "Hi"),
    "url": ({"url": "https://Evil.example/x"}, "https://evil.example/x", "https://Evil.example/x"),
    "user": ({"userAccount": {**_ACCOUNT, "azureAdUserId": _GUID}}, _GUID.lower(), "CONTOSO\\ana"),
}


def test_all_types_of_the_service_are_known() -> None:
    assert len(MINIMAL) == 48
    assert set(KINDS) == set(MINIMAL)


def test_the_list_of_types_is_the_published_one() -> None:
    schema = Path(__file__).resolve().parents[4] / "shared/schemas/graph-security-v1.0-alert-incident.types.json"
    if not schema.exists():
        pytest.skip("the published types are not here")
    types = json.loads(schema.read_bytes())["types"]
    published = {name.removesuffix("Evidence") for name, of in types.items() if of.get("base") == "self.alertEvidence"}
    assert set(KINDS) == published


@pytest.mark.parametrize("kind", MINIMAL)
def test_each_type_has_its_key_and_label(kind: str) -> None:
    fields, key, label = MINIMAL[kind]
    piece = read_evidence(graph_evidence(kind, **fields))
    assert (piece.kind, piece.entity, piece.label) == (kind, f"{kind.lower()}:{key}", label)
    assert piece.verdict == "suspicious"
    assert {name: piece.properties[name] for name in fields} == fields


@pytest.mark.parametrize("kind", MINIMAL)
def test_each_type_is_kept_even_with_nothing_in_it(kind: str) -> None:
    piece = read_evidence({"@odata.type": f"#microsoft.graph.security.{kind}Evidence"})
    assert (piece.kind, piece.entity, piece.label, piece.verdict, piece.remediation) == (
        kind,
        "",
        kind,
        "unknown",
        "none",
    )


@pytest.mark.parametrize("kind", MINIMAL)
@pytest.mark.parametrize("nonsense", [[], {}, True, 1.5, [None], "", {"name": {"name": []}}])
def test_each_type_is_kept_with_nonsense_in_it(kind: str, nonsense: Any) -> None:
    piece = read_evidence(graph_evidence(kind, **dict.fromkeys(MINIMAL[kind][0], nonsense)))
    assert piece.kind == kind
    assert piece.label


@pytest.mark.parametrize(
    ("fields", "key", "label"),
    [
        ({"mdeDeviceId": "D1", "taskName": "Updater", "taskId": "T-9"}, "t-9", "Updater"),
        ({"taskName": "Updater", "mdeDeviceId": "D1"}, "updater", "Updater"),
        ({"script": "IEX", "sha256": _SHA}, _SHA.lower(), _SHA),
        ({"displayName": "Event filter", "eventGuid": 5}, "5", "Event filter"),
        ({"nothing": {"id": "nested"}}, "", "scheduledTask"),
    ],
)
def test_a_type_that_is_new_is_kept_with_what_looks_like_an_id_and_a_name(
    fields: dict[str, Any], key: str, label: str
) -> None:
    piece = read_evidence(graph_evidence("scheduledTask", **fields))
    assert (piece.kind, piece.label) == ("scheduledTask", label)
    assert piece.entity == (f"scheduledtask:{key}" if key else "")


@pytest.mark.parametrize(
    ("type_name", "kind"),
    [
        ("#microsoft.graph.security.deviceEvidence", "device"),
        ("microsoft.graph.security.amsiScriptEvidence", "amsiScript"),
        ("#contoso.thing", "contoso.thing"),
        ("", "unknown"),
        (None, "unknown"),
        (7, "unknown"),
        ("#microsoft.graph.security.Evidence", "unknown"),
    ],
)
def test_the_kind_is_the_type_without_namespace_and_suffix(type_name: object, kind: str) -> None:
    assert kind_of(type_name) == kind


@pytest.mark.parametrize(
    ("account", "key", "label"),
    [
        (
            {"userSid": "S-1-5-18", "accountName": "SYSTEM", "domainName": "NT AUTHORITY"},
            "s-1-5-18",
            "NT AUTHORITY\\SYSTEM",
        ),
        ({"userPrincipalName": "Ana@contoso.com", "displayName": "Ana"}, "ana@contoso.com", "Ana@contoso.com"),
        (
            {"accountName": "ana", "domainName": "contoso.com", "userPrincipalName": "ana@contoso.com"},
            "ana@contoso.com",
            "ana@contoso.com",
        ),
        ({"accountName": "ana", "domainName": "CONTOSO"}, "contoso\\ana", "CONTOSO\\ana"),
        ({"displayName": "Ana"}, "", "Ana"),
    ],
)
def test_users_go_by_their_most_stable_id(account: dict[str, str], key: str, label: str) -> None:
    piece = read_evidence(graph_evidence("user", userAccount=account))
    assert (piece.entity, piece.label) == (f"user:{key}" if key else "", label)


def test_processes_of_one_image_differ_by_their_command_line_and_not_by_their_number() -> None:
    def entity(command: str, number: int) -> str:
        image = {"sha1": "cafe", "fileName": "a.exe"}
        return read_evidence(
            graph_evidence("process", imageFile=image, processCommandLine=command, processId=number)
        ).entity

    assert entity("a.exe /x", 1) == entity("A.EXE /X", 2)
    assert entity("a.exe /x", 1) != entity("a.exe /y", 1)
    assert entity("a.exe " + "y" * 30_000, 1).startswith("process:cafe:")
    assert len(entity("a.exe " + "y" * 30_000, 1)) < KEY_LENGTH


def test_long_names_of_devices_lose_their_domain() -> None:
    piece = read_evidence(graph_evidence("device", deviceDnsName="web-1." + "very-long-domain." * 4 + "com"))
    assert piece.label == "web-1"


def test_long_keys_are_hashed_and_still_differ() -> None:
    one, other = (read_evidence(graph_evidence("url", url="https://x/" + "a" * 5_000 + end)) for end in "yz")
    assert len(one.entity) <= KEY_LENGTH
    assert one.entity != other.entity
    assert len(one.label) <= 120


def test_the_trigger_is_named_where_the_source_names_it() -> None:
    piece = read_evidence(
        graph_evidence("ip", roles=["source", "unknown"], detailedRoles=["Trigger"], tags=["a", None])
    )
    assert piece.roles == ("source", "trigger")
    assert piece.tags == ("a",)
    assert read_evidence(graph_evidence("ip", detailedRoles=["Main device"])).roles == ()


def test_five_thousand_pieces_are_all_kept() -> None:
    pieces = [graph_evidence("ip", ipAddress=f"10.0.{number >> 8}.{number & 255}") for number in range(5_000)]
    evidence = parse(encoded(graph_alert(evidence=pieces))).reports[0].evidence
    assert len({piece.entity for piece in evidence}) == 5_000
