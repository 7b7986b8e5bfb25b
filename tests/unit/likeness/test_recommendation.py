"""What is recommended, on what basis, and how sure it is."""

from collections.abc import Sequence

import pytest

from bot.alerts.evidence import Evidence
from bot.alerts.features import likeness_of
from bot.alerts.recommendation import VERDICTS, Basis, Circles, chances, circles_of, recommend
from bot.alerts.site import SITE_FROM, read_site_from, site_of
from bot.alerts.words import Classification
from tests.eval.adapters import Habits
from tests.unit.likeness.test_similarity import an_alert

TRUE, EXPECTED, FALSE = VERDICTS


def circles(title: str = "Brute force", site: str = "North", evidence: Sequence[Evidence] = ()) -> Circles:
    alert = an_alert(1, title, site)
    return circles_of(likeness_of(alert, evidence, site_of(alert, evidence)))


def habits(*told: tuple[Circles, Classification, int]) -> Habits:
    kept = Habits()
    for where, verdict, times in told:
        for _ in range(times):
            kept.add(where, verdict)
    return kept


def test_without_any_verdict_there_is_no_basis() -> None:
    assert recommend(circles(), {}) is None
    elsewhere = circles("Malware", "South")
    assert recommend(circles(), habits((elsewhere, FALSE, 9)).tallies) is None


def test_the_habit_of_a_rule_at_a_site_is_recommended() -> None:
    given = recommend(circles(), habits((circles(), FALSE, 17), (circles(), TRUE, 1)).tallies)
    assert given is not None
    assert (given.verdict, given.basis, given.right, given.of) == (FALSE, Basis.HERE, 17, 18)
    assert given.is_sure
    assert 0.9 <= given.confidence < 1


def test_more_verdicts_make_it_surer() -> None:
    sure = [chances(circles(), habits((circles(), FALSE, n)).tallies)[2] for n in (0, 1, 2, 5, 20)]
    assert sure == sorted(sure)
    few = recommend(circles(), habits((circles(), FALSE, 1)).tallies)
    assert few is not None
    assert not few.is_sure


def test_the_narrowest_circle_with_verdicts_is_the_basis() -> None:
    other_site = habits((circles(site="South"), TRUE, 3))
    given = recommend(circles(), other_site.tallies)
    assert given is not None
    assert (given.basis, given.of) == (Basis.RULE, 3)
    same_site = habits((circles("Malware"), TRUE, 2))
    given = recommend(circles(), same_site.tallies)
    assert given is not None
    assert given.basis is Basis.SITE


def test_a_flood_at_one_site_does_not_decide_for_the_others() -> None:
    flood = habits(
        (circles(site="South"), FALSE, 5_000), (circles(site="East"), TRUE, 3), (circles(site="West"), TRUE, 3)
    )
    expected = chances(circles(), flood.tallies)
    assert expected[0] > expected[2]


def test_changing_minds_lower_the_confidence() -> None:
    kept = habits((circles(), FALSE, 8))
    calm = chances(circles(), kept.tallies)[2]
    here = circles().here
    kept.tallies[here] = kept.tallies[here]._replace(flips=6)
    assert chances(circles(), kept.tallies)[2] < calm - 0.1


def test_an_indicator_that_was_an_attack_elsewhere_makes_an_attack_more_probable() -> None:
    bad = [Evidence("file", "file:abc", "evil.exe")]
    kept = habits(
        (circles("Malware", "South", bad), TRUE, 1),
        (circles("Phishing", "South"), FALSE, 5),
        (circles("Port scan", "East"), FALSE, 5),
    )
    assert chances(circles(evidence=bad), kept.tallies)[0] > chances(circles(), kept.tallies)[0]


def test_chances_are_chances_whatever_was_counted() -> None:
    kept = habits((circles(), TRUE, 1), (circles("Malware"), EXPECTED, 2), (circles(site="South"), FALSE, 300))
    for where in (circles(), circles("Malware", "South"), circles("New", "Nowhere")):
        expected = chances(where, kept.tallies)
        assert sum(expected) == pytest.approx(1)
        assert all(0 < chance < 1 for chance in expected)


def test_the_site_is_what_says_so_first() -> None:
    device = Evidence("device", "device:1", "web-1", properties={"rbacGroupName": "Servers"})
    user = Evidence("user", "user:1", "bo", properties={"userAccount": {"domainName": "CONTOSO"}})
    assert site_of(an_alert(1), [device]) == "North"
    assert site_of(an_alert(1, labels={}), [user, device]) == "Servers"
    assert site_of(an_alert(1, labels={}), [user]) == "CONTOSO"
    assert site_of(an_alert(1, labels={}), []) == ""
    assert site_of(an_alert(1), [device], ("assetGroup",)) == "Servers"


def test_the_setting_is_checked_word_by_word() -> None:
    assert read_site_from("label:team, assetGroup") == ("label:team", "assetGroup")
    assert read_site_from(",".join(SITE_FROM)) == SITE_FROM
    with pytest.raises(ValueError, match="'office'"):
        read_site_from("assetGroup,office")
