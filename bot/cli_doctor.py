"""The part of the command line that examines the set-up."""

import argparse
import json
import logging
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bot.doctor.finding import Finding

#: Where the text of a line begins.
_INDENT: Final = 26


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`tocsin doctor`."""
    doctor = commands.add_parser(
        "doctor",
        help="try each link of the set-up, and say what mends it",
        description="Try each link of the set-up against the real parts, and name the cause and the fix of what fails."
        " Changes nothing. Exit code 1 where something failed.",
    )
    doctor.add_argument("--json", action="store_true", help="for programs: what was found as JSON")
    doctor.add_argument(
        "--seconds", type=_seconds, default=15.0, metavar="N", help="how long each check may take (default 15)"
    )
    doctor.set_defaults(run=_doctor)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 600:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: give seconds up to 600, such as 15")
    return seconds


async def _doctor(options: argparse.Namespace) -> int:
    from bot.doctor.examine import examine  # noqa: PLC0415 - slow to import; `--help` need not
    from bot.doctor.finding import State  # noqa: PLC0415

    if options.log_level != "debug":
        # What the parts log of their troubles is said below, in one place.
        logging.disable(logging.CRITICAL)
    try:
        found = await examine(os.environ, seconds=options.seconds, progress=_progress)
    finally:
        logging.disable(logging.NOTSET)
    is_well = all(one.state is not State.FAILED for one in found)
    if options.json:
        print(json.dumps({"ok": is_well, "findings": [_json(one) for one in found]}, ensure_ascii=False, indent=2))
        return 0 if is_well else 1
    for one in found:
        print("\n".join(_lines(one)))
    print(_summary(found))
    return 0 if is_well else 1


def _json(one: "Finding") -> dict[str, str]:
    return {"about": one.about, "state": one.state.value, "found": one.found, "fix": one.fix}


def _lines(one: "Finding") -> Iterator[str]:
    """As wide as the terminal; in a file a line stays one."""
    width = max(60, shutil.get_terminal_size().columns) if sys.stdout.isatty() else 10_000
    head = f"{one.state.value:<9}{one.about:<17}"
    inside = " " * _INDENT
    yield textwrap.fill(one.found, width, initial_indent=head, subsequent_indent=inside, break_on_hyphens=False)
    if one.fix:
        yield textwrap.fill(
            one.fix, width, initial_indent=f"{inside}-> ", subsequent_indent=f"{inside}   ", break_on_hyphens=False
        )


def _summary(found: Sequence["Finding"]) -> str:
    states = [one.state.value for one in found]
    return f"{states.count('failed')} failed, {states.count('warning')} to look at, {states.count('ok')} ok."


def _progress(done: int, total: int, waiting: Sequence[str]) -> None:
    """On a terminal, in place; elsewhere it is not needed: no check takes longer than its limit."""
    if sys.stderr.isatty():
        text = f"{done} of {total}; waiting for {', '.join(waiting)}" if waiting else ""
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\033[K{text[:width]}", end="", file=sys.stderr, flush=True)
