"""The words of a reply in an alert's thread."""

from bot.alerts.history import Change, Entry, Kind
from bot.alerts.messages import Mention, Message
from bot.alerts.people import Person
from bot.alerts.thread_news import ThreadNews
from bot.teams.wire import message_json
from cards.language import ENGLISH
from cards.thread import thread_text
from tests.unit.cards.examples import ANA, BO, a_view, an_entry

PEOPLE = {person.object_id: person for person in (ANA, BO)}


def told(*entries: Entry, called: tuple[Person, ...] = ()) -> tuple[str, str]:
    return thread_text(ThreadNews(a_view().alert, entries, PEOPLE, called), ENGLISH)


def test_it_says_who_did_what_and_no_more() -> None:
    text, summary = told(
        an_entry(2, Kind.ASSIGNED, ANA, Change("assignee", None, BO.object_id)),
        an_entry(3, Kind.COMMENTED, BO, comment="looks  real,\nisolating web-1"),
        an_entry(4, Kind.REPORTED, "graph", Change("severity", "medium", "high"), Change("category", "", "X")),
        an_entry(5, Kind.COMMENTED, BO, Change("status", "new", "inProgress"), comment="gone", withdrawn=True),
    )
    assert text.splitlines() == [
        f"{ANA.name} assigned it to {BO.name}",
        f"{BO.name} commented: “looks real, isolating web-1”",
        "Microsoft Defender XDR reported news · Severity: Medium → High",
        f"{BO.name} commented",
    ]
    assert summary.startswith(f"{ANA.name} assigned it to {BO.name}. High: ")
    assert summary.endswith(" (#1042)")


def test_a_long_flurry_is_counted() -> None:
    entries = [an_entry(revision, Kind.COMMENTED, ANA, comment=f"step {revision}") for revision in range(2, 10)]
    lines = told(*entries)[0].splitlines()
    assert len(lines) == 6
    assert lines[-1] == "and 3 more"


def test_whoever_it_calls_is_named_where_the_words_name_them_or_first() -> None:
    given = an_entry(2, Kind.ASSIGNED, ANA, Change("assignee", None, BO.object_id))
    assert told(given, called=(BO,))[0] == f"{ANA.name} assigned it to <at>{BO.name}</at>"
    asked = an_entry(3, Kind.COMMENTED, ANA, comment=f"@{BO.name} please look")
    assert told(asked, called=(BO,))[0] == f"{ANA.name} commented: “<at>{BO.name}</at> please look”"
    changed = an_entry(4, Kind.COMMENTED, ANA, comment="mine now")
    text, summary = told(changed, called=(BO,))
    assert text == f"<at>{BO.name}</at> {ANA.name} commented: “mine now”"
    assert summary.startswith(f"{ANA.name} commented: “mine now”. ")


def test_what_people_write_calls_nobody_and_is_no_markup() -> None:
    """Two people, one of whom puts the other's mention and markup into a comment."""
    entry = an_entry(
        2, Kind.COMMENTED, ANA, comment=f"<at>{ANA.name}</at> <b>see</b> https://evil.example/x {BO.name}son"
    )
    text, _ = told(entry, called=(BO,))
    sent = message_json(Message(text, mentions=(Mention(BO.teams_id, BO.name),)))
    assert [entity["text"] for entity in sent["entities"]] == [f"<at>{BO.name}</at>"]
    assert sent["text"].count("<at>") == 1
    assert sent["text"].startswith(f"<at>{BO.name}</at> ")
    assert "<b>" not in sent["text"]
    assert "https://" not in sent["text"]
