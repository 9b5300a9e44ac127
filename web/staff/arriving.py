"""Files on their way in: streamed to a private folder as they come, and gone again unless they become a job.

What is personal, as a proof of service, is held in memory and never lies there.

The server asks ``largest_body`` before it reads a body. Every other form of the desk stays small.
"""

import hashlib
import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import IO
from uuid import uuid4

from flask import Request, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from archive.plain import lines
from archive.registers import sessions, uploads
from archive.registers.requests import services as proofs
from archive.registers.roles import Act
from archive.registers.staff import Staff
from archive.store.space import disk_full
from web.http.current import services
from web.staff.guard import COOKIE, SECRETS

# A form is text, in bytes.
LARGEST_FORM = 256 << 10
LARGEST_FILE, LARGEST_UPLOAD, MOST_FILES = 100 << 20, 200 << 20, 500


@dataclass(frozen=True, slots=True)
class _Taking:
    """Addresses at which files come in, for those who may do an act; ``held``: in memory, one file of a few bytes."""

    address: re.Pattern[str]
    act: Act
    held: bool = False

    @property
    def most(self) -> int:
        return proofs.LARGEST if self.held else LARGEST_UPLOAD


_TAKING = (
    _Taking(re.compile("/bring"), Act.BRING),
    _Taking(re.compile("/documents/[^/]+/attachments"), Act.CORRECT),
    _Taking(re.compile("/registers/openings/new"), Act.HANDLE_REQUESTS),
    _Taking(re.compile("/requests/[^/]+/services"), Act.HANDLE_REQUESTS, held=True),
)
TOO_LARGE = (
    f"文件太大或者太多，没有接收：每个不超过 {LARGEST_FILE >> 20} MB，"
    f"一次合计不超过 {LARGEST_UPLOAD >> 20} MB、{MOST_FILES} 个。请分几次提交，或者压缩其中的图片。"
)
_MULTIPART = "multipart/form-data"


def largest_body(staff: Staff, method: str, path: str, headers: Mapping[str, str]) -> int:
    """Return how many bytes a request may have. Files are taken of those alone who are signed in and may bring them."""
    taking = _taking(method, path)
    if taking is None or not headers.get("CONTENT_TYPE", "").startswith(_MULTIPART):
        return LARGEST_FORM
    try:
        token = SimpleCookie(headers.get("COOKIE", "")).get(COOKIE)
    except CookieError:
        return LARGEST_FORM
    try:
        session = sessions.find(staff, token.value) if token else None
    except SQLAlchemyError:
        # Which the page says that the request then leads to.
        return LARGEST_FORM
    return taking.most + LARGEST_FORM if session and session.account.may(taking.act) else LARGEST_FORM


def _taking(method: str, path: str) -> _Taking | None:
    """Return for what an address takes files, if it takes any."""
    return next((each for each in _TAKING if method == "POST" and each.address.fullmatch(path)), None)


def takes_files(method: str, path: str) -> bool:
    return _taking(method, path) is not None


class DeskRequest(Request):
    """A request to the desk. ``names`` are of the files that came with it, which lie in ``folder`` by their numbers.

    What is personal is in ``held`` alone. Forms have what can be seen: nothing else is a reason, or kept.
    """

    folder: Path | None = None
    held: io.BytesIO | None = None

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]  # as Flask makes it
        self.names: list[str] = []
        self._files: list[_File] = []
        self._streams: list[IO[bytes]] = []

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        self.__dict__["form"] = ImmutableMultiDict(
            (name, value if name in SECRETS else lines(value.replace("\r\n", "\n")))
            for name, value in self.__dict__["form"].items(multi=True)
        )

    @property
    def max_content_length(self) -> int | None:
        taking = _taking(self.method, self.path) if self.mimetype == _MULTIPART else None
        return taking.most + LARGEST_FORM if taking else LARGEST_FORM

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        raise NotImplementedError

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Return what a file is written to. A field without a file has no name, and leaves nothing."""
        taking = _taking(self.method, self.path)
        if not filename or taking is None:
            return self._kept(Path(os.devnull).open("w+b"))
        if taking.held:
            if self.held is not None:
                raise RequestEntityTooLarge
            self.held = io.BytesIO()
            return self.held
        if len(self.names) >= MOST_FILES:
            raise RequestEntityTooLarge
        if self.folder is None:
            self.folder = uploads.place(services().settings.data, uuid4().hex)
            self.folder.mkdir(mode=0o700)
        self.names.append(uploads.shown(filename))
        self._files.append(_File(self.folder / str(len(self.names))))
        return self._kept(self._files[-1])

    @property
    def said_by_files(self) -> dict[str, str]:
        """What tells these files, by name and content, from others that are chosen in the same form."""
        pairs = zip(self.names, self._files, strict=True)
        return {f"file {at}": f"{name}/{file.digest}" for at, (name, file) in enumerate(pairs)}

    def _kept(self, stream: IO[bytes]) -> IO[bytes]:
        self._streams.append(stream)
        return stream

    def close(self) -> None:
        """Close the files, also the one that was in hand when the request was refused."""
        for stream in self._streams:
            stream.close()
        super().close()


class _File(io.FileIO):
    """A file that grows up to the largest size, readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "x+b", opener=lambda name, flags: os.open(name, flags, 0o600))
        self._folder = path.parent
        self._size = 0
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:  # type: ignore[override]  # werkzeug writes bytes alone
        self._size += len(data)
        if self._size > LARGEST_FILE:
            raise RequestEntityTooLarge
        self._hash.update(data)
        left = memoryview(data)
        try:
            while left:
                left = left[super().write(left) or 0 :]
        except OSError as error:
            if full := disk_full(error, self._folder):
                raise full from error
            raise
        return len(data)


def arrived() -> DeskRequest:
    """Return the request with its files, which are all here."""
    found: DeskRequest = request._get_current_object()  # type: ignore[attr-defined]  # what stands behind the proxy
    # Nothing has been read as long as nobody asks for the form.
    _ = found.form
    return found


def forget(_error: BaseException | None = None) -> None:
    """Delete the files of a request that did not become a job's."""
    found = request._get_current_object()  # type: ignore[attr-defined]  # what stands behind the proxy
    if isinstance(found, DeskRequest) and found.folder is not None:
        uploads.drop(services().settings.data, found.folder.name)
