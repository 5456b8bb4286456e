"""The order of computed fields, from edges alone."""

from __future__ import annotations

import pytest

from django_reckon.computed.rules.edges import Edge, Node, own_edge
from django_reckon.computed.rules.graph import steps_of
from django_reckon.exceptions import CycleNodeException
from tests.computedapp.models import Copy, Publisher, Shelf, Title

Graph = dict[Node, list[Edge]]


def _graph(*nodes: Node) -> Graph:
    return {node: [own_edge(*node)] for node in nodes}


def _depends(graph: Graph, node: Node, source: Node) -> None:
    """Let one field be made from another, of the same row or of another model's."""
    own = node[0] is source[0]
    graph[node].append(
        Edge(
            source=source[0],
            columns=frozenset([source[1]]),
            via=None,
            target=node[0],
            field=node[1],
            lookup="pk" if own else "somewhere__pk",
            is_own=own,
        )
    )


def _levels(graph: Graph, *, allow_recursion: bool = False) -> list[tuple[int, str]]:
    steps = steps_of(graph, allow_recursion=allow_recursion)
    return [(step.level, ",".join(step.fields)) for step in steps]


def test_fields_of_one_row_share_a_step_in_their_order() -> None:
    graph = _graph((Shelf, "c"), (Shelf, "a"), (Shelf, "b"))
    _depends(graph, (Shelf, "a"), (Shelf, "b"))
    _depends(graph, (Shelf, "b"), (Shelf, "c"))

    assert _levels(graph) == [(0, "c,b,a")]


def test_field_of_another_model_makes_a_level() -> None:
    graph = _graph((Shelf, "sum"), (Copy, "text"), (Title, "line"))
    _depends(graph, (Copy, "text"), (Title, "line"))
    _depends(graph, (Shelf, "sum"), (Copy, "text"))

    assert _levels(graph) == [(0, "line"), (1, "text"), (2, "sum")]


def test_model_comes_twice_where_its_fields_wait_for_each_other() -> None:
    graph = _graph((Shelf, "early"), (Copy, "text"), (Shelf, "late"))
    _depends(graph, (Copy, "text"), (Shelf, "early"))
    _depends(graph, (Shelf, "late"), (Copy, "text"))
    _depends(graph, (Shelf, "late"), (Shelf, "early"))

    assert _levels(graph) == [(0, "early"), (1, "text"), (2, "late")]


def test_order_does_not_depend_on_that_of_declarations() -> None:
    nodes = [(Shelf, "a"), (Copy, "b"), (Title, "c"), (Publisher, "d")]
    graphs = [_graph(*nodes), _graph(*reversed(nodes))]

    first, second = (steps_of(graph, allow_recursion=False) for graph in graphs)

    assert first == second


def test_circle_is_refused_by_name() -> None:
    graph = _graph((Shelf, "a"), (Copy, "b"))
    _depends(graph, (Shelf, "a"), (Copy, "b"))
    _depends(graph, (Copy, "b"), (Shelf, "a"))

    with pytest.raises(CycleNodeException) as caught:
        steps_of(graph, allow_recursion=False)

    assert set(caught.value.cycle) == {"computedapp.Shelf.a", "computedapp.Copy.b"}
    assert caught.value.cycle[0] == caught.value.cycle[-1]
    assert "COMPUTEDFIELDS_ALLOW_RECURSION" in str(caught.value)


def test_field_that_waits_for_itself_is_a_circle() -> None:
    graph = _graph((Shelf, "a"))
    graph[Shelf, "a"].append(
        Edge(Shelf, frozenset(["a"]), None, Shelf, "a", "parent__pk")
    )

    with pytest.raises(CycleNodeException):
        steps_of(graph, allow_recursion=False)


def test_allowed_circle_is_cut_and_keeps_every_field() -> None:
    graph = _graph((Shelf, "a"), (Copy, "b"), (Title, "c"))
    _depends(graph, (Shelf, "a"), (Copy, "b"))
    _depends(graph, (Copy, "b"), (Shelf, "a"))
    _depends(graph, (Title, "c"), (Shelf, "a"))

    levels = _levels(graph, allow_recursion=True)

    assert sorted(name for _, name in levels) == ["a", "b", "c"]
    assert levels.index((max(levels)[0], "c")) == 2
