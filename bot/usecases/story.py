"""The story of an alert, and the entities that alerts are about. Nothing here changes anything."""

from datetime import timedelta
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.entities import EntityView, StoryView, seen_of
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.grouping import STRONG
from bot.alerts.ports import UnitOfWork
from bot.alerts.story import trees
from bot.usecases.read import EVIDENCE_SHOWN, PAGE_SIZE, shared_view, views_of
from bot.usecases.visibility import Reader, require_visible, scope_of

#: How far before and after an alert its story looks for others with the same entities.
AROUND: Final = timedelta(hours=24)

#: Alerts of a story, and pieces of evidence whose processes are looked at.
ALERTS, PIECES = 24, 300

#: Entities that are offered where a name fits several.
OFFERED: Final = 6


def story(uow: UnitOfWork, number: int, reader: Reader) -> StoryView:
    """Alerts of the same incident, and those that share an entity with it within a day. Raises NotAvailable."""
    scope = require_visible(uow, number, reader)
    view = shared_view(uow, number, reader.conversation.id)
    alert = view.alert
    others: dict[int, Alert] = {}
    why: dict[int, str] = {}
    if alert.incident is not None:
        for one in uow.incidents.page(alert.incident, scope, offset=0, limit=ALERTS):
            others[one.number], why[one.number] = one, ""
    own = uow.alerts.evidence(number, limit=EVIDENCE_SHOWN)
    since, until = alert.first_activity - AROUND, alert.last_activity + AROUND
    entities = dict.fromkeys(piece.entity for piece in own if piece.entity and piece.kind in STRONG)
    for one, label in uow.entities.near(number, entities, scope, since=since, until=until, limit=ALERTS):
        if one.number not in others and len(others) < ALERTS:
            others[one.number], why[one.number] = one, label
    others[number] = alert
    chain = sorted(others.values(), key=lambda one: (one.first_activity, one.number))
    kinds = ("process", "device")
    pieces = [
        *uow.entities.pieces([number], kinds, limit=PIECES),
        *uow.entities.pieces(others.keys() - {number}, kinds, limit=PIECES),
    ]
    devices = (piece for _, piece in pieces if piece.kind == "device")
    return StoryView(
        view=view,
        alerts=tuple(views_of(uow, chain)),
        why={other: label for other, label in why.items() if other != number},
        trees=trees(seen_of(pieces)),
        hosts={str(piece.properties.get("mdeDeviceId") or piece.label): piece.label for piece in devices},
    )


def entity_view(uow: UnitOfWork, entity: str, reader: Reader, *, page: int = 0, alert: int | None = None) -> EntityView:
    """An entity by its key; `alert` is the one from which it was opened. Raises NotAvailable."""
    if alert is not None:
        require_visible(uow, alert, reader)
    scope = scope_of(uow, reader)
    facts = uow.entities.facts(entity, scope)
    piece = uow.entities.newest_piece(entity, scope)
    if facts is None or piece is None:
        raise NotAvailable(f"entity {entity}")
    page = min(page, max(0, -(-facts.count // PAGE_SIZE) - 1))
    found = uow.entities.alerts(entity, scope, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    return EntityView(
        piece=piece,
        facts=facts,
        alerts=tuple(views_of(uow, found)),
        page=page,
        page_size=PAGE_SIZE,
        alert=shared_view(uow, alert, reader.conversation.id) if alert is not None else None,
    )


def entity_called(uow: UnitOfWork, name: str, reader: Reader, *, alert: int | None = None) -> EntityView:
    """An entity by its name or key: among those of an alert, if one is given, else among those of the newest alerts.

    Raises NotAvailable, and Refused("manyEntities") with their keys as `entities` where several are called so.
    """
    wanted, scope = name.strip().casefold(), scope_of(uow, reader)
    if alert is not None:
        require_visible(uow, alert, reader)
        for piece in uow.alerts.evidence(alert, limit=EVIDENCE_SHOWN):
            if piece.entity and wanted in (piece.label.casefold(), piece.entity):
                return entity_view(uow, piece.entity, reader, alert=alert)
    if ":" in wanted and uow.entities.newest_piece(wanted, scope) is not None:
        return entity_view(uow, wanted, reader)
    found = uow.entities.called(name, scope, limit=OFFERED)
    if not found:
        raise NotAvailable(f"entity {name}")
    if len(found) > 1:
        raise Refused("manyEntities", entities=[piece.entity for piece in found])
    return entity_view(uow, found[0].entity, reader)
