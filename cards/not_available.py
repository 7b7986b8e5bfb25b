"""The one answer about what does not exist and about what the reader may not see: it tells nobody which of the two."""

from cards.elements import Card, card, rich, run
from cards.language import Language
from cards.parts import quiet


def not_available_text(lang: Language) -> str:
    """For a toast, or a line of chat."""
    return lang.t("That is not available here.")


def unknown_text(lang: Language) -> str:
    """For somebody without an account of the tenant, such as an anonymous guest of a meeting."""
    return lang.t("Tocsin does not know you: sign in to Teams with your work account.")


def render_not_available(lang: Language) -> Card:
    """The same for every reader, every number, and every reason."""
    return card(
        [
            rich(run(not_available_text(lang), weight="Bolder")),
            rich(quiet(lang.t("Either there is no such thing, or it is not shown in this place.")), spacing="Small"),
        ]
    )
