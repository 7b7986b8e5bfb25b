"""What Tocsin understands, and its first words to people."""

from collections.abc import Sequence

from cards.actions import execute
from cards.buttons import Listing, Press, Verb
from cards.elements import Action, Card, Element, action_set, card, rich, run, text_block
from cards.language import Language
from cards.parts import button_rows, quiet
from cards.route_dialog import choose_alerts
from cards.safe import brief


def render_help(lang: Language, *, nonce: str = "") -> Card:
    """The commands, by what people want."""
    return card(
        [
            _title(lang.t("What you can say")),
            rich(quiet(lang.t("Mention me in a channel, or just write in our own chat.")), spacing="Small"),
            *_group(
                lang.t("See"),
                (
                    ("queue", lang.t("open alerts, newest activity first")),
                    ("mine", lang.t("those that you have")),
                    ("queue severity:high host:web-*", lang.t("only what fits")),
                    ("search mimikatz last:7d", lang.t("resolved ones, too")),
                    ("alert 1042", lang.t("one alert")),
                    ("story 1042", lang.t("what came before and after it, and the processes behind")),
                    ("entity web-1", lang.t("a host, an account …: its alerts, and how they ended")),
                    ("similar 1042", lang.t("alerts like it, and how they ended")),
                    ("recommendations 1042", lang.t("what it probably is, why, and what to do next")),
                    ("oncall", lang.t("who is on call, and who comes next")),
                    ("digest", lang.t("the numbers of the last day")),
                    ("trends severity:high 30d", lang.t("what came and how it ended, as charts")),
                    ("digest weekdays 08:30", lang.t("the same, again and again; “digest list” shows them")),
                    ("export severity>=medium", lang.t("to Excel; “export 1042 csv” to CSV")),
                ),
            ),
            *_group(
                lang.t("Do"),
                (
                    ("assign 1042 me", lang.t("take it; a name or “nobody” works too")),
                    ("start 1042", lang.t("set it in progress")),
                    ("comment 1042 …", lang.t("say something about it")),
                    ("classify 1042 fp not malicious", lang.t("say what it was: tp, fp or expected")),
                    ("resolve 4-9 expected security test", lang.t("close one or several")),
                    ("reopen 1042", lang.t("open it again")),
                    ("tag 1042 +vip -lab", lang.t("add and take away tags")),
                    ("tag rename lab test-lab", lang.t("call a tag so on alerts that come in from now on")),
                    ("link 1042 28", lang.t("put it into incident 28; “new” makes one")),
                    ("incident 12", lang.t("related alerts together; “incident 12 resolve …” resolves them all")),
                    ("silence 1042 4h deploying", lang.t("Alertmanager keeps quiet about it; “lift 1042” ends that")),
                    ("handover", lang.t("what is different since your last shift; “handover note …” for the next one")),
                    ("remind 1042 fri 14:00 ask Bo", lang.t("hear of it again, once; “reminders” lists yours")),
                    ("tune 1042 hide only-this-type any-ioc", lang.t("never see alerts like it again")),
                    ("rules", lang.t("tuning rules, what each caught, and undoing one")),
                    ("silences", lang.t("what Alertmanager keeps quiet about, and lifting it")),
                    ("consult 1042 is this lateral movement?", lang.t("ask the experts; “experts” says who that is")),
                    ("escalate 1042", lang.t("have the next one paged now")),
                    ("oncall me 2h", lang.t("be on call instead of the rota; “oncall off” ends that")),
                    ("quiet 22:00-07:00", lang.t("no pages but for high severity then")),
                    ("unhide 1042", lang.t("bring back what a rule has hidden")),
                    ("undo 1042", lang.t("take back your last step there, or a rule's")),
                    ("undo", lang.t("take back all of what you did last")),
                ),
            ),
            *_group(
                lang.t("Here"),
                (
                    ("subscribe", lang.t("post every new alert in this channel")),
                    ("subscribe severity>=medium service:identity", lang.t("only those that fit")),
                    ("subscribe fallback", lang.t("what no other route takes; “routes” lists them")),
                    ("unsubscribe", lang.t("stop that")),
                    ("where 1042", lang.t("where an alert goes, and why")),
                    ("maintenance host:web-* 22:00-02:00 for patching", lang.t("no cards meanwhile")),
                    ("triage", lang.t("rules that act by themselves, or only watch")),
                    ("language", lang.t("read another language than that of your Teams")),
                ),
            ),
            action_set([_queue_button(lang, nonce)], spacing="Medium"),
        ]
    )


def render_welcome(
    lang: Language, *, channel: str = "", subscribed: bool = False, in_group: bool = False, nonce: str = ""
) -> Card:
    """After an installation: what happens now, and the one next step. `channel` is empty in a 1:1 or group chat."""
    if subscribed and channel:
        lead = lang.t("New alerts are posted in {channel} from now on.", channel=channel)
        step = lang.t("Want them in another channel? Say “@Tocsin subscribe” there, and “@Tocsin unsubscribe” here.")
    elif channel:
        lead = lang.t("No alerts are posted here yet.")
        step = lang.t("Say “@Tocsin subscribe” in the channel that shall get them.")
    elif in_group:
        lead = lang.t("Only alerts that somebody shares here, or that this chat has subscribed to, can be seen here.")
        step = lang.t("Say “@Tocsin subscribe” to get them here, or ask in your own chat with Tocsin.")
    else:
        lead = lang.t("Here you can see and handle the alerts of your teams' channels.")
        step = lang.t("Start with “queue”, or “mine”.")
    buttons = [_queue_button(lang, nonce), *([choose_alerts(lang, nonce)] if channel else [])]
    return card(
        [
            _title(lang.t("Tocsin is here")),
            rich(run(lead), spacing="Small"),
            rich(run(step), spacing="Small"),
            rich(quiet(lang.t("“help” says what else I understand.")), spacing="Small"),
            button_rows(buttons),
        ]
    )


def render_unsubscribed(lang: Language, *, channel: str, route: str = "", left: int = 0) -> Card:
    """The channel gets no new alerts, or none by the `route` of that name; what is posted stays. `left` of its routes
    still bring some."""
    lead = lang.t("No new alerts are posted in {channel}.", channel=channel)
    if left:
        lead = lang.t("The route “{route}” is gone.", route=brief(route, 60))
    more = lang.n("{count} other route brings alerts here.", "{count} other routes bring alerts here.", left)
    stay = lang.t("The cards that are here stay up to date. “subscribe” brings new ones back.")
    return card(
        [
            _title(lang.t("Unsubscribed")),
            rich(run(lead), spacing="Small"),
            rich(run(more if left else stay), spacing="Small"),
        ]
    )


def _title(text: str) -> Element:
    return text_block(text, size="Medium", heading=True)


def _group(title: str, commands: Sequence[tuple[str, str]]) -> list[Element]:
    lines = [
        rich(run(command, weight="Bolder"), quiet(f"  {meaning}"), spacing="Small") for command, meaning in commands
    ]
    return [text_block(title, heading=True, spacing="Medium", separator=True), *lines]


def _queue_button(lang: Language, nonce: str) -> Action:
    return execute(lang.t("Open the queue"), Verb.QUEUE.value, Press(nonce=nonce, listing=Listing.QUEUE, page=0).data())
