"""The dialog “Manage alert”: what it shows, and what saving it does."""

from bot.alerts.errors import Refused
from bot.alerts.managing import Plan
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Classification, Status
from bot.teams.dialogs import Answer, Asked, Handler, closed
from bot.teams.grammar import parse_tags
from bot.usecases import manage, sharing
from bot.usecases.visibility import Reader
from cards.buttons import ME, NEW_INCIDENT, NO_DETERMINATION, NOBODY, Press, Verb
from cards.dialog_buttons import IN_LIST, DialogPress
from cards.language import Language
from cards.manage import NO_INCIDENT, SAVE, render_manage, untagged

#: Tags that are offered before anybody types.
_TAGS = 8


def _look(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
    view, incidents = manage.form(uow, asked.alert, reader)
    tags = sharing.find_tags(uow, reader, "", most=_TAGS)
    # What somebody has not touched shows how it is now, even where it was another way when the dialog opened.
    kept = {name: value for name, value in asked.press.inputs.items() if value != asked.press.state.get(name)}
    return lambda f: render_manage(
        view,
        incidents,
        kept,
        lang=f.lang,
        nonce=f.nonce,
        notice=f.notice,
        in_list=_in_list(asked),
        link_hosts=f.link_hosts,
        tags=tags,
    )


def _save(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
    wanted = {
        name: value
        for name in ("status", "to", "verdict", "incident")
        if (value := asked.typed(name)) and value != asked.press.state.get(name)
    }
    incident = wanted.get("incident", "")
    plan = Plan(
        status=_status(wanted.get("status")),
        assignee=_assignee(wanted.get("to"), asked),
        verdict=_verdict(wanted.get("verdict")),
        incident=None if incident in ("", NEW_INCIDENT) else (_incident(incident),),
        add_tags=(*untagged(asked.typed("usual")), *parse_tags(asked.typed("tags"))[0]),
        remove_tags=untagged(asked.typed("untag")),
        comment=asked.typed("comment"),
    )
    manage.manage(uow, asked.act(reader), plan, into_new=incident == NEW_INCIDENT)
    if _in_list(asked):
        return closed(lambda lang: lang.t("Saved. “Refresh” on the card shows it."))
    return closed()


def _in_list(asked: Asked) -> bool:
    return bool(asked.press.state.get(IN_LIST))


def _status(wanted: str | None) -> Status | None:
    try:
        return Status(wanted) if wanted else None
    except ValueError:
        raise Refused("badPress", field="status", why="unknown value") from None


def _assignee(wanted: str | None, asked: Asked) -> tuple[str | None] | None:
    if wanted is None:
        return None
    return ({ME: asked.person.object_id, NOBODY: None}.get(wanted, wanted.lower()),)


def _verdict(wanted: str | None) -> tuple[Classification, str] | None:
    return Press(classification=wanted, determination=NO_DETERMINATION).verdict() if wanted else None


def _incident(wanted: str) -> int | None:
    if wanted == NO_INCIDENT:
        return None
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
        raise Refused("badPress", field="incident", why="an incident's number, 'none' or 'new'")
    return int(wanted)


def _instead(press: DialogPress, _lang: Language) -> tuple[Verb, Press]:
    """The card, whose own forms do the same one by one."""
    return Verb.REFRESH, Press(alert=press.alert, rev=press.rev, nonce=press.nonce)


MANAGE_ALERT = Handler(look=_look, changes={SAVE: _save}, instead=_instead)
