"""The tree of exceptions, and what their messages and attributes say."""

from __future__ import annotations

import pickle

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_reckon import exceptions
from django_reckon.exceptions import BackendError, ConfigurationError, ReckonError


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        (ReckonError, Exception),
        (ConfigurationError, ReckonError),
        (ConfigurationError, ImproperlyConfigured),
        (BackendError, ReckonError),
    ],
    ids=lambda kind: kind.__name__,
)
def test_error_descends_from(child: type[Exception], parent: type[Exception]) -> None:
    assert issubclass(child, parent)


@pytest.mark.parametrize("name", exceptions.__all__)
def test_tree_in_the_docstring_shows(name: str) -> None:
    assert name in str(exceptions.__doc__)


def test_backend_error_says_what_failed_at_what_and_why() -> None:
    error = BackendError("Cache 'default'", "read", ConnectionError("refused"))

    assert str(error) == "Cache 'default' could not read (ConnectionError: refused)."
    assert error.backend == "Cache 'default'"


def test_backend_error_without_a_cause_says_so() -> None:
    error = BackendError("Cache 'default'", "read", None)

    assert str(error) == "Cache 'default' could not read (no reason given)."


def test_backend_error_survives_pickling() -> None:
    """Process pools and task queues send exceptions home that way."""
    error = BackendError("Cache 'default'", "read", ConnectionError("refused"))

    copy = pickle.loads(pickle.dumps(error))

    assert (str(copy), copy.backend) == (str(error), error.backend)
