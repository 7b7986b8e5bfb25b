"""Every dialog in many states, by a name that says which."""

from typing import Any

from bot.alerts.condition_edit import edit
from bot.alerts.condition_editing import Editing, How, Screen
from bot.alerts.condition_text import parse
from cards.condition_editor import render_editor
from cards.dialog_buttons import Dialog, DialogCard, DialogPress
from cards.digest_dialog import render_digest_dialog
from cards.language import ENGLISH, Language
from cards.manage import render_manage
from cards.queue import render_filter
from cards.route_dialog import render_choose_alerts
from tests.unit.cards import examples as given_
from tests.unit.cards import more_dialogs
from tests.unit.cards.saying import Change, as_it_is

PRESS = DialogPress(dialog=Dialog.SUBSCRIBE)
WISH = parse(
    "severity>=medium (host:web-* or user:ana or evidence(kind:file role:trigger file.name:mimi*)) not tag:lab"
)


def editor(
    editing: Editing, typed: dict[str, str] | None = None, *, lang: Language = ENGLISH, **more: Any
) -> DialogCard:
    title = lang.t("Choose alerts")
    return render_editor(title, editing, typed or {}, press=PRESS, lang=lang, nonce=given_.NONCE, **more)


def every_dialog(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, DialogCard]:
    """All of them, by a name that says which, each view after `change` of it."""
    plain: dict[str, Any] = {"lang": lang, "nonce": given_.NONCE}
    where: dict[str, Any] = {**plain, "press": PRESS}
    dialogs = {
        f"manage {name}": render_manage(change(view), change((given_.INCIDENT,)), {}, **plain)
        for name, view in given_.STATES.items()
    }
    screens = {
        "whole": Editing(WISH),
        "nothing": Editing(),
        "one": Editing(parse("severity:high")),
        "group": Editing(WISH, Screen.GROUP, (1,)),
        "piece": Editing(WISH, Screen.GROUP, (1, 2)),
        "negated": Editing(parse("a not (b or c)"), Screen.GROUP, (1,)),
        "text test": Editing(WISH, Screen.TEST, (1, 0)),
        "ticked test": Editing(WISH, Screen.TEST, (0,)),
        "negated test": Editing(WISH, Screen.TEST, (2,)),
        "time": Editing(parse("last>7d"), Screen.TEST),
        "person": Editing(parse("assignee:me"), Screen.TEST),
        "words": Editing(parse("mimikatz"), Screen.TEST),
        "number": Editing(parse("comments>2"), Screen.TEST),
        "new test": edit(edit(Editing(WISH), "c.add:", {}), "c.field:service", {}),
        "field": Editing(WISH, Screen.FIELD, (), How.ADD),
        "field of a file": Editing(WISH, Screen.FIELD, (1, 2), How.ADD),
        "evidence": Editing(WISH, Screen.EVIDENCE, (), How.ADD),
    }
    dialogs |= {f"condition {name}": editor(editing, lang=lang) for name, editing in screens.items()}
    dialogs |= more_dialogs.dialogs(lang, change)
    return dialogs | {
        "manage with notice": render_manage(
            change(given_.taken()), (), {"comment": "kept"}, notice="Bo was first.", **plain
        ),
        "subscribe": render_choose_alerts(Editing(WISH), {}, channel="General", **where),
        "digest": render_digest_dialog(Editing(WISH), {"at": "8:61"}, place="General", number=None, **where),
        "digest of a number": render_digest_dialog(Editing(), {}, place="General", number=2, notice="No.", **where),
        "filter": render_filter(Editing(WISH), {}, fitting=3, **where),
    }
