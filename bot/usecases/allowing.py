"""The allow list: what people want not to be blocked any more."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.alerts.allowing import Allowed, Offer, groups_of, offers
from bot.alerts.condition import EVERYTHING
from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.usecases.permission import require
from bot.usecases.sending import EVIDENCE_LOOKED_AT
from bot.usecases.tuning import Doing
from bot.usecases.visibility import Reader, visible_alert


@dataclass(frozen=True, slots=True)
class Offered:
    """What an alert offers for the list, and its own scope: the groups of its devices."""

    offers: tuple[Offer, ...]
    groups: tuple[str, ...]


def offered(uow: UnitOfWork, number: int, rule: int | None, reader: Reader) -> Offered:
    """Raises NotAvailable."""
    alert = visible_alert(uow, number, reader)
    evidence = uow.alerts.evidence(number, limit=EVIDENCE_LOOKED_AT)
    indicators = uow.tuning.get(rule).terms.indicators if rule is not None else EVERYTHING
    return Offered(tuple(offers(alert, evidence, indicators, reader.at)), groups_of(evidence))


def allow(
    uow: UnitOfWork, doing: Doing, number: int, rule: int | None, *, keys: Collection[str], groups: Collection[str]
) -> list[Allowed]:
    """Put indicators of an alert on the list, by their keys."""
    require(uow, doing.reader, "tune")
    found = offered(uow, number, rule, doing.reader)
    chosen = [offer.indicator for offer in found.offers if offer.indicator.key in keys]
    if not chosen:
        raise Refused("nothingAllowed")
    title = uow.tuning.get(rule).terms.name if rule is not None else uow.alerts.get(number).title
    return [
        uow.allowed.add(
            Allowed(
                id=0,
                indicator=indicator,
                groups=tuple(dict.fromkeys(group.strip() for group in groups if group.strip())),
                title=title,
                description=f"Allowed by {doing.by.name} in Tocsin, after alert #{number}",
                alert=number,
                rule=rule,
                by=doing.by.object_id,
                by_name=doing.by.name,
                at=doing.at,
            )
        )
        for indicator in chosen
    ]


def listed(uow: UnitOfWork, reader: Reader) -> list[Allowed]:
    require(uow, reader, "allowlist")
    return list(uow.allowed.all())


def remove(uow: UnitOfWork, doing: Doing, entry: int) -> Allowed:
    """Take an entry off the list; what Defender has imported already stays there."""
    require(uow, doing.reader, "tune")
    found = uow.allowed.get(entry)
    uow.allowed.remove(entry)
    return found
