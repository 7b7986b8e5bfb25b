"""When to try again: a pure function of how often we tried."""

from datetime import timedelta

FIRST, LONGEST = timedelta(seconds=2), timedelta(minutes=5)


def backoff(attempt: int, *, chance: float) -> timedelta:
    """Wait before the attempt after number `attempt` (from 1): 2 s doubled up to 5 min, spread by 20 % either way.

    `chance` is a random number from 0 to 1; Microsoft's sample policy has the same spread.
    """
    wait: timedelta = min(FIRST * 2 ** min(attempt - 1, 20), LONGEST)
    return wait * (0.8 + 0.4 * chance)
