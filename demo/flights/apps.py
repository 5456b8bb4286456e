"""The app's entry in INSTALLED_APPS."""

from __future__ import annotations

from django.apps import AppConfig


class FlightsConfig(AppConfig):
    """Flights that left New York City in 2013."""

    name = "demo.flights"
    label = "flights"
    default_auto_field = "django.db.models.BigAutoField"
