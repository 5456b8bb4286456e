"""Digests of values, by value and by type."""

from __future__ import annotations

import datetime as dt
import decimal
import hashlib
import pickle
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django_reckon.exceptions import ReckonError

# 16 bytes print as the 32 characters the FastCount table holds.
DIGEST_BYTES = 16


# The drivers' wrappers and the attribute that holds the value.
_WRAPPERS: Final = {
    "psycopg.types.json.Json": "obj",
    "psycopg.types.json.Jsonb": "obj",
    "psycopg.dbapi20.Binary": "obj",
    "psycopg2._json.Json": "adapted",
    "psycopg2.extensions.Binary": "adapted",
    "django.db.backends.postgresql.psycopg_any.Jsonb": "adapted",
}


class NoDigestError(ReckonError, TypeError):
    """A value has no form that is the same for equal values in every process."""


def digest(*values: object) -> str:
    """
    Return 32 hexadecimal characters that differ when a value or its type differs.

    Equal values give equal digests in every process and on every host.

    Raises:
        NoDigestError: A value is of a type that cannot be encoded.
    """
    hashed = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for value in values:
        hashed.update(encode(value))
    return hashed.hexdigest()


def encode(value: object) -> bytes:
    """Return a self-delimiting encoding; no two different values share one."""
    kind = type(value)
    encoder = _ENCODERS.get(kind)
    if encoder is not None:
        return encoder(value)
    for base in kind.__mro__:
        if base in _ENCODERS:
            return _ENCODERS[base](value)
    return _encode_other(value)


def is_scalar(value: object) -> bool:
    """Tell whether a value is a single plain one, such as a column may hold."""
    return type(value) in _SCALARS


def _framed(tag: str, body: bytes) -> bytes:
    return b"%s%d:%s" % (tag.encode(), len(body), body)


def _text(tag: str, form: Callable[[Any], str]) -> Callable[[Any], bytes]:
    """Return an encoder for values that a short text tells apart."""
    return lambda value: _framed(tag, form(value).encode("utf-8", "surrogatepass"))


def _items(tag: str) -> Callable[[Iterable[object]], bytes]:
    return lambda values: _framed(tag, b"".join(map(encode, values)))


def _encode_mapping(value: Mapping[object, object]) -> bytes:
    return _framed("m", b"".join(encode(k) + encode(v) for k, v in value.items()))


def _encode_set(value: Iterable[object]) -> bytes:
    return _framed("e", b"".join(sorted(map(encode, value))))


def _encode_other(value: object) -> bytes:
    """
    Encode what is not a plain value: driver wrappers first, then anything picklable.

    Drivers wrap JSON and binary parameters in objects that cannot be pickled and whose
    repr is cut or holds an address, so the wrapped value is taken.
    """
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if kind in _WRAPPERS:
        return _framed("w" + kind, encode(getattr(value, _WRAPPERS[kind])))
    try:
        return _framed("p" + kind, pickle.dumps(value, protocol=4))
    except Exception as error:
        raise NoDigestError(f"No digest for a value of type {kind!r}.") from error


# Subclasses (enum members, safe strings, the driver's integers) find their base.
_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    type(None): _text("n", lambda _: ""),
    bool: _text("t", str),
    int: _text("i", int.__repr__),
    float: _text("f", float.__repr__),
    str: _text("s", str.__str__),
    bytes: lambda value: _framed("b", bytes(value)),
    bytearray: lambda value: _framed("b", bytes(value)),
    memoryview: lambda value: _framed("b", value.tobytes()),
    decimal.Decimal: _text("d", str),
    dt.datetime: _text("D", dt.datetime.isoformat),
    dt.date: _text("a", dt.date.isoformat),
    dt.time: _text("h", dt.time.isoformat),
    dt.timedelta: _text("u", repr),
    uuid.UUID: _text("U", str),
    list: _items("l"),
    tuple: _items("l"),
    dict: _encode_mapping,
    set: _encode_set,
    frozenset: _encode_set,
}
_SCALARS = frozenset(_ENCODERS) - {list, tuple, dict, set, frozenset}
