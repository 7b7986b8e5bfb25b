"""Every dialog in many states, by a name that says which."""

from typing import Any

from bot.alerts.condition_edit import edit
from bot.alerts.condition_editing import Editing, How, Screen
from bot.alerts.condition_text import parse
from cards.condition_editor import render_editor
from cards.dialog_buttons import Dialog, DialogCard, DialogPress
from cards.digest_dialog import render_digest_dialog
from cards.language import ENGLISH
from cards.manage import render_manage
from cards.queue import render_filter
from cards.route_dialog import render_choose_alerts
from tests.unit.cards import examples as given_

PLAIN: dict[str, Any] = {"lang": ENGLISH, "nonce": given_.NONCE}
PRESS = DialogPress(dialog=Dialog.SUBSCRIBE)
WISH = parse(
    "severity>=medium (host:web-* or user:ana or evidence(kind:file role:trigger file.name:mimi*)) not tag:lab"
)


def editor(editing: Editing, typed: dict[str, str] | None = None, **more: Any) -> DialogCard:
    return render_editor("Choose alerts", editing, typed or {}, press=PRESS, **PLAIN, **more)


def every_dialog() -> dict[str, DialogCard]:
    """All of them, by a name that says which."""
    where: dict[str, Any] = {**PLAIN, "press": PRESS}
    dialogs = {
        f"manage {name}": render_manage(view, (given_.INCIDENT,), {}, **PLAIN) for name, view in given_.STATES.items()
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
    dialogs |= {f"condition {name}": editor(editing) for name, editing in screens.items()}
    return dialogs | {
        "manage with notice": render_manage(given_.taken(), (), {"comment": "kept"}, notice="Bo was first.", **PLAIN),
        "subscribe": render_choose_alerts(Editing(WISH), {}, channel="General", **where),
        "digest": render_digest_dialog(Editing(WISH), {"at": "8:61"}, place="General", number=None, **where),
        "digest of a number": render_digest_dialog(Editing(), {}, place="General", number=2, notice="No.", **where),
        "filter": render_filter(Editing(WISH), {}, fitting=3, **where),
    }
