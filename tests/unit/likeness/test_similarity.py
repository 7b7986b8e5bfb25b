"""Which alerts are found to be alike, and whether the reasons are true."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.alert import Alert
from bot.alerts.evidence import Evidence
from bot.alerts.features import Feature, kind_of, likeness_of
from bot.alerts.recommendation import Three, circles_of
from bot.alerts.similarity import Match, find
from bot.alerts.site import site_of
from bot.alerts.words import Classification, Severity
from tests.eval.adapters import Index

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
EVEN: Three = (1 / 3, 1 / 3, 1 / 3)
Given = tuple[Alert, Sequence[Evidence]]


def an_alert(number: int, title: str = "Brute force", site: str = "North", **more: object) -> Alert:
    return Alert(
        number=number,
        source="graph",
        external_id=str(number),
        revision=1,
        title=title,
        severity=Severity.LOW,
        created_at=AT,
        first_activity=AT,
        last_activity=AT + timedelta(seconds=number),
        received_at=AT,
        **{"alert_type": title.lower(), "category": "CredentialAccess", "labels": {"site": site}, **more},  # type: ignore[arg-type]
    )


def host(name: str) -> Evidence:
    return Evidence("device", f"device:{name}", name)


def search(
    of: Given, among: Sequence[tuple[Given, Classification]], limit: int = 8, expected: Three = EVEN
) -> list[Match]:
    index = Index()
    for (alert, evidence), verdict in among:
        index.add(alert.number, likeness_of(alert, evidence, site_of(alert, evidence)), verdict)
    like = likeness_of(*of, site_of(*of))
    return find(like.features, circles_of(like).kind, index, but=of[0].number, expected=expected, limit=limit)


def test_the_rarer_the_shared_thing_the_more_alike() -> None:
    others = [((an_alert(n), [host(f"pc-{n}")]), Classification.NOT_SET) for n in range(1, 20)]
    same_host = ((an_alert(20, "Malware", "South"), [host("web-1")]), Classification.NOT_SET)
    both = ((an_alert(21), [host("web-1")]), Classification.NOT_SET)
    found = search((an_alert(50), [host("web-1")]), [*others, same_host, both])
    assert found[0].alert == 21
    assert {(why.kind, why.label) for why in found[0].reasons} >= {("host", "web-1"), ("rule", "Brute force")}
    only_the_host = search((an_alert(50, "Malware", "South"), [host("web-1")]), [*others, both])
    assert only_the_host[0].alert == 21
    assert only_the_host[0].reasons[0].kind == "host"


def test_the_newest_come_first_among_those_that_are_alike_to_the_same_degree() -> None:
    found = search((an_alert(50), []), [((an_alert(n), []), Classification.NOT_SET) for n in range(1, 12)], limit=3)
    assert [match.alert for match in found] == [11, 10, 9]


def test_an_alert_is_not_like_itself() -> None:
    me = (an_alert(1), [host("web-1")])
    assert search(me, [(me, Classification.NOT_SET)]) == []


def test_old_true_positives_are_found_behind_a_flood_of_newer_alerts() -> None:
    old = ((an_alert(1), [host("db-9")]), Classification.TRUE_POSITIVE)
    flood = [((an_alert(n), [host("web-1")]), Classification.FALSE_POSITIVE) for n in range(2, 2_000)]
    found = search((an_alert(3_000, site="South"), [host("db-9")]), [old, *flood])
    assert found[0].alert == 1
    found = search((an_alert(3_000), []), [old, *flood], limit=8)
    assert [match.alert for match in found][-1] == 1
    assert len(found) == 8


def test_five_thousand_pieces_of_evidence_count_like_a_few() -> None:
    many = [Evidence("ip", f"ip:10.0.{n // 250}.{n % 250}", f"10.0.{n // 250}.{n % 250}") for n in range(5_000)]
    many += [host(f"pc-{n}") for n in range(5_000)]
    like = likeness_of(an_alert(1), many, "North")
    assert len(like.features) <= 48
    greedy = ((an_alert(1, "Other", "South"), many), Classification.NOT_SET)
    plain = ((an_alert(2), [many[0]]), Classification.NOT_SET)
    assert search((an_alert(9), [many[0]]), [greedy, plain])[0].alert == 2


def test_how_it_ended_decides_among_alike_ones_and_never_against_a_true_positive() -> None:
    ended = [Classification.TRUE_POSITIVE, Classification.FALSE_POSITIVE, Classification.EXPECTED]
    among = [((an_alert(n), []), verdict) for n, verdict in enumerate(ended, start=1)]
    found = search((an_alert(9), []), among, expected=(0.1, 0.1, 0.8))
    assert [match.alert for match in found] == [2, 1, 3]
    assert found[0].score == found[1].score > found[2].score


_words = st.sampled_from(["Brute force", "Malware", "Phishing on 3 hosts", "Port scan"])
_sites = st.sampled_from(["", "North", "South"])
_hosts = st.lists(st.sampled_from(["web-1", "web-2", "db-1", "pc-7"]), max_size=3)
_some = st.tuples(_words, _sites, _hosts, st.lists(st.sampled_from(["T1110", "T1059"]), max_size=2, unique=True))


@settings(max_examples=80, deadline=None)
@given(_some, st.lists(_some, max_size=12))
def test_every_result_has_a_reason_and_every_reason_is_true(
    mine: tuple[str, str, list[str], list[str]], theirs: list[tuple[str, str, list[str], list[str]]]
) -> None:
    def made(number: int, given_: tuple[str, str, list[str], list[str]]) -> Given:
        title, site, hosts, techniques = given_
        labels = {"site": site} if site else {}
        return an_alert(number, title, labels=labels, mitre=tuple(techniques)), [host(name) for name in hosts]

    me, others = made(99, mine), {n: made(n, one) for n, one in enumerate(theirs, start=1)}
    for match in search(me, [(other, Classification.NOT_SET) for other in others.values()], limit=20):
        alert, evidence = others[match.alert]
        assert 1 <= len(match.reasons) <= 3
        true = {
            "rule": alert.title == me[0].title,
            "type": alert.alert_type == me[0].alert_type,
            "category": alert.category == me[0].category,
            "site": alert.labels.get("site") == me[0].labels.get("site"),
        }
        for why in match.reasons:
            if why.kind == "host":
                assert why.label in {piece.label for piece in evidence} & {piece.label for piece in me[1]}
            elif why.kind == "technique":
                assert why.label in alert.mitre
                assert why.label in me[0].mitre
            else:
                assert true[why.kind], why


def test_the_kind_of_a_word_can_be_read_from_its_number() -> None:
    like = likeness_of(an_alert(1, mitre=("T1110",), threat="Mimikatz"), [host("web-1")], "North")
    assert all(kind_of(feature.number) == feature.kind for feature in like.features)
    assert all(0 < feature.number < 2**63 for feature in like.features)
    assert Feature in {type(feature) for feature in like.features}
