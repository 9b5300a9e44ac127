"""The key by which what is personal is encrypted: ``persons.key`` beside the archive's keys, and those before it.

The key is in no backup; ``gongkai key export`` prints it.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from archive.errors import KeyUnusable
from archive.reasons import why
from archive.store import keyfile
from archive.store.blobs import sync_folder

KEY = "persons.key"
_HEAD = "gongkai persons key, format 1"


@dataclass(frozen=True, slots=True)
class PersonsKey:
    """A key and those in force before it, without which older backups can't be read."""

    secret: bytes
    former: tuple[bytes, ...] = ()

    @classmethod
    def new(cls) -> "PersonsKey":
        return cls(secrets.token_bytes(32))

    @property
    def id(self) -> str:
        return key_id(self.secret)

    @property
    def known(self) -> Mapping[str, bytes]:
        """Every secret by its id."""
        return {key_id(each): each for each in (self.secret, *self.former)}

    def written(self) -> str:
        """Return the key as text for a file or for paper."""
        former = {f"former {at}": each.hex() for at, each in enumerate(self.former, 1)}
        return keyfile.written(_HEAD, {"key": self.id, "secret": self.secret.hex(), **former})

    @classmethod
    def read(cls, text: str, name: str) -> "PersonsKey | None":
        """Read what ``written`` wrote; None if the text has no such key. Raises KeyUnusable."""
        if not keyfile.holds(_HEAD, text):
            return None
        told = keyfile.read(_HEAD, text, name)
        try:
            former = tuple(bytes.fromhex(value) for field, value in told.items() if field.startswith("former "))
            found = cls(bytes.fromhex(told["secret"]), former)
            for each in (found.secret, *former):
                AESGCM(each)
        except (KeyError, ValueError) as error:
            raise KeyUnusable(f"密钥 {name} 读不出。") from error
        return found


class PersonsKeys:
    """The key in a folder. It is read when it is needed, since another process may have replaced it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / KEY

    def exist(self) -> bool:
        return self.path.exists()

    def make(self) -> PersonsKey:
        """Write a new key unless there is one, and return the one in force. Raises OSError, KeyUnusable."""
        return self.current() if self.exist() else self.put(PersonsKey.new())

    def put(self, key: PersonsKey) -> PersonsKey:
        """Put a key into force; those of before stay known. Raises OSError, KeyUnusable."""
        if self.exist():
            key = _joined(key, self.current())
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        keyfile.put(self.path, key.written())
        sync_folder(self.path.parent)
        return key

    def bring_back(self, key: PersonsKey) -> PersonsKey:
        """Let a key that was kept elsewhere be known again; the one in force stays so if it can be read.

        Raises OSError.
        """
        try:
            there = self.current()
        except KeyUnusable:
            if self.exist():
                # Somebody may still be able to read it.
                self.path.replace(self.path.with_name(f"{KEY}.damaged"))
            return self.put(key)
        joined = _joined(there, key)
        if joined != there:
            keyfile.put(self.path, joined.written())
            sync_folder(self.path.parent)
        return joined

    def current(self) -> PersonsKey:
        """Return the key in force. Raises KeyUnusable."""
        try:
            text = self.path.read_text(encoding="ascii", errors="replace")
        except FileNotFoundError as error:
            raise KeyUnusable(
                f"没有申请人信息的密钥 {self.path}，登记簿里的个人信息读不出。"
                "请从保管的副本恢复：gongkai key import FILE。"
            ) from error
        except OSError as error:
            raise KeyUnusable(f"不能读取密钥文件 {self.path}：{why(error)}。请以保管密钥的用户运行。") from error
        key = PersonsKey.read(text, self.path.name)
        if key is None:
            raise KeyUnusable(f"{self.path.name} 不是完整的密钥文件（首行不对），请从保管的副本恢复。")
        return key


def _joined(key: PersonsKey, other: PersonsKey) -> PersonsKey:
    """Return a key that knows also what another one knows."""
    kept = dict.fromkeys((*key.former, other.secret, *other.former))
    return replace(key, former=tuple(each for each in kept if each != key.secret))


def key_id(secret: bytes) -> str:
    """Return the name of a key: 8 hex digits of a hash."""
    return hashlib.sha256(b"gongkai persons key\n" + secret).hexdigest()[:8]
