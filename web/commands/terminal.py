"""What passes between the command line and a terminal, without characters that act on it.

A title, a name or a reason may come from anywhere, also from an archive of before. ESC moves the cursor or sets the
window's title, CR writes over a line, U+202E turns what follows it.
"""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO, TypeVar, cast

from archive.plain import lines, one_line

T = TypeVar("T")
# Bold and plain again, with which click marks the words that were searched for.
_STYLES = re.compile("(\x1b\\[[01]m)")


def typed(values: Mapping[str, T]) -> dict[str, Any]:
    """Return a command's arguments and options with each text on one line. Paths stay as they are."""
    return {name: _typed(value) for name, value in values.items()}


def _typed(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_typed, value))
    return one_line(value) if type(value) is str else value


@contextmanager
def harmless() -> Iterator[None]:
    """Print only harmless text until the end of the block."""
    out, err = cast(TextIO, _Harmless(sys.stdout)), cast(TextIO, _Harmless(sys.stderr))
    with redirect_stdout(out), redirect_stderr(err):
        yield


class Formatter(logging.Formatter):
    """Writes log lines with harmless text."""

    def format(self, record: logging.LogRecord) -> str:
        return lines(super().format(record))


def log_sentences() -> None:
    """Show what is logged as the sentences that a person at a terminal reads."""
    _format("gongkai: %(message)s")


def log_lines() -> None:
    """Show what is logged with its time and place, for the log of a server."""
    _format("%(asctime)s %(levelname)s %(name)s: %(message)s")


def _format(line: str) -> None:
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Formatter(line))


class _Harmless:
    """A stream for text that leaves out what acts on a terminal, but for the styles that this program sets there."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # Where a progress bar moves the cursor; its texts are our own.
        self.rich_proxied_file = stream

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError("text only")
        pieces = _STYLES.split(text) if self._stream.isatty() else [text]
        # With a group, every other piece is a style.
        self._stream.write("".join(piece if at % 2 else lines(piece) for at, piece in enumerate(pieces)))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
