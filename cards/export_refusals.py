"""What people are told when there can be no export."""

from collections.abc import Callable, Mapping

from bot.alerts.errors import Refused
from bot.alerts.views import AlertView
from cards.language import Language
from cards.safe import brief

EXPORTS: Mapping[str, Callable[[Refused, AlertView | None, Language], str]] = {
    "noAddress": lambda _refused, _view, lang: lang.t(
        "Here an export is a link to Tocsin, and Tocsin was not told its own address: whoever runs it sets"
        " TOCSIN_PUBLIC_URL. Until then, write me “export” in our own chat, where it goes to your OneDrive."
    ),
    "manyExports": lambda refused, _view, lang: lang.t(
        "You have {limit} exports under way already: wait for one, or stop it.", limit=refused.facts.get("limit")
    ),
    "exportOver": lambda _refused, _view, lang: lang.t("This export has expired, and its file is gone. Export again."),
    "notYourExport": lambda refused, _view, lang: lang.t(
        "{who} asked for it: only {who} or an administrator can stop it.",
        who=brief(str(refused.facts.get("who", "")), 60),
    ),
    "exportWords": lambda _refused, _view, lang: lang.t(
        "Say “export” for the queue, “export 1042”, “export incident 12”, “export severity>=medium”,"
        " or “export search mimikatz last:7d”; with “csv” at the end for CSV."
    ),
}
