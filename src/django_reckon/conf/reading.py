"""Reading what a user wrote into the settings, and saying what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings as django_settings
from django.core.signals import setting_changed

from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.shapes import is_whole


@dataclass(frozen=True, slots=True)
class Namespace:
    """
    Settings whose names begin alike.

    Attributes:
        prefix: The beginning.
    """

    prefix: str

    def get(self, name: str, default: object) -> Any:
        """Return the raw setting; Any, for the user may have written anything."""
        return getattr(django_settings, self.prefix + name, default)

    def wrong(self, name: str, value: object, wanted: str) -> ConfigurationError:
        """Return the error that names a setting, its value and the remedy."""
        text = f"{self.prefix}{name} is {value!r}. Set it to {wanted}."
        return ConfigurationError(text)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return True or False."""
        value = self.get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, value, "True or False")
        return value

    def positive(self, name: str, default: int) -> int:
        """Return a whole number from 1."""
        value = self.get(name, default)
        if not is_whole(value, least=1):
            raise self.wrong(name, value, "a whole number from 1")
        number: int = value
        return number

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """Return one of the choices."""
        value = self.get(name, default)
        if value not in choices:
            raise self.wrong(name, value, " or ".join(map(repr, choices)))
        chosen: str = value
        return chosen

    def on_change(self, forget: Callable[[], object]) -> None:
        """Let somebody forget what was read when a test overrides a setting."""

        def changed(*, setting: str, **_: object) -> None:
            if setting.startswith(self.prefix):
                forget()

        setting_changed.connect(changed, weak=False, dispatch_uid=self.prefix)
