"""From a queryset to the question, and to those who answer it."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, Final

from django.core.exceptions import EmptyResultSet, SynchronousOnlyOperation
from django.db import connections
from django.db.models import QuerySet

from django_reckon.conf import counts as conf
from django_reckon.counts.chain import Chain, chain_for
from django_reckon.counts.fingerprint import fingerprint
from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.stamps import stamped
from django_reckon.counts.written import must_count
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground import transactions
from django_reckon.ground.digest import NoDigestError
from django_reckon.protocols import CountKey, CountRequest

logger: Final = logging.getLogger(__name__)
_warned: set[tuple[str, str, str]] = set()


def ask(
    queryset: QuerySet[Any], policy: CountPolicy
) -> tuple[Chain, CountRequest] | None:
    """
    Return who answers and what to ask, or None where only a plain count will do.

    That is so when the queryset can have no rows, when it cannot be told apart from
    others by value, when this transaction has written what it counts or sees the past
    where only the present may be kept, and when the manager or a setting is wrong
    (logged once).

    Any: a queryset of values has rows of any type.

    Raises:
        SynchronousOnlyOperation: In an event loop, where the database's own version
            must be asked first; ask again in a thread.
    """
    model = queryset.model._meta.label
    try:
        if policy.problems:
            raise ConfigurationError(" ".join(policy.problems))
        chain, request = chain_for(policy), request_for(queryset, policy)
        return None if _is_plain(request, policy) else (chain, request)
    except EmptyResultSet:
        return None
    except NoDigestError as error:
        logger.debug("%s: %s Counted, not kept.", model, error)
        return None
    except SynchronousOnlyOperation:
        raise
    except Exception as error:  # noqa: BLE001 - a query or a tenant hook may raise any
        _warn(model, policy.manager_name, error)
        return None


def needs_thread(queryset: QuerySet[Any]) -> bool:
    """
    Tell async code whether the question can only be put in the connections' thread.

    A tenant that is read off a connection must be read off the one that is in use,
    and the event loop has another.
    """
    try:
        hook = conf.current().tenant
    except ConfigurationError:
        return False
    if hook is not conf.database_tenant:
        return True
    return hasattr(connections[queryset.db], "schema_name")


def _is_plain(request: CountRequest, policy: CountPolicy) -> bool:
    """Tell whether the open transaction, if any, allows nothing but a COUNT."""
    if policy.invalidate_on_write and transactions.is_frozen(request.alias):
        return True
    return must_count(request.queryset, request.alias)


def request_for(queryset: QuerySet[Any], policy: CountPolicy) -> CountRequest:
    """Return the question that a count of the queryset asks."""
    model, alias = queryset.model._meta.label, queryset.db
    tenant = conf.current().tenant(connections[alias])
    name = fingerprint(queryset.query, label=model, alias=alias, tenant=tenant)
    digest = stamped(name, queryset.model, alias, policy)
    return CountRequest(
        queryset=queryset,
        alias=alias,
        key=CountKey(model, policy.manager_name, digest),
        retention=policy.retention,
        # On that very database, whatever a router would say the next time.
        count=partial(queryset.query.get_count, using=alias),
    )


def _warn(model: str, manager: str, error: Exception) -> None:
    """Log a mistake once; the count itself goes on as plain Django's would."""
    message = f"{type(error).__name__}: {error}"
    if (model, manager, message) not in _warned:
        _warned.add((model, manager, message))
        logger.warning("%s.%s counts and keeps nothing. %s", model, manager, message)
