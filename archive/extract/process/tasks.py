"""What a limited process does with a file besides reading its text."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any


class Task(StrEnum):
    """What is asked: which pages a file has, the picture of one, the characters recognised on one, a masked copy,
    whether words are still there, or which files a message encloses.
    """

    OUTLINE = "outline"
    PICTURE = "picture"
    RECOGNISE = "recognise"
    MASK = "mask"
    PROVE = "remains"
    UNPACK = "enclosed"


# Loaded when first asked for: a process that only reads text needs none of the libraries.
_MODULES = {
    Task.OUTLINE: "archive.extract.pictures.page",
    Task.PICTURE: "archive.extract.pictures.page",
    Task.RECOGNISE: "archive.extract.recognition.picture",
    Task.MASK: "archive.masking.copy",
    Task.PROVE: "archive.masking.copy",
    Task.UNPACK: "archive.extract.others.message",
}


def do(task: Task, path: Path, media_type: str, about: Mapping[str, object]) -> tuple[dict[str, object], bytes]:
    """Do a task in this process; return what it says and the bytes that it made. Raises as ``extract_plain`` does."""
    act: Callable[..., Any] = getattr(import_module(_MODULES[task]), task.value)
    done = act(path, media_type, **about)
    if isinstance(done, bytes):
        return {}, done
    told, content = done if isinstance(done, tuple) else (done, b"")
    return told, content
