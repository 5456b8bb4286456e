"""What type a computed field has, and whether its function fits it."""

from __future__ import annotations

from mypy.maptype import map_instance_to_supertype
from mypy.messages import format_type
from mypy.nodes import CallExpr, RefExpr
from mypy.options import Options
from mypy.subtypes import is_subtype
from mypy.typeops import make_simplified_union
from mypy.types import AnyType, Instance, NoneType, ProperType, Type, get_proper_type

from django_reckon._mypy import fullnames
from django_reckon._mypy.calls import argument, is_true
from django_reckon._mypy.members import FindType
from django_reckon._mypy.runtime import RuntimeField, fullname_of


def field_type(
    given: Type, call: CallExpr | None, field: RuntimeField, find_type: FindType
) -> Instance | None:
    """
    Return the type of the field that was given; None where that is not known.

    django-stubs types a ForeignKey only as the right side of an assignment, and gives
    Any elsewhere; there it is made of the call and of the field as Django has it.
    """
    known = get_proper_type(given)
    if isinstance(known, AnyType) and call is not None:
        return _foreign_key(call, field, find_type)
    return known if isinstance(known, Instance) else None


def held_type(field: Instance, find_type: FindType) -> ProperType | None:
    """Return what an ordinary field of that type gives on an instance."""
    base = find_type(fullnames.FIELD)
    if base is None or not field.type.has_base(fullnames.FIELD):
        return None
    parameters = map_instance_to_supertype(field, base).args
    return get_proper_type(parameters[1]) if len(parameters) == 2 else None


def swapped(field: Instance, held: ProperType, returned: Type) -> Instance:
    """Return the type of the computed field, which is that of the plain one."""
    if isinstance(held, AnyType) and len(field.args) == 2:
        # A JSONField, say: the function knows better.
        set_type = get_proper_type(field.args[0])
        is_open = isinstance(set_type, AnyType)
        return field.copy_modified(args=[returned if is_open else set_type, returned])
    return field


def misfit(
    name: str, field: Instance, held: ProperType, returned: Type, options: Options
) -> str | None:
    """Return what is wrong with the type of a function; None if nothing is."""
    if is_subtype(returned, held):
        return None
    return (
        f'Compute function of "{name}" returns {format_type(returned, options)}, '
        f"but {field.type.name} holds {format_type(held, options)}"
    )


def _foreign_key(
    call: CallExpr, field: RuntimeField, find_type: FindType
) -> Instance | None:
    made = argument(call, "field", 0)
    if not isinstance(made, CallExpr) or not isinstance(made.callee, RefExpr):
        return None
    kind = find_type(made.callee.fullname)
    target = getattr(field, "related_model", None)
    if kind is None or not kind.has_base(fullnames.FOREIGN_OBJECT):
        return None
    if not isinstance(target, type) or len(kind.type_vars) != 2:
        return None
    end, combinable = find_type(fullname_of(target)), find_type(fullnames.COMBINABLE)
    if end is None or combinable is None:
        return None
    # In the order in which django-stubs names them.
    row: list[Type] = [Instance(end, [])]
    nothing: list[Type] = [NoneType()] if is_true(argument(made, "null", None)) else []
    set_type = make_simplified_union([*row, Instance(combinable, []), *nothing])
    held = make_simplified_union([*row, *nothing])
    return Instance(kind, [set_type, held])
