"""
What an instance no longer knows of its row until it is read again.

To Django, an instance that lacks a value is one that was read in part, which it saves
in part and cannot insert. So the old values are kept aside, and are back while Django
looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Model

from django_reckon.ground.internals import concrete_field

# On the instance's state, which goes along with its copies.
_ASIDE: Final = "reckon_forgotten"


def forget(instance: Model, attributes: Iterable[str]) -> None:
    """Let values be read again when they are asked for."""
    held = vars(instance)
    gone = {name: held.pop(name) for name in attributes if name in held}
    if not gone:
        return
    for name in gone:
        field = concrete_field(type(instance), name)
        instance._state.fields_cache.pop(field.name, None)
    aside = vars(instance._state)
    # A copy may hold the same; so it is replaced, not changed.
    aside[_ASIDE] = {**aside.get(_ASIDE, {}), **gone}


def forgotten(instance: Model) -> list[str]:
    """Return the attributes that were not read again since."""
    aside: Mapping[str, Any] = vars(instance._state).get(_ASIDE, {})
    return [name for name in aside if name not in vars(instance)]


def recall(instance: Model) -> list[str]:
    """Put old values back where no new ones are; return the attributes."""
    names = forgotten(instance)
    aside = vars(instance._state).pop(_ASIDE, {})
    vars(instance).update({name: aside[name] for name in names})
    return names


def mirror(instance: Model, values: Mapping[str, Any], stale: Iterable[str]) -> None:
    """
    Give an instance what was stored for it, and take away what is stale.

    Args:
        instance: The instance.
        values: Attribute -> value.
        stale: Names of fields.
    """
    for name, value in values.items():
        setattr(instance, name, value)
    attributes = (concrete_field(type(instance), name).attname for name in stale)
    forget(instance, [each for each in attributes if each not in values])
