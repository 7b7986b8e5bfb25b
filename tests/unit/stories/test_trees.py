"""Processes as trees, from what alerts saw of them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.evidence import Evidence
from bot.alerts.story import DEEPEST, Seen, trees


def seen(alert: int, name: str, pid: int, parent: tuple[str, int] | None = None, **more: Any) -> Seen:
    said: dict[str, Any] = {"processId": pid, "imageFile": {"fileName": name}, **more}
    if parent:
        said |= {"parentProcessImageFile": {"fileName": parent[0]}, "parentProcessId": parent[1]}
    return Seen(alert, "web-1", Evidence("process", f"process:{name}", f"{name} ({pid})", properties=said))


def drawn(*pieces: Seen) -> list[list[str]]:
    return [[f"{'.' * step.depth}{step.process.name}" for step in tree.steps] for tree in trees(pieces)]


def test_children_stand_under_their_parents_whichever_alert_told_of_them() -> None:
    shell, word = seen(2, "sh.exe", 20, ("word.exe", 10)), seen(1, "word.exe", 10, ("explorer.exe", 5))
    dump = seen(3, "dump.exe", 30, ("sh.exe", 20))
    assert drawn(dump, shell, word) == [["explorer.exe", ".word.exe", "..sh.exe", "...dump.exe"]]
    (tree,) = trees([dump, shell, word, seen(4, "dump.exe", 30)])
    assert tree.alerts == {1, 2, 3, 4}
    assert tree.steps[-1].process.alerts == [3, 4]


def test_a_process_id_that_was_given_out_again_is_another_process() -> None:
    early = seen(1, "a.exe", 7, processCreationDateTime="2026-11-21T01:00:00Z")
    late = seen(2, "a.exe", 7, processCreationDateTime="2026-11-21T05:00:00Z")
    other = seen(3, "b.exe", 7)
    assert drawn(late, early, other) == [["a.exe"], ["a.exe"], ["b.exe"]]


def test_the_same_process_id_on_another_host_is_another_process() -> None:
    there = Seen(2, "db-1", seen(2, "a.exe", 7).piece)
    assert len(trees([seen(1, "a.exe", 7), there])) == 2


def test_what_a_source_leaves_out_or_gets_wrong_does_no_harm() -> None:
    odd = Evidence("process", "", "?", properties={"imageFile": "x", "processId": True, "processCreationDateTime": 5})
    assert drawn(Seen(1, "", odd)) == [["?"]]
    assert trees([Seen(1, "", Evidence("file", "", "f"))]) == ()
    assert drawn(seen(1, "self.exe", 1, ("self.exe", 1))) == [["self.exe"]]


def test_a_chain_without_end_is_cut_and_counted() -> None:
    chain = [seen(1, f"p{n}", n + 1, (f"p{n - 1}", n)) for n in range(1, 300)]
    (tree,) = trees(chain)
    assert len(tree.steps) == DEEPEST + 1
    assert tree.deeper == 300 - len(tree.steps)


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=30))
def test_no_process_is_lost_or_its_own_ancestor(pairs: list[tuple[int, int]]) -> None:
    pieces = [seen(n, f"p{pid}", pid, (f"p{parent}", parent)) for n, (pid, parent) in enumerate(pairs)]
    names = [step.process.name for tree in trees(pieces) for step in tree.steps]
    assert sorted(names) == sorted({f"p{one}" for pair in pairs for one in pair})
