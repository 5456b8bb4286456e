"""Every computed field there is, resolved; made once all models are loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model

from django_reckon.computed.declare import Declaration, declaration_of
from django_reckon.computed.edges import Edge, Node, edges_of, own_edge
from django_reckon.computed.graph import Step, label, steps_of
from django_reckon.computed.paths import Hop, columns_of, hops_of
from django_reckon.conf import computed as conf
from django_reckon.exceptions import CycleNodeException, ResolverException
from django_reckon.ground.internals import AnyField, concrete_field, table_owner


@dataclass(frozen=True, slots=True)
class ComputedColumn:
    """
    One computed field of one table.

    Attributes:
        model: The table's model.
        name: The field's name.
        declaration: What the user wrote.
        rules: Relations and columns of each rule, resolved.
        edges: What makes it stale.
    """

    model: type[Model]
    name: str
    declaration: Declaration
    rules: tuple[tuple[tuple[Hop, ...], tuple[AnyField, ...]], ...]
    edges: tuple[Edge, ...]

    @property
    def node(self) -> Node:
        """The model and the name."""
        return self.model, self.name

    @property
    def label(self) -> str:
        """As in messages: "shop.Shelf.total"."""
        return label(self.node)

    @property
    def field(self) -> AnyField:
        """The Django field."""
        return concrete_field(self.model, self.name)


@dataclass(frozen=True, slots=True)
class Problem:
    """A declaration that cannot be used, and why."""

    model: type[Model]
    name: str
    error: ResolverException


@dataclass(slots=True)
class Registry:
    """
    The computed fields of some models.

    Attributes:
        columns: By table and name, those that can be used.
        problems: Those that cannot.
        steps: In the order of their levels.
    """

    columns: dict[Node, ComputedColumn] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    steps: tuple[Step, ...] = ()
    _by_model: dict[type[Model], tuple[ComputedColumn, ...]] = field(
        default_factory=dict
    )
    _relational: dict[type[Model], frozenset[AnyField]] = field(default_factory=dict)
    _local: dict[Node, bool] = field(default_factory=dict)

    def fill(self, models: Iterable[type[Model]]) -> None:
        """Forget all, and take every computed field of these models."""
        self.clear()
        for model in models:
            for name, declared in _declared(model):
                try:
                    column = _resolved(model, name, declared)
                except ResolverException as error:
                    self.problems.append(Problem(model, name, error))
                else:
                    self.columns[column.node] = column
        self._order()
        for column in self.columns.values():
            self.is_local(column)

    def clear(self) -> None:
        """Forget all."""
        self.columns.clear()
        self.problems.clear()
        self.steps = ()
        self._by_model.clear()
        self._relational.clear()
        self._local.clear()

    def of(self, model: type[Model]) -> tuple[ComputedColumn, ...]:
        """Return a model's computed fields, parents' included, in local order."""
        known = self._by_model.get(model)
        if known is None:
            tables = {table_owner(model), *model._meta.all_parents}
            known = tuple(
                self.columns[step.model, name]
                for step in self.steps
                for name in step.fields
                if step.model in tables
            )
            self._by_model[model] = known
        return known

    def is_local(self, column: ComputedColumn) -> bool:
        """Tell whether a row's own columns are all that its value is made from."""
        known = self._local.get(column.node)
        if known is None:
            # While a circle is followed, it changes nothing.
            self._local[column.node] = True
            known = all(self._is_local_rule(*rule) for rule in column.rules)
            self._local[column.node] = known
        return known

    def relational(self, model: type[Model]) -> frozenset[AnyField]:
        """Return a model's computed fields that other rows determine as well."""
        known = self._relational.get(model)
        if known is None:
            known = self._relational[model] = frozenset(
                column.field for column in self.of(model) if not self.is_local(column)
            )
        return known

    def require(self, model: type[Model]) -> None:
        """
        Make sure that all computed fields of a model can be used.

        Raises:
            ResolverException: One of them is declared wrongly.
        """
        tables = {table_owner(model), *model._meta.all_parents}
        for problem in self.problems:
            if problem.model in tables:
                raise problem.error

    def edges(self) -> Iterator[Edge]:
        """Yield what makes any field stale."""
        for column in self.columns.values():
            yield from column.edges

    def _is_local_rule(
        self, hops: tuple[Hop, ...], columns: tuple[AnyField, ...]
    ) -> bool:
        others = (self.columns.get((table_owner(f.model), f.name)) for f in columns)
        return not hops and all(self.is_local(each) for each in others if each)

    def _order(self) -> None:
        """Put the fields into steps; those of a circle become problems."""
        allow = conf.current().allow_recursion
        while True:
            edges = {node: column.edges for node, column in self.columns.items()}
            try:
                self.steps = steps_of(edges, allow_recursion=allow)
            except CycleNodeException as error:
                for node in [n for n in self.columns if label(n) in error.cycle]:
                    self.problems.append(Problem(*node, error))
                    del self.columns[node]
            else:
                return


def _declared(model: type[Model]) -> Iterator[tuple[str, Declaration]]:
    if model._meta.proxy or model._meta.swapped:
        return
    for each in model._meta.local_fields:
        declared = declaration_of(each)
        if declared is not None:
            yield each.name, declared


def _resolved(model: type[Model], name: str, declared: Declaration) -> ComputedColumn:
    where = f"{model._meta.label}.{name}"
    rules, edges = [], [own_edge(model, name)]
    for path, names in _rules(declared.depends, where):
        try:
            hops = hops_of(model, path)
            columns = columns_of(hops[-1].target if hops else model, names, path)
        except ResolverException as error:
            error.args = (f"Dependency of {where!r}: {error.args[0]}",)
            raise
        rules.append((hops, columns))
        edges += edges_of(model, name, hops, columns)
    return ComputedColumn(model, name, declared, tuple(rules), tuple(edges))


def _rules(depends: Any, where: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Check the shape of what the user wrote, hence Any."""
    if isinstance(depends, str) or not isinstance(depends, list | tuple):
        raise _malformed(depends, where)
    for rule in depends:
        match rule:
            case [str(path), [*names]] if names and all(
                isinstance(name, str) for name in names
            ):
                yield path, tuple(names)
            case _:
                raise _malformed(rule, where)


def _malformed(rule: object, where: str) -> ResolverException:
    return ResolverException(
        f"{where!r} depends on {rule!r}, which is no rule. "
        'Give a list of rules such as ("author.country", ["name"]).'
    )


registry = Registry()


def load() -> None:
    """Take every computed field of the project's models, again if asked again."""
    registry.fill(apps.get_models(include_auto_created=True))
