"""A database ENGINE as packages for tenants bring it: PostgreSQL, switched by SET."""

from __future__ import annotations
