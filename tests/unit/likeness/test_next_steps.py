"""What sources advise, sorted."""

import pytest

from bot.alerts.next_steps import Phase, Step, steps_of

DEFENDER = """Collect artifacts and determine scope
\ufffd\tReview the machine timeline for suspicious activities
\ufffd\tSubmit undetected files

Initiate containment & mitigation
\ufffd\tContact the user to verify intent"""


def test_a_step_goes_by_its_heading() -> None:
    assert steps_of(DEFENDER) == (
        Step(Phase.INVESTIGATION, "Review the machine timeline for suspicious activities"),
        Step(Phase.INVESTIGATION, "Submit undetected files"),
        Step(Phase.REMEDIATION, "Contact the user to verify intent"),
    )


@pytest.mark.parametrize(
    ("line", "phase"),
    [
        ("1. Check the sign-in logs.", Phase.INVESTIGATION),
        ("* Please isolate the device", Phase.REMEDIATION),
        ("- Enable multifactor authentication for the account", Phase.PREVENTION),
        ("Isolate the device.", Phase.REMEDIATION),
        ("This alert is informational.", Phase.OTHER),
    ],
)
def test_without_a_heading_it_goes_by_its_first_words(line: str, phase: Phase) -> None:
    (step,) = steps_of(line)
    assert step.phase is phase
    assert not step.text.startswith(("1.", "*", "-"))


def test_no_advice_is_no_steps_and_far_too_much_is_cut() -> None:
    assert steps_of("") == steps_of(" \n\n") == ()
    assert len(steps_of("- block it\n" * 5_000)) <= 60
    assert all(len(step.text) <= 600 for step in steps_of("x" * 100_000))
