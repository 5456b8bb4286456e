"""Caches for CACHES: one with async I/O of its own, one with none."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from typing_extensions import override

__all__ = ["BlockingCache", "NativeCache"]


class BlockingCache(BaseCache):
    """In a dict of the process, where each call could block; aget() needs a thread."""

    values: ClassVar[dict[str, Any]] = {}

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    @override
    def add(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        return self.values.setdefault(self.make_key(key, version), value) is value

    @override
    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self.values.get(self.make_key(key, version), default)

    @override
    def set(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self.values[self.make_key(key, version)] = value

    @override
    def delete(self, key: Any, version: int | None = None) -> bool:
        return self.values.pop(self.make_key(key, version), None) is not None

    @override
    def clear(self) -> None:
        self.values.clear()


class NativeCache(BlockingCache):
    """As a cache over asyncio sockets: its async methods hop to no thread."""

    values: ClassVar[dict[str, Any]] = {}
    awaited: ClassVar[list[str]] = []

    @override
    async def aget(
        self, key: Any, default: Any = None, version: int | None = None
    ) -> Any:
        self.awaited.append("aget")
        return self.get(key, default, version)

    @override
    async def aset(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self.awaited.append("aset")
        self.set(key, value, timeout, version)
