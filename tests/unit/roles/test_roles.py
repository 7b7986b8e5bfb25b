"""The table of role by verb is complete, and the settings say who has which role."""

import pytest

from bot.alerts.grants import read_grant, read_service
from bot.alerts.roles import ELSEWHERE, FINER, NEEDS, AccessRules, Grant, Role
from bot.settings import Settings, SettingsError
from bot.teams.grammar import PLAIN, VERBS
from cards.buttons import Verb

ANA, BO, SOC = "a" * 8 + "-0000-4000-8000-" + "0" * 12, "b" * 8 + "-0000-4000-8000-" + "0" * 12, "c" * 8 + "-1-1"
GROUP = "0a0a0a0a-0000-4000-8000-000000000001"
MINIMAL = {"MicrosoftAppId": "app", "MicrosoftAppPassword": "secret", "MicrosoftAppTenantId": "tenant"}


def test_every_verb_and_command_has_its_role_and_nothing_else_has() -> None:
    assert set(NEEDS) == {str(verb) for verb in Verb} | set(VERBS) | set(PLAIN) | set(FINER) | set(ELSEWHERE)


def test_each_role_may_do_what_those_before_it_may() -> None:
    assert [[role.covers(needed) for needed in Role] for role in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_until_an_administrator_is_named_members_handle_alerts_and_guests_look() -> None:
    rules = AccessRules()
    assert rules.role_of(ANA, (), is_guest=False) is Role.RESPONDER
    assert rules.role_of(ANA, (), is_guest=True) is Role.READER


def test_from_then_on_whoever_is_not_named_has_no_role() -> None:
    rules = AccessRules(administrators=read_grant(ANA), responders=read_grant(f"group:{GROUP}"))
    assert rules.role_of(ANA, (), is_guest=False) is Role.ADMINISTRATOR
    assert rules.role_of(BO, (), is_guest=False) is None
    assert rules.role_of(BO, {f"group:{GROUP}"}, is_guest=True) is Role.RESPONDER


def test_the_highest_role_counts() -> None:
    rules = AccessRules(administrators=read_grant(ANA), readers=read_grant(ANA))
    assert rules.role_of(ANA, (), is_guest=False) is Role.ADMINISTRATOR


def test_a_limited_service_source_does_not_exist_for_others() -> None:
    rules = AccessRules(services={read_service("office365"): read_grant(ANA)})
    assert rules.barred(ANA, ()) == frozenset()
    assert rules.barred(BO, ()) == {"microsoftDefenderForOffice365"}


def test_people_groups_and_directory_roles_are_told_apart() -> None:
    grant = read_grant(f"{ANA.upper()}, group:{GROUP} ,role:Security Reader,")
    assert grant == Grant(frozenset({ANA}), frozenset({f"group:{GROUP}", "role:5d6b6bb7-de71-4623-b4af-96380a352509"}))


@pytest.mark.parametrize("wrong", ["ana@contoso.example", "role:King", "team:" + GROUP, SOC])
def test_what_names_nobody_is_refused_with_the_setting_and_the_word(wrong: str) -> None:
    with pytest.raises(SettingsError, match="TOCSIN_ADMINISTRATORS") as refused:
        Settings.from_environment({**MINIMAL, "TOCSIN_ADMINISTRATORS": f"{ANA},{wrong}"})
    assert wrong in str(refused.value)


def test_a_limit_on_no_service_source_is_refused() -> None:
    with pytest.raises(SettingsError, match="TOCSIN_ACCESS_OFICE"):
        Settings.from_environment({**MINIMAL, "TOCSIN_ACCESS_OFICE": ANA})


def test_responders_without_an_administrator_are_refused() -> None:
    with pytest.raises(SettingsError, match="TOCSIN_ADMINISTRATORS is required"):
        Settings.from_environment({**MINIMAL, "TOCSIN_RESPONDERS": ANA})
