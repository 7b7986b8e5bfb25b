"""Every text that people read is in every language: a catalogue that is not in step with the program fails here."""

from pathlib import Path

import pytest

from cards.languages import catalogue_files, known
from tests.support import catalogue

#: What mends it; docs/languages.md says more.
MEND = 'Run `make catalogue`, then translate in that file what has no translation yet (msgstr "").'

FILES = sorted(catalogue.LOCALES.glob("*.po"))


@pytest.fixture(scope="module")
def found() -> catalogue.Found:
    return catalogue.messages()


def test_every_message_is_a_literal_so_that_it_can_be_found(found: catalogue.Found) -> None:
    assert not found.unreadable, "t, n and mark take literals only"
    assert len(found.messages) > 1000


def test_no_text_is_both_a_message_of_its_own_and_the_singular_of_another(found: catalogue.Found) -> None:
    """gettext keeps one entry for both."""
    alone = {key[0] for key in found.messages if len(key) == 1}
    assert not alone & {key[0] for key in found.messages if len(key) == 2}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_catalogue_has_every_message_and_no_other(file: Path, found: catalogue.Found) -> None:
    problems = catalogue.problems(file, found.messages)
    assert not problems, "\n".join([f"{file.relative_to(catalogue.ROOT)}: {MEND}", *problems])


def test_a_file_is_a_language() -> None:
    assert set(known()) == {"en", *(file.stem for file in FILES)}
    assert {"de"} <= set(catalogue_files())


HEAD = """msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""
USED = {("{count} alert", "{count} alerts"): "cards/a.py:1", ("Assign to {who}",): "cards/a.py:2", ("And if: ",): "b"}
WHOLE = """
msgid "And if: "
msgstr "Und wenn: "

msgid "Assign to {who}"
msgstr "{who} zuweisen"

msgid "{count} alert"
msgid_plural "{count} alerts"
msgstr[0] "Eine Warnung"
msgstr[1] "{count} Warnungen"
"""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("", ""), []),
        (('msgstr "Und wenn: "', 'msgstr ""'), ["missing: 'And if: ' (b)"]),
        (('msgid "And if: "', 'msgid "And then: "'), ["missing: 'And if: ' (b)", "not used any more: 'And then: '"]),
        (("{who} zuweisen", "{wem} zuweisen"), ["{wem}, which is not in the message", "lacks {who}"]),
        (("{count} Warnungen", "Warnungen"), ["lacks {count}"]),
        (('msgstr[1] "{count} Warnungen"\n', ""), ["missing: '{count} alert/", "lines are doubled or out of order"]),
        (('"Und wenn: "', '"Und wenn:"'), ["has other blanks at its ends than the message"]),
        (("\n\nmsgid \"{count} alert\"", "\nmsgid \"{count} alert\""), ["lines are doubled or out of order"]),
        (("nplurals=2; plural=(n != 1)", "nplurals=2; plural=(n > 1)"), ["Plural-Forms is not CLDR's"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_catalogue_is_named(tmp_path: Path, change: tuple[str, str], told: list[str]) -> None:
    file = tmp_path / "de.po"
    file.write_text((HEAD + WHOLE).replace(*change) if change[0] else HEAD + WHOLE, "utf-8")
    problems = catalogue.problems(file, USED)
    assert len(problems) == len(told), problems
    assert all(any(words in problem for problem in problems) for words in told), problems


def test_an_update_adds_what_is_missing_drops_what_is_unused_and_mends_what_a_merge_doubled(tmp_path: Path) -> None:
    file = tmp_path / "de.po"
    doubled = '\nmsgid "Assign to {who}"\nmsgstr "{who} zuweisen"\n'
    file.write_text(HEAD + doubled + doubled + '\nmsgid "Old"\nmsgstr "Alt"\n', "utf-8")
    assert catalogue.update(file, USED) == 2
    assert [problem.partition(":")[0] for problem in catalogue.problems(file, USED)] == ["missing", "missing"]
    text = file.read_text("utf-8")
    assert catalogue.update(file, USED) == 2
    assert file.read_text("utf-8") == text
