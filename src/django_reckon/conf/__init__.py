"""Settings, each read in one place."""

from __future__ import annotations

from django_reckon.conf.counts import database_tenant as database_tenant
