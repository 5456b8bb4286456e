"""What commands read and write: pipes, files and progress bars."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from django.core.management.base import CommandError, OutputWrapper

from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.progress import progress_bar

T = TypeVar("T")

# Stands for standard input or output in place of a file.
PIPE: Final = "-"
# What shells report of a program that Ctrl-C ended: 128 and the signal's number.
_INTERRUPTED: Final = 130


@contextmanager
def ended_well(
    stdout: OutputWrapper, advice: Callable[[], str] | None = None
) -> Iterator[None]:
    """
    Put into plain words: bad settings, Ctrl-C, and a reader that went away.

    Args:
        stdout: Where the command prints.
        advice: Says what was done and what is to do.

    Raises:
        CommandError: One of these.
    """
    try:
        try:
            yield
        finally:
            # Now rather than at the end of the process, where nobody could say why.
            stdout.flush()
    except ConfigurationError as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt as error:
        problem = f"Interrupted. {_advice(advice)}"
        raise CommandError(problem, returncode=_INTERRUPTED) from error
    except BrokenPipeError as error:
        # Python would complain once more when it flushes the stream at its own end.
        with suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stdout.fileno())
            os.close(nowhere)
        problem = f"Nobody reads the output any more. {_advice(advice)}"
        raise CommandError(problem) from error


def _advice(advice: Callable[[], str] | None) -> str:
    return "Not everything was told." if advice is None else advice()


@contextmanager
def line_writer(stdout: OutputWrapper, name: str) -> Iterator[Callable[[str], None]]:
    """
    Yield what writes a line to a file, or to standard output, where it is seen at once.

    Raises:
        CommandError: The file cannot be written.
    """

    def to_pipe(line: str) -> None:
        stdout.write(line)
        stdout.flush()

    if name == PIPE:
        yield to_pipe
        return
    with ExitStack() as stack:
        with _written(name):
            file = stack.enter_context(Path(name).open("w", encoding="utf-8"))

        def to_file(line: str) -> None:
            with _written(name):
                file.write(f"{line}\n")
                file.flush()

        yield to_file


@contextmanager
def _written(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(f"{name!r} cannot be written: {error}.") from error


def lines_of(name: str) -> Iterator[str]:
    """
    Yield the lines of a file, or of standard input.

    Raises:
        CommandError: It cannot be read, or is no text.
    """
    try:
        if name == PIPE:
            yield from sys.stdin
        else:
            with Path(name).open(encoding="utf-8") as file:
                yield from file
    except (OSError, UnicodeError) as error:
        raise CommandError(f"{name!r} cannot be read: {error}.") from error


def with_bar(
    items: Iterable[T], title: str, *, shown: bool, total: Callable[[], int | None]
) -> Iterable[T]:
    """
    Yield the items, behind a progress bar if that was asked for.

    Raises:
        ConfigurationError: The package for it is missing.
    """
    return progress_bar(items, title, total=total()) if shown else items
