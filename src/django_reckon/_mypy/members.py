"""Fields and relations of models, as mypy knows them and as Django has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from mypy.nodes import Decorator, TypeInfo, Var
from mypy.types import Instance, ProperType, UnionType, get_proper_type

from django_reckon._mypy import fullnames
from django_reckon._mypy.relations import in_daemon
from django_reckon._mypy.runtime import (
    Runtime,
    RuntimeField,
    RuntimeModel,
    fullname_of,
    member,
    member_names,
)

FindType: TypeAlias = Callable[[str], TypeInfo | None]

_DESCRIPTORS: Final = "django.db.models.fields.related_descriptors."
# Which of a descriptor's type arguments is the model that it leads to.
_LEADS_TO: Final = {
    f"{_DESCRIPTORS}ReverseManyToOneDescriptor": 0,
    f"{_DESCRIPTORS}ManyToManyDescriptor": 0,
    f"{_DESCRIPTORS}ReverseOneToOneDescriptor": 1,
}


@dataclass(frozen=True, slots=True)
class Place:
    """
    A model that a path has come to.

    Attributes:
        info: What mypy knows of it.
        models: What Django has of it: itself, or the children of an abstract one.
    """

    info: TypeInfo | None
    models: tuple[RuntimeModel, ...]

    @property
    def fullname(self) -> str:
        """The model's name as mypy has it."""
        if self.info is not None:
            return self.info.fullname
        return fullname_of(self.models[0]) if self.models else ""


@dataclass(frozen=True, slots=True)
class Member:
    """
    A field or relation of a model.

    Attributes:
        name: The same for all names that rules and attributes have for it.
        is_column: A value of its own is stored in each row.
        is_relation: It leads to rows.
        is_many: It leads to any number of rows.
        is_through: It leads over the rows of a third model.
        is_key: It is the primary key, or a part of it.
        is_parent: It is the link to the row of a parent's table.
        target: Where it leads; None where that cannot be told.
    """

    name: str
    is_column: bool = False
    is_relation: bool = False
    is_many: bool = False
    is_through: bool = False
    is_key: bool = False
    is_parent: bool = False
    target: Place | None = None


