"""All rows with their full counts: what is run, on which databases, how often, and what the figures must keep to."""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from tests.chaos import clocks, endings, faults, kills, paging, people, replicas, seeded, storms, telling, trouble
from tests.chaos.ground import Figures, Ground

BOTH: Final = ("sqlite", "postgres")
SQLITE, POSTGRES = BOTH[:1], BOTH[1:]


class Run(Protocol):
    def __call__(self, ground: Ground, *, rounds: int, seed: int) -> Coroutine[Any, Any, Figures]: ...


@dataclass(frozen=True)
class Row:
    """`rounds` in all, in parts of `part`: after each the figures are kept. `promised` are limits of figures."""

    run: Run
    databases: tuple[str, ...]
    rounds: int
    part: int
    promised: Mapping[str, float] = field(default_factory=dict)


_RESUMES = {"max resumed in s": 10}
_ENDURES = {"max slowest press s": 3, "max back in s": 15, "doubles": 0}

ROWS: Final[Mapping[str, Row]] = {
    "killed in intake": Row(kills.killed_in_intake, BOTH, 200, 20, _RESUMES),
    "killed in posting": Row(kills.killed_in_posting, BOTH, 200, 20, _RESUMES),
    "killed in updating": Row(kills.killed_in_updating, BOTH, 200, 20, _RESUMES),
    "killed in telling": Row(telling.killed_in_telling, BOTH, 100, 20),
    "killed in paging": Row(paging.killed_in_paging, BOTH, 100, 20),
    "each fault": Row(faults.each_fault_has_its_rule, BOTH, 5, 1),
    "held as asked": Row(faults.held_as_long_as_asked, BOTH, 10, 5),
    "seeded faults": Row(seeded.seeded_faults, BOTH, 400, 100, {"early": 0, "set aside": 1_000}),
    "others not delayed": Row(seeded.others_are_not_delayed, BOTH, 400, 400, {"max change %": 10}),
    "hung channels": Row(seeded.hung_channels_hold_nobody_up, BOTH, 5, 5),
    "database locked": Row(trouble.locked, SQLITE, 3, 1, _ENDURES),
    "disk full": Row(trouble.full, SQLITE, 3, 1, _ENDURES),
    "postgresql stopped": Row(trouble.stopped, POSTGRES, 2, 1, _ENDURES),
    "postgresql restarted": Row(trouble.restarted, POSTGRES, 20, 10, _ENDURES),
    "postgresql frozen": Row(trouble.frozen, POSTGRES, 2, 1, _ENDURES),
    "two replicas": Row(
        replicas.digest_with_one_killed, POSTGRES, 100, 20, {"max taken over in s": 15, "doubles": 2}
    ),
    "two replicas, at a step": Row(
        replicas.digest_with_one_killed_at_a_step, POSTGRES, 100, 20, {"max taken over in s": 15}
    ),
    "work is shared": Row(replicas.work_is_shared, POSTGRES, 1_000, 500),
    "one asleep": Row(replicas.one_sleeps_through_its_lease, POSTGRES, 20, 10),
    "storm": Row(
        storms.storm, BOTH, 10_000, 10_000,
        {"max intake p99 ms": 500, "max first roll-up after s": 10, "max high card after s": 30,
         "max resident MB": 300, "429": 0},
    ),
    "much pending": Row(
        endings.with_much_pending, BOTH, 100_000, 100_000, {"max ready after s": 10, "max resident MB": 300}
    ),
    "the same press": Row(people.the_same_press, BOTH, 20, 10),
    "races": Row(people.races, BOTH, 1_000, 200),
    "clock set": Row(clocks.set_forward_and_back, BOTH, 10, 5),
    "a digest a day": Row(clocks.a_digest_a_day, BOTH, 3, 3),
    "stopped under load": Row(endings.stopped_under_load, BOTH, 50, 10, {"max stopped in s": 20}),
    "a card that cannot be drawn": Row(endings.a_card_that_cannot_be_drawn, BOTH, 5, 5),
}  # fmt: skip
