"""
Django's own tests, with the capture of writes installed and every model watched.

``python -m tests.django_suite`` runs them with and without it and compares the outcome
of each test. Nothing here is collected by pytest.
"""

from __future__ import annotations
