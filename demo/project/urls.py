"""Addresses of the demo: the flights list and the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from demo.flights.views import flight_list

urlpatterns = [
    path("", flight_list, name="flight-list"),
    path("admin/", admin.site.urls),
]