class Members:
    """Finds members by name; mypy's knowledge goes first where it is the newer one."""

    def __init__(self, runtime: Runtime, find_type: FindType) -> None:
        """Take both sources."""
        self._runtime = runtime
        self._find_type = find_type
        # What Django has; empty in a daemon, where types are replaced between runs.
        self._known: dict[tuple[RuntimeModel, str], Member] = {}

    def place(self, info: TypeInfo) -> Place:
        """Return a model as a place."""
        return Place(info, tuple(self._runtime.named(info.fullname)))

    def find(self, place: Place, name: str) -> Member | None:
        """Return a member of a place; None where it has none of that name."""
        if name == "pk":
            return Member("pk", is_column=True, is_key=True)
        if not place.models or self._is_outdated(place):
            found = self._static(place, name)
            if found is not None or self._is_gone(place, name):
                return found
        for model in place.models:
            found = self._of_model(model, name)
            if found is not None:
                return found
        return None

    def is_sure(self, place: Place) -> bool:
        """Tell whether a name that is not found there is not there at all."""
        if place.info is not None and place.info.fallback_to_any:
            return False
        return bool(place.models)

    def names(self, place: Place) -> list[str]:
        """Return the names that a place has, for suggestions."""
        found = {name for model in place.models for name in member_names(model)}
        if place.info is not None and (not place.models or self._is_outdated(place)):
            found = {
                name
                for base in place.info.mro
                for name in base.names
                if self._static(place, name) is not None
            }
        return sorted(found)

    def label(self, place: Place) -> str:
        """Return a place's name for messages, "shop.Author"."""
        if place.info is not None:
            app = place.models[0]._meta.app_label if place.models else ""
            return f"{app}.{place.info.name}".lstrip(".")
        return str(place.models[0]._meta.label) if place.models else "?"

    def _is_gone(self, place: Place, name: str) -> bool:
        """Tell whether a class that mypy has newer than Django lost a name."""
        info = place.info
        if info is None or info.get(name) is not None:
            return False
        # The children of an abstract base may have what it has not.
        return all(fullname_of(model) == info.fullname for model in place.models)

    def _is_outdated(self, place: Place) -> bool:
        if place.info is None:
            return False
        return self._runtime.is_outdated(place.info.module_name)

    def _of_model(self, model: RuntimeModel, name: str) -> Member | None:
        found = self._known.get((model, name))
        if found is not None:
            return found
        known = member(model, name)
        if known is None:
            return None
        found = self._running(known)
        # What mypy has not come to yet it may know later.
        is_whole = found.target is None or found.target.info is not None
        if is_whole and not in_daemon():
            self._known[model, name] = found
        return found

    def _running(self, known: RuntimeField) -> Member:
        related = known.related_model if known.is_relation else None
        is_model = isinstance(related, type)
        target = self._place_of(related) if is_model else None
        accessor = getattr(known, "get_accessor_name", None)
        return Member(
            (accessor() if accessor else None) or known.name,
            is_column=bool(known.concrete) and not known.many_to_many,
            is_relation=bool(known.is_relation),
            is_many=bool(known.one_to_many or known.many_to_many),
            is_through=bool(known.many_to_many),
            is_key=known in getattr(known.model._meta, "pk_fields", ()),
            is_parent=bool(
                getattr(getattr(known, "remote_field", None), "parent_link", False)
            ),
            target=target,
        )

    def _place_of(self, model: RuntimeModel) -> Place:
        return Place(self._find_type(fullname_of(model)), (model,))

    def _static(self, place: Place, name: str) -> Member | None:
        """Return what mypy alone knows of a name."""
        if place.info is None:
            return None
        found = self._typed(place.info, name)
        if found is None and name.endswith("_id"):
            key = self._typed(place.info, name.removesuffix("_id"))
            return (
                key if key is not None and key.is_column and key.is_relation else None
            )
        return found

    def _typed(self, info: TypeInfo, name: str) -> Member | None:
        kind = attribute_type(info, name)
        if not isinstance(kind, Instance):
            return None
        if kind.type.fullname in _LEADS_TO:
            end = kind.args[_LEADS_TO[kind.type.fullname]]
            is_one = kind.type.name.startswith("ReverseOneToOne")
            return Member(
                name, is_relation=True, is_many=not is_one, target=self._end(end)
            )
        if kind.type.fullname == fullnames.COMPUTED_VALUE:
            return Member(name, is_column=True)
        if not kind.type.has_base(fullnames.FIELD):
            return None
        if kind.type.has_base(fullnames.MANY_TO_MANY):
            return Member(
                name,
                is_relation=True,
                is_many=True,
                is_through=True,
                target=self._end(*kind.args[:1]),
            )
        if kind.type.has_base(fullnames.FOREIGN_OBJECT):
            target = self._end(*kind.args[1:2])
            return Member(name, is_column=True, is_relation=True, target=target)
        return Member(name, is_column=True)

    def _end(self, *kinds: object) -> Place | None:
        """Return the model in a type such as "Author | None"."""
        for info in _instances(kinds):
            if info.has_base(fullnames.MODEL):
                return self.place(info)
        return None


def attribute_type(info: TypeInfo, name: str) -> ProperType | None:
    """Return the type of what a class declares; None where it is not known yet."""
    symbol = info.get(name)
    node = symbol.node if symbol is not None else None
    if isinstance(node, Decorator):
        node = node.var
    if not isinstance(node, Var) or node.type is None:
        return None
    return get_proper_type(node.type)


def _instances(kinds: Iterable[object]) -> Iterable[TypeInfo]:
    for kind in kinds:
        if isinstance(kind, UnionType):
            yield from _instances(map(get_proper_type, kind.items))
        elif isinstance(kind, Instance):
            yield kind.type
