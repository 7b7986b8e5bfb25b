"""Presses about entities: what an alert is about, one of them, and linking all its open alerts."""

from bot.alerts.conversation import Subject
from bot.alerts.errors import Refused
from bot.alerts.incident import AT_ONCE
from bot.alerts.ports import UnitOfWork
from bot.teams.identity import arrive
from bot.teams.pressed import Pressed, reason_of
from bot.teams.screens import Screen, of_outcome
from bot.usecases import link
from bot.usecases.acting import Act, Done
from bot.usecases.bulk import each
from bot.usecases.read import EVIDENCE_SHOWN, INCIDENTS_OFFERED, alert_view
from bot.usecases.story import entity_called, entity_view
from bot.usecases.visibility import Reader, scope_of
from cards.buttons import NEW_INCIDENT, Press, read_entity
from cards.entity import LINK, render_entities, render_entity, render_entity_link_form
from cards.language import Language


def is_complete(press: Press) -> bool:
    """Whether it says where the alerts shall be linked to; else it asks for a view or the form."""
    return press.step == LINK and press.incident is not None


def look(uow: UnitOfWork, press: Press, reader: Reader) -> Screen:
    """Raises NotAvailable."""
    if press.entity is None:
        return _of_alert(uow, press, reader)
    view = entity_view(uow, read_entity(press.entity), reader, page=press.page or 0, alert=press.alert)
    if press.step == LINK:
        incidents = uow.incidents.newest(scope_of(uow, reader), limit=INCIDENTS_OFFERED)
        return lambda f: render_entity_link_form(view, incidents, lang=f.lang, nonce=f.nonce)
    return lambda f: render_entity(
        view, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice, link_hosts=f.link_hosts
    )


def handle(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """Link all open alerts with the entity, as one action, once however often the press is repeated."""
    press = pressed.press
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    entity, key = read_entity(press.entity or ""), pressed.key()
    if key is not None and not uow.presses.first_time(key, pressed.at):
        return look(uow, Press(alert=press.alert, entity=press.entity), reader)
    scope = scope_of(uow, reader)
    found = uow.entities.alerts(entity, scope, offset=0, limit=AT_ONCE)
    meant = [alert for alert in found if alert.is_open]
    wanted, reason, words = (press.incident or "").strip(), reason_of(press), press.comment or ""
    made: list[int] = []

    def one(uow: UnitOfWork, act: Act) -> Done:
        if wanted == NEW_INCIDENT and not made:
            done = link.link_to_new(uow, act, "", reason, words)
            made.extend([done.alert.incident] if done.alert.incident is not None else [])
            return done
        return link.link(uow, act, made[0] if made else int(wanted), reason, "" if made else words)

    if wanted != NEW_INCIDENT and not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
        raise Refused("badPress", field="incident", why="an incident's number or 'new'")
    acts = [Act(alert=alert.number, by=pressed.person, reader=reader, at=pressed.at) for alert in meant]
    outcome = each(uow, acts, one)
    for incident in made:
        uow.cards.raise_wanted(Subject.INCIDENT, incident, at=pressed.at)
    return of_outcome(outcome)


def _of_alert(uow: UnitOfWork, press: Press, reader: Reader) -> Screen:
    if press.alert is None:
        raise Refused("badPress", field="entity", why="Field required")
    view = alert_view(uow, press.alert, reader)
    pieces = uow.alerts.evidence(press.alert, limit=EVIDENCE_SHOWN)
    return lambda f: render_entities(view, pieces, lang=f.lang, nonce=f.nonce, opened_from=f.opened_from)


def asked(uow: UnitOfWork, name: str, reader: Reader, thread: int | None, lang: Language) -> Screen | str:
    """Answer `entity web-1`, `entity 1042`, or `entity` in the thread of an alert. Raises NotAvailable and Refused."""
    name = name.strip()
    number = name.removeprefix("#")
    if not name and thread is None:
        return lang.t("Which one? Say for example “entity web-1”, or “entity 1042” for all of an alert.")
    if not name or (number.isascii() and number.isdigit() and len(number) < 16):
        return _of_alert(uow, Press(alert=int(number) if number else thread), reader)
    view = entity_called(uow, name, reader, alert=thread)
    return lambda f: render_entity(view, lang=f.lang, now=f.now, nonce=f.nonce, link_hosts=f.link_hosts)
