"""The buttons of an alert's card: the next steps, and behind the last of them everything else."""

from collections.abc import Sequence

from bot.alerts.alert import Alert
from bot.alerts.views import AlertView, Viewer
from bot.alerts.words import Status
from cards.actions import open_url, toggle
from cards.buttons import ME, Listing, Verb
from cards.consult import consult_buttons
from cards.dialog_buttons import manage_press, opens, tune_press
from cards.elements import Action, Element, container
from cards.language import Language
from cards.parts import Buttons, button_rows
from cards.silence import silence_button
from cards.source_links import source_links


def alert_buttons(
    view: AlertView, buttons: Buttons, lang: Language, link_hosts: frozenset[str], also: Sequence[Action] = ()
) -> list[Element]:
    """Four buttons, and behind the last of them everything else; nothing above moves when it opens."""
    first = next_steps(view.alert, buttons, lang, view.viewer)
    undo = [buttons.plain(lang.t("Undo"), Verb.UNDO)]
    shown = {action["verb"] for action in first}
    manage = manage_press(
        view.alert.number, view.alert.revision, buttons.nonce, in_list=buttons.opened_from is not None
    )
    rest = [opens(lang.t("Manage…"), manage)] + [
        buttons.plain(title, verb)
        for title, verb in (
            (lang.t("Start"), Verb.START),
            (lang.t("Comment…"), Verb.COMMENT),
            (lang.t("Classify…"), Verb.CLASSIFY),
            (lang.t("Assign…"), Verb.ASSIGN),
            (lang.t("Link…"), Verb.LINK),
            (lang.t("Tag…"), Verb.TAG),
        )
        if verb is Verb.ASSIGN or (verb not in shown and (verb is not Verb.START or _can_start(view.alert)))
    ]
    if view.alert.is_open:
        rest.append(buttons.plain(lang.t("Remind me…"), Verb.REMIND))
    if view.alert.is_open and not view.alert.is_hidden and (view.on_call or view.paging):
        rest.append(buttons.plain(lang.t("Escalate"), Verb.ESCALATE))
    rest.append(opens(lang.t("Tune…"), tune_press(view.alert.number, buttons.nonce)))
    rest += [buttons.plain(title, verb) for title, verb in silence_button(view, lang)]
    rest += consult_buttons(view, buttons, lang)
    rest.append(buttons.plain(lang.t("Export"), Verb.EXPORT))
    look: list[Action] = [
        buttons.plain(lang.t("Details"), Verb.DETAILS),
        buttons.plain(lang.t("Story"), Verb.STORY),
        buttons.plain(lang.t("Entities"), Verb.ENTITY),
        buttons.plain(lang.t("History"), Verb.HISTORY),
        buttons.plain(lang.t("Recommendation"), Verb.RECOMMENDATIONS),
    ]
    if view.overruled is None:
        look += undo
    else:
        first = undo + first  # both changed the same: one press brings the other back
    if view.alert.incident is not None:
        look.append(buttons.to_incident(lang.t("Incident {number}", number=view.alert.incident), view.alert.incident))
    look += source_links(view.alert, lang, link_hosts)
    if view.silence is not None and (
        there := open_url(lang.t("Silence in Alertmanager"), view.silence.link, link_hosts=link_hosts)
    ):
        look.append(there)
    if buttons.opened_from is not None:
        look.append(buttons.plain(lang.t("Refresh"), Verb.REFRESH))
    second = [buttons.plain(lang.t("Similar"), Verb.SIMILAR), toggle(lang.t("More…"), "more")]
    if buttons.opened_from is not None and not buttons.is_shared:
        is_deck = buttons.opened_from.listing is Listing.DECK
        second.append(buttons.to_list(lang.t("Next") if is_deck else lang.t("Back")))
    top, more = (
        [_allowed(group, view.viewer) for group in groups] for groups in ((first, [*second, *also]), (rest, look))
    )
    return [
        button_rows(*filter(None, top)),
        container([button_rows(*filter(None, more))], id="more", visible=False, spacing="Medium", separator=True),
    ]


def _allowed(actions: list[Action], viewer: Viewer | None) -> list[Action]:
    """Without what the viewer would be refused for their permission role."""
    if viewer is None:
        return actions
    needed = ((action, action.get("verb") or action.get("data", {}).get("dialog")) for action in actions)
    return [action for action, verb in needed if verb is None or viewer.may(verb)]


def next_steps(alert: Alert, buttons: Buttons, lang: Language, viewer: Viewer | None = None) -> list[Action]:
    """The two most likely ones; for a viewer, those that are most likely theirs."""
    resolve = buttons.plain(lang.t("Resolve…"), Verb.RESOLVE)
    comment = buttons.plain(lang.t("Comment…"), Verb.COMMENT)
    if alert.is_hidden:
        return [buttons.plain(lang.t("Bring back"), Verb.UNHIDE), comment]
    if alert.status is Status.RESOLVED:
        return [buttons.plain(lang.t("Reopen"), Verb.REOPEN), comment]
    if alert.assignee is None:
        return [buttons.given(lang.t("Assign to me"), Verb.ASSIGN, to=ME), resolve]
    if viewer is not None:
        take_over = buttons.given(lang.t("Take over"), Verb.ASSIGN, to=ME)
        return [resolve, comment] if viewer.person == alert.assignee else [comment, take_over]
    return [buttons.plain(lang.t("Start"), Verb.START), resolve] if _can_start(alert) else [resolve, comment]


def _can_start(alert: Alert) -> bool:
    return alert.status is Status.NEW
