"""Every computed field there is, resolved; made once all models are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import GeneratedField, Model
from django.db.models.signals import class_prepared

from django_reckon.computed.rules.edges import Edge, Node
from django_reckon.computed.rules.graph import Step, groups_of, label, steps_of
from django_reckon.computed.rules.paths import Hop
from django_reckon.computed.rules.problems import Problem, problem_of
from django_reckon.computed.rules.resolving import ComputedColumn as ComputedColumn
from django_reckon.computed.rules.resolving import columns_on, is_declared_on
from django_reckon.conf import computed as conf
from django_reckon.exceptions import (
    ConfigurationError,
    CycleNodeException,
    ResolverException,
)
from django_reckon.ground.installed import apps
from django_reckon.ground.internals import (
    AnyField,
    is_made_by_database,
    row_tables,
    sets_itself,
    table_owner,
)


@dataclass(slots=True, eq=False)
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
    _awaiting: dict[Node, bool] = field(default_factory=dict)
    _late: dict[Node, bool] = field(default_factory=dict)
    _groups: dict[type[Model], str] = field(default_factory=dict)

    def fill(self, models: Iterable[type[Model]]) -> None:
        """Forget all, and take every computed field of these models."""
        self.clear()
        for model in models:
            for found in columns_on(model):
                if isinstance(found, Problem):
                    self.problems.append(found)
                else:
                    self.columns[found.node] = found
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
        self._awaiting.clear()
        self._late.clear()
        self._groups.clear()

    def of(self, model: type[Model]) -> tuple[ComputedColumn, ...]:
        """Return a model's computed fields, parents' included, in local order."""
        known = self._by_model.get(model)
        if known is None:
            tables = row_tables(model)
            known = tuple(
                self.columns[step.model, name]
                for step in self.steps
                for name in step.fields
                if step.model in tables
            )
            self._by_model[model] = known
        return known

    def on(self, table: type[Model]) -> tuple[ComputedColumn, ...]:
        """Return the computed fields of one table, in local order."""
        return tuple(column for column in self.of(table) if column.model is table)

    def group_of(self, model: type[Model]) -> str:
        """Return the name of all tables that fields tie to a model's, near and far."""
        if not self._groups:
            self._groups.update(groups_of(self.edges()))
        return self._groups.get(table_owner(model), model._meta.label)

    def is_local(self, column: ComputedColumn) -> bool:
        """
        Tell whether an instance has all that its value is made from.

        That is the row's own columns, without those that the database makes.
        """
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

    def awaits_row(self, column: ComputedColumn) -> bool:
        """Tell whether its value is made from a generated column of the same row."""
        return self._is_made_from(column, _is_generated, self._awaiting)

    def awaits_save(self, column: ComputedColumn) -> bool:
        """Tell whether its value is made from what a save alone sets in the row."""
        return self._is_made_from(column, sets_itself, self._late)

    def _is_made_from(
        self,
        column: ComputedColumn,
        wanted: Callable[[AnyField], bool],
        answers: dict[Node, bool],
    ) -> bool:
        """Tell whether columns of the row that a field is made from are such."""
        known = answers.get(column.node)
        if known is None:
            # As above.
            answers[column.node] = False
            read = [f for hops, columns in column.rules if not hops for f in columns]
            others = (self.columns.get((table_owner(f.model), f.name)) for f in read)
            known = any(map(wanted, read)) or any(
                self._is_made_from(each, wanted, answers) for each in others if each
            )
            answers[column.node] = known
        return known

    def require(self, model: type[Model]) -> None:
        """
        Make sure that all computed fields of a model can be used.

        Raises:
            ResolverException: One of them is declared wrongly.
        """
        if not self.problems:
            return
        concerned = {model, *row_tables(model)}
        for problem in self.problems:
            if problem.model in concerned:
                # It is raised as often as it is met; each time without the others'
                # frames.
                raise problem.error.with_traceback(None)

    def edges(self) -> Iterator[Edge]:
        """Yield what makes any field stale."""
        for column in self.columns.values():
            yield from column.edges

    def _is_local_rule(
        self, hops: tuple[Hop, ...], columns: tuple[AnyField, ...]
    ) -> bool:
        others = (self.columns.get((table_owner(f.model), f.name)) for f in columns)
        return (
            not hops
            and not any(map(is_made_by_database, columns))
            and all(self.is_local(each) for each in others if each)
        )

    def _order(self) -> None:
        """Put the fields into steps; those of a circle become problems."""
        allow = _allow_recursion()
        while True:
            edges = {node: column.edges for node, column in self.columns.items()}
            try:
                self.steps = steps_of(edges, allow_recursion=allow)
            except CycleNodeException as error:
                for node in [n for n in self.columns if label(n) in error.cycle]:
                    self.problems.append(problem_of(*node, error))
                    del self.columns[node]
            else:
                return


def _is_generated(column: AnyField) -> bool:
    return isinstance(column, GeneratedField)


def _allow_recursion() -> bool:
    """Return the setting; a wrong one is for the system checks to tell."""
    try:
        return conf.current().allow_recursion
    except ConfigurationError:
        return False


registry: Final = Registry()


def load(models: Iterable[type[Model]] | None = None) -> None:
    """Take every computed field of the project's models, or of those given alone."""
    if models is None:
        models = apps.get_models(include_auto_created=True)
        class_prepared.connect(_refuse, dispatch_uid="django_reckon.computed")
    registry.fill(models)


def _refuse(sender: Any, **_: object) -> None:
    """
    Refuse a model that comes too late to be resolved.

    Any: the signal has no type. Models of migrations hold plain fields, and those of
    an isolated registry of Django's are their test's own matter.

    Raises:
        ResolverException: It declares a computed field.
    """
    if sender._meta.apps is apps and is_declared_on(sender):
        raise ResolverException(
            f"{sender._meta.label!r} declares a computed field at run time. Define it "
            "in the models module of an app, so that it is there when Django is ready."
        )
