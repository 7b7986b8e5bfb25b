"""The list of tuning rules, and the alerts that one caught."""

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.tuning_views import CaughtPage, RulesPage, RuleView
from cards.actions import execute
from cards.buttons import Listing, OpenedFrom, Press, Verb
from cards.dialog_buttons import opens, tune_press
from cards.elements import Action, Card, Element, card, column, columns, container, rich, run, text_block
from cards.labels import state_label
from cards.language import Language
from cards.parts import NAME, TITLE, Buttons, button_rows, joined, notice_of, quiet, row_head
from cards.rule_buttons import CAUGHT
from cards.rule_card import rule_head
from cards.rule_parts import caught_text, standing_text, summary_text
from cards.safe import brief
from cards.size import fit


def render_rules(page: RulesPage, *, lang: Language, now: datetime, nonce: str, notice: str = "") -> Card:
    """One page. A row opens its rule."""
    where = lang.t("page {page} of {pages}", page=page.page + 1, pages=page.pages) if page.pages > 1 else ""
    count = lang.n("{count} rule", "{count} rules", page.total)
    heading = [
        text_block(lang.t("Alert tuning"), size="Medium", heading=True),
        rich(quiet(joined((count, where))), spacing="None"),
    ]
    rows = [_row(view, lang, now, nonce, page.page) for view in page.rules]
    turns: list[Action] = [
        execute(title, Verb.RULES.value, Press(nonce=nonce, page=to).data())
        for title, to, there in (
            (lang.t("Previous"), page.page - 1, page.page > 0),
            (lang.t("Next"), page.page + 1, page.page + 1 < page.pages),
            (lang.t("Refresh"), page.page, True),
        )
        if there
    ]
    add = [opens(lang.t("Add new rule…"), tune_press(None, nonce))] if page.creation else []
    off = [] if page.creation else [rich(run(lang.t("New tuning rules creation is switched off."), color="Warning"))]
    body = rows or [rich(run(lang.t("No rules. “tune 1042 …” makes one, or “Tune…” on an alert.")), spacing="Medium")]
    return fit(lambda _room: card([*notice_of(notice), *heading, *off, *body, button_rows(turns, add)]))


def render_caught(page: CaughtPage, *, lang: Language, now: datetime, nonce: str, back_to: int | None) -> Card:
    """The alerts that a rule acted on, newest first. A row opens its alert."""
    view = page.view
    rows = [
        _alert_row(alert, view.rule.id, lang, now=now, nonce=nonce, undone=act.undone, at=act.at)
        for act, alert in page.alerts
    ]
    actions = [_turn(lang.t("Next"), view, nonce, page.page + 1)] if page.has_more else []
    if page.page:
        actions.insert(0, _turn(lang.t("Previous"), view, nonce, page.page - 1))
    actions.append(_back(view, lang, nonce, back_to))
    nothing = rich(run(lang.t("Nothing that you may see here.")), spacing="Medium")
    heading = text_block(lang.t("Alerts that it caught"), heading=True, spacing="Medium")
    body = [*rule_head(view, lang), heading, *(rows or [nothing])]
    return fit(lambda _room: card([*body, button_rows(actions)]))


def render_positives(
    view: RuleView, alerts: Sequence[Alert], *, lang: Language, now: datetime, nonce: str, back_to: int | None
) -> Card:
    """The true positives that a rule would have caught."""
    rows = [
        _alert_row(alert, view.rule.id, lang, now=now, nonce=nonce, undone=False, at=alert.received_at)
        for alert in alerts
    ]
    heading = text_block(lang.t("True positives that it would have caught"), heading=True, spacing="Medium")
    nothing = rich(run(lang.t("Nothing that you may see here.")), spacing="Medium")
    body = [*rule_head(view, lang), heading, *(rows or [nothing])]
    return fit(lambda _room: card([*body, button_rows([_back(view, lang, nonce, back_to)])]))


def _row(view: RuleView, lang: Language, now: datetime, nonce: str, page: int) -> Element:
    rule = view.rule
    press = Press(rule=rule.id, nonce=nonce, page=page)
    line = columns(
        column(rich(run(brief(rule.terms.name, TITLE), weight="Bolder")), width="stretch"),
        column(rich(run(str(rule.id), color="Accent"), side="Right")),
    )
    state = [run(joined((standing_text(view, lang), caught_text(view, lang, now))))]
    if view.is_quiet:
        state.append(run(f" · {lang.t('nothing for a month')}", color="Warning"))
    return container(
        [
            line,
            rich(*state, spacing="None"),
            rich(quiet(brief(summary_text(rule, lang), 3 * NAME)), spacing="None"),
        ],
        select=execute(lang.t("Open rule {number}", number=rule.id), Verb.RULES.value, press.data()),
        separator=True,
    )


def _alert_row(
    alert: Alert, rule: int, lang: Language, *, now: datetime, nonce: str, undone: bool, at: datetime
) -> Element:
    buttons = Buttons(alert.number, alert.revision, nonce, OpenedFrom(Listing.RULE, rule))
    open_it = buttons.plain(lang.t("Open #{number}", number=alert.number), Verb.REFRESH)
    note = lang.t("brought back") if undone else ""
    return container(
        [
            row_head(alert, lang),
            rich(quiet(joined((state_label(alert, lang), lang.moment(at, now=now), note))), spacing="None"),
        ],
        select=open_it,
        separator=True,
    )


def _turn(title: str, view: RuleView, nonce: str, page: int) -> Action:
    press = Press(rule=view.rule.id, do=CAUGHT, nonce=nonce, page=page)
    return execute(title, Verb.RULES.value, press.data())


def _back(view: RuleView, lang: Language, nonce: str, page: int | None) -> Action:
    return execute(
        lang.t("Back"), Verb.RULES.value, Press(rule=view.rule.id, nonce=nonce, page=page).data(), inputs="none"
    )
