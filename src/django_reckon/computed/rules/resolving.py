"""From what users wrote to columns, rules and edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Prefetch

from django_reckon.computed.rules.declare import Declaration, declaration_of
from django_reckon.computed.rules.edges import Edge, Node, edges_of, own_edge
from django_reckon.computed.rules.graph import label
from django_reckon.computed.rules.misdeclared import misdeclared_on
from django_reckon.computed.rules.paths import Hop, columns_of, hops_of
from django_reckon.computed.rules.problems import Mistake, Problem, problem_of
from django_reckon.exceptions import ResolverException
from django_reckon.ground.internals import AnyField, concrete_field
from django_reckon.ground.shapes import is_whole

# Set by the base class; by name, for it rests on what rests on this.
BASE_MARK: Final = "_saves_computed_fields"


@dataclass(frozen=True, slots=True)
class ComputedColumn:
    """
    One computed field of one table.

    Attributes:
        model: The table's model.
        name: The field's name.
        field: The Django field.
        declaration: What the user wrote.
        rules: Relations and columns of each rule, resolved.
        edges: What makes it stale.
    """

    model: type[Model]
    name: str
    field: AnyField
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
    def own_sources(self) -> Iterator[AnyField]:
        """The row's own columns that it is made from."""
        return (f for hops, columns in self.rules if not hops for f in columns)


def columns_on(model: type[Model]) -> Iterator[ComputedColumn | Problem]:
    """Yield what was declared on a model, each as a column or as what is wrong."""
    if model._meta.swapped:
        return
    for wrong in misdeclared_on(model):
        yield Problem(model, wrong.name, wrong.error(model), Mistake.FIELD)
    for each in model._meta.local_fields:
        declared = declaration_of(each)
        if declared is not None and not _is_copy(model, declared):
            yield _judged(model, each.name, declared)


def is_declared_on(model: type[Model]) -> bool:
    """Tell whether a model or an abstract base of it declares a computed field."""
    declared = filter(None, map(declaration_of, model._meta.local_fields))
    return any(not _is_copy(model, each) for each in declared) or any(
        misdeclared_on(model)
    )


def _judged(
    model: type[Model], name: str, declared: Declaration
) -> ComputedColumn | Problem:
    where = f"{model._meta.label}.{name}"
    if model._meta.proxy:
        error = ResolverException(
            f"{where!r} is a computed field on a proxy model, which has no table of "
            f"its own. Declare it on {table_label(model)!r}."
        )
        return Problem(model, name, error, Mistake.PROXY)
    if not getattr(model, BASE_MARK, False):
        error = ResolverException(
            f"{where!r} is a computed field on a model whose save() does not know of "
            f"such. Derive {model._meta.label!r} from ComputedFieldsModel."
        )
        return Problem(model, name, error, Mistake.BASE)
    try:
        return _resolved(model, name, declared)
    except ResolverException as error:
        return problem_of(model, name, error)


def _is_copy(model: type[Model], declared: Declaration) -> bool:
    """
    Tell whether a plain model has another one's field, as models of histories have.

    Nobody declared it there: it holds what the other one held.
    """
    if getattr(model, BASE_MARK, False) or model._meta.proxy:
        return False
    owner, _, _ = getattr(declared.compute, "__qualname__", "").rpartition(".")
    if not owner or owner.endswith("<locals>"):
        return False
    return owner not in {base.__qualname__ for base in model.__mro__}


def table_label(model: type[Model]) -> str:
    """Return the label of the model that a model's rows are of."""
    return (model._meta.concrete_model or model)._meta.label


def _resolved(model: type[Model], name: str, declared: Declaration) -> ComputedColumn:
    where = f"{model._meta.label}.{name}"
    _check_options(declared, where)
    rules, edges = [], [own_edge(model, name)]
    for path, names in _rules(declared.depends, where):
        try:
            hops = hops_of(model, path)
            columns = columns_of(hops[-1].target if hops else model, names, path)
        except ResolverException as error:
            error.args = (f"Dependency of {where!r}: {error.args[0]}",)
            raise
        except FieldDoesNotExist as error:
            # Of a GenericRelation that names what its target does not have.
            raise ResolverException(f"Dependency of {where!r}: {error}.") from error
        rules.append((hops, columns))
        edges += edges_of(model, name, hops, columns)
    field = concrete_field(model, name)
    return ComputedColumn(model, name, field, declared, tuple(rules), tuple(edges))


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


def _check_options(declared: Declaration, where: str) -> None:
    """Raise for options of the wrong kind, whatever their annotations say."""
    size: object = declared.querysize
    for option, value, is_right, wanted in (
        ("compute", declared.compute, callable(declared.compute), "a function"),
        (
            "select_related",
            declared.select_related,
            all(_is(each, str) for each in declared.select_related),
            "names of relations",
        ),
        (
            "prefetch_related",
            declared.prefetch_related,
            all(_is(each, str, Prefetch) for each in declared.prefetch_related),
            "lookups or Prefetch objects",
        ),
        (
            "querysize",
            size,
            size is None or is_whole(size, least=1),
            "a whole number from 1, or None",
        ),
        (
            "default_on_create",
            declared.default_on_create,
            _is(declared.default_on_create, bool),
            "True or False",
        ),
    ):
        if not is_right:
            raise ResolverException(
                f"{where!r} has {option}={value!r}. Give it {wanted}."
            )


def _is(value: object, *kinds: type) -> bool:
    return isinstance(value, kinds)
