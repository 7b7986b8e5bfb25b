"""The form of “Tune an alert”: what stands in it, and the terms that it says."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.alerts.alert import Alert
from bot.alerts.condition import EVERYTHING, Condition
from bot.alerts.condition_vocabulary import SERVICES as KNOWN_SERVICES
from bot.alerts.errors import Refused
from bot.alerts.evidence import Evidence
from bot.alerts.ports import UnitOfWork
from bot.alerts.tuning import Action, Terms
from bot.alerts.words import Classification
from bot.teams.dialogs import Asked
from bot.teams.tune_terms import devices_of, name_for, services_of, until
from bot.usecases.tuning import may_see_service
from bot.usecases.visibility import Reader
from cards.buttons import Press
from cards.tune_dialog import (
    ACTION,
    ANY,
    ANY_TYPE,
    COMMENT,
    DESCRIPTION,
    DEVICES,
    EVERYWHERE,
    GROUPS,
    NAME,
    ONLY_THIS,
    SERVICES,
    TYPES,
    UNTIL,
    USERS,
    VERDICT,
)

#: All inputs of the form beside the condition's.
OWN: Final = (
    *(SERVICES, TYPES, DEVICES, GROUPS, USERS, EVERYWHERE, ANY, ACTION, VERDICT, NAME, DESCRIPTION, COMMENT),
    UNTIL,
)

#: Where the dialog's state keeps them while a single line of the condition is before somebody.
FORM: Final = "form"

#: Sources that have no service sources.
_SOURCES: Final = ("alertmanager", "grafana", "generic")


def values_of_alert(alert: Alert, evidence: Sequence[Evidence]) -> dict[str, str]:
    """A new rule, as the alert suggests it."""
    devices = devices_of(evidence)
    return {
        SERVICES: ",".join(services_of(alert)),
        TYPES: ONLY_THIS if alert.alert_type else ANY_TYPE,
        DEVICES: ", ".join(devices),
        EVERYWHERE: "false" if devices else "true",
        NAME: name_for(alert),
        ACTION: Action.HIDE.value,
    }


def values_of_terms(terms: Terms) -> dict[str, str]:
    """A rule as it is."""
    verdict = ":".join(part for part in (terms.classification.value, terms.determination) if part)
    return {
        SERVICES: ",".join(terms.services),
        TYPES: ONLY_THIS if terms.alert_type else ANY_TYPE,
        DEVICES: ", ".join(terms.devices),
        GROUPS: ", ".join(terms.groups),
        USERS: ", ".join(terms.users),
        EVERYWHERE: "true" if terms.is_everywhere else "false",
        ANY: "true" if terms.any_indicator else "false",
        ACTION: terms.action.value,
        VERDICT: verdict if terms.classification is not Classification.NOT_SET else "",
        NAME: terms.name,
        DESCRIPTION: terms.description,
        COMMENT: terms.comment,
        UNTIL: terms.expires_at.isoformat() if terms.expires_at is not None else "",
    }


def values_now(asked: Asked, start: Mapping[str, str]) -> dict[str, str]:
    """What stands in the form: as it was just typed, else as it was typed before, else as it began."""
    kept = asked.press.state.get(FORM)
    before = {name: str(value)[:2_000] for name, value in kept.items()} if isinstance(kept, dict) else start
    if ACTION not in asked.press.inputs:
        return {name: before.get(name, "") for name in OWN}
    # The form was before somebody: what is not among the inputs was left empty.
    return {name: asked.press.inputs.get(name, "") for name in OWN}


def terms_of_form(
    values: Mapping[str, str], condition: Condition, only: tuple[str, str], now: datetime, zone: ZoneInfo
) -> Terms:
    """Raises Refused for what cannot be read; what makes no sense is found later.

    `only` is the one alert type that can be chosen, empty for none, and what its alerts are called.
    """
    alert_type, type_name = only if values.get(TYPES) == ONLY_THIS else ("", "")
    everywhere = values.get(EVERYWHERE) == "true"
    action = Action(values[ACTION]) if values.get(ACTION) in list(Action) else None
    if action is None:
        raise Refused("noAction")
    classification, determination = Press(classification=values.get(VERDICT) or None).verdict() or (
        Classification.NOT_SET,
        "",
    )
    if action is Action.RESOLVE and classification is Classification.NOT_SET:
        raise Refused("noVerdict")
    if action is Action.HIDE:
        classification, determination = Classification.NOT_SET, ""
    if values.get(TYPES) == ONLY_THIS and not alert_type:
        raise Refused("noType")
    named = {name: () if everywhere else _names(values.get(name, "")) for name in (DEVICES, GROUPS, USERS)}
    if not everywhere and not any(named.values()):
        raise Refused("noScope")
    ends = values.get(UNTIL, "").strip()
    return Terms(
        name=values.get(NAME, "").strip(),
        action=action,
        description=values.get(DESCRIPTION, "").strip(),
        comment=values.get(COMMENT, "").strip(),
        services=_names(values.get(SERVICES, "")),
        alert_type=alert_type,
        type_name=type_name,
        devices=named[DEVICES],
        groups=named[GROUPS],
        users=named[USERS],
        any_indicator=values.get(ANY) == "true",
        indicators=condition,
        classification=classification,
        determination=determination,
        expires_at=_ends(ends, now, zone) if ends else None,
    )


def services_offered(uow: UnitOfWork, reader: Reader, chosen: str) -> list[str]:
    """Only services that the author may see are shown; what is chosen already is among them."""
    known = dict.fromkeys((*_names(chosen), *KNOWN_SERVICES["words"].values(), *(f"source:{one}" for one in _SOURCES)))
    return [name for name in known if name in _names(chosen) or may_see_service(uow, reader, name)]


def start_condition(terms: Terms | None) -> Condition:
    return terms.indicators if terms is not None else EVERYTHING


def _ends(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return until(text, now, zone)
    return moment if moment.tzinfo is not None else until(text, now, zone)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
