"""Seals: Ed25519 signatures by which the archive knows its own decisions again.

Whoever can write to the database could insert a decision, or another text below one. So each approval, each row of the
audit log and what the index is read from carry a seal. It is made with a private key that only the deciding side reads,
and checked with the public key beside it: the public pages can check a seal but not make one.

The keys lie in a folder of their own and are never in a backup. ``private.key`` also holds the secret of the documents'
addresses: an id is keyed by it, so that nobody can tell from an address what a first version said.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from archive.errors import KeyUnusable
from archive.reasons import why
from archive.store import keyfile
from archive.store.blobs import sync_folder
from archive.store.folder import PUBLIC_KEY, copy_privately, link

PRIVATE, PUBLIC, FORMER = "private.key", PUBLIC_KEY, "former"
_HEADS = {PRIVATE: "gongkai private key, format 1", PUBLIC: "gongkai public key, format 1"}


@dataclass(frozen=True, slots=True)
class Key:
    """A private key: what signs, and the secret of the addresses; ``id`` names its public half.

    ``former`` are the raw public keys that were in force before, without which older seals can't be checked.
    """

    signing: Ed25519PrivateKey
    addresses: bytes
    former: tuple[bytes, ...] = ()

    @classmethod
    def new(cls, addresses: bytes | None = None) -> "Key":
        """Make a new key, for the addresses of a former one if that is known."""
        return cls(Ed25519PrivateKey.generate(), addresses or secrets.token_bytes(32))

    @property
    def public(self) -> Ed25519PublicKey:
        return self.signing.public_key()

    @property
    def id(self) -> str:
        return key_id(self.public)

    def written(self) -> str:
        """Return the key as text for a file or for paper."""
        raw = self.signing.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        told = {"key": key_id(self.public), "sign": raw.hex(), "address": self.addresses.hex()}
        former = {f"former {at}": key.hex() for at, key in enumerate(self.former, 1)}
        return keyfile.written(_HEADS[PRIVATE], told | former)

    @staticmethod
    def stands_in(text: str) -> bool:
        """Tell whether a text has a private key, whole or not."""
        return keyfile.holds(_HEADS[PRIVATE], text)

    @classmethod
    def read(cls, text: str, name: str) -> "Key":
        """Read what ``written`` wrote, as it was typed from paper too. Raises KeyUnusable."""
        told = keyfile.read(_HEADS[PRIVATE], text, name)
        try:
            former = tuple(bytes.fromhex(value) for field, value in told.items() if field.startswith("former "))
            for raw in former:
                Ed25519PublicKey.from_public_bytes(raw)
            signing = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(told["sign"]))
            found = cls(signing, bytes.fromhex(told["address"]), former)
        except (KeyError, ValueError) as error:
            raise KeyUnusable(f"密钥 {name} 读不出。") from error
        return found


class Seals:
    """The keys in one folder. Each key is read when it is first needed, and again when its file has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._public: tuple[tuple[int, int], str, Ed25519PublicKey] | None = None
        self._private: tuple[tuple[int, int], Key] | None = None

    def exist(self) -> bool:
        """Tell whether there are keys."""
        return (self.folder / PUBLIC).exists()

    def make(self, key: Key | None = None) -> Key:
        """Write new keys, or those of ``key``; the public key of former ones stays known. Raises OSError."""
        key = key or Key.new()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        former = [Ed25519PublicKey.from_public_bytes(raw) for raw in key.former]
        if self.exist():
            # One that can't be read checks nothing any more.
            with suppress(KeyUnusable):
                former.append(self.public()[1])
        for public in former:
            # What is put back is not before itself.
            if key_id(public) != key.id:
                self._keep_former(public)
        # The public key last: it is what says that there are keys.
        keyfile.put(self.folder / PRIVATE, replace(key, former=()).written())
        keyfile.put(self.folder / PUBLIC, _public_text(key.public))
        sync_folder(self.folder)
        return key

    @contextmanager
    def replaced(self, key: Key) -> Iterator[None]:
        """Put a new key into force for a block. Where that fails, the former one is in force again. Raises OSError."""
        kept: list[tuple[Path, Path]] = []
        for path in (self.folder / PRIVATE, self.folder / PUBLIC):
            beside = path.with_name(f".{path.name}.before")
            beside.unlink(missing_ok=True)
            if path.exists():
                # Renamed back, it needs no room on a full disk.
                if not link(path, beside):
                    copy_privately(path, beside)
                kept.append((beside, path))
        try:
            self.make(key)
            yield
        except BaseException:
            for beside, path in kept:
                beside.replace(path)
            raise
        for beside, _ in kept:
            beside.unlink()

    def _keep_former(self, public: Ed25519PublicKey) -> None:
        folder = self.folder / FORMER
        folder.mkdir(mode=0o700, exist_ok=True)
        keyfile.put(folder / f"{key_id(public)}.key", _public_text(public))

    def exported(self) -> Key:
        """Return what is kept outside: the private key with the public ones of before. Raises KeyUnusable."""
        current = self.private()
        former = (public for id, public in self.former().items() if id != current.id)
        return replace(current, former=tuple(public.public_bytes_raw() for public in former))

    def restrict(self) -> None:
        """Let only the owner read the keys, which a copy may have made readable for others. Raises OSError."""
        for path in (self.folder, *self.folder.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)

    def public(self) -> tuple[str, Ed25519PublicKey]:
        """Return the public key and its id. Raises KeyUnusable."""
        path = self.folder / PUBLIC
        stamp = _stamp(path)
        if self._public is None or self._public[0] != stamp:
            found = _read_public(path)
            self._public = stamp, key_id(found), found
        return self._public[1], self._public[2]

    def former(self) -> dict[str, Ed25519PublicKey]:
        """Return the public keys that were in force before, by id. Raises KeyUnusable."""
        found = (_read_public(path) for path in sorted((self.folder / FORMER).glob("*.key")))
        return {key_id(public): public for public in found}

    def private(self) -> Key:
        """Return the private key. Raises KeyUnusable, also where it is not the public key's."""
        path = self.folder / PRIVATE
        stamp = _stamp(path)
        if self._private is None or self._private[0] != stamp:
            key = Key.read(_text(path), path.name)
            if key_id(key.public) != self.public()[0]:
                raise KeyUnusable(f"{PRIVATE} 与 {PUBLIC} 不是一对，请核对 {self.folder} 中的密钥。")
            self._private = stamp, key
        return self._private[1]

    def sign(self, purpose: str, message: bytes) -> str:
        """Return the seal over a message: the key's id, a colon, and the signature. Raises KeyUnusable."""
        key = self.private()
        signature = key.signing.sign(_framed(purpose, message))
        return f"{key_id(key.public)}:{base64.b64encode(signature).decode()}"

    def verify(self, purpose: str, message: bytes, seal: str, former: bool = False) -> bool:
        """Tell whether a seal over a message was made with the key in force, or with a ``former`` one.

        Raises KeyUnusable where there is no key to check with.
        """
        id, public = self.public()
        by = seal.partition(":")[0]
        if by != id:
            found = self.former().get(by) if former else None
            if found is None:
                return False
            public = found
        return _verified(public.public_bytes_raw(), _framed(purpose, message), seal)

    def address(self, content: str) -> str:
        """Return a new document's id: 60 bits of a keyed hash of its first version. Raises KeyUnusable.

        A rebuilt archive and a second one with the same key give the same document the same address.
        """
        digest = hmac.digest(self.private().addresses, f"address\n{content}".encode(), "sha256")
        return base64.b32encode(digest)[:12].decode().lower()


def key_id(public: Ed25519PublicKey) -> str:
    """Return the name of a key: 8 hex digits of its public half's hash."""
    return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:8]


@lru_cache(maxsize=1 << 16)
def _verified(public: bytes, message: bytes, seal: str) -> bool:
    # A check takes some 0.15 ms, and pages show the same documents again and again.
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            base64.b64decode(seal.partition(":")[2], validate=True), message
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def _framed(purpose: str, message: bytes) -> bytes:
    """Bind a message to its purpose, so that a seal of one kind can't be passed off as another."""
    return b"gongkai " + purpose.encode() + b"\n" + hashlib.sha256(message).digest()


def _public_text(public: Ed25519PublicKey) -> str:
    return keyfile.written(_HEADS[PUBLIC], {"key": key_id(public), "verify": public.public_bytes_raw().hex()})


def _read_public(path: Path) -> Ed25519PublicKey:
    told = keyfile.read(_HEADS[PUBLIC], _text(path), path.name)
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(told["verify"]))
    except (KeyError, ValueError) as error:
        raise KeyUnusable(f"密钥 {path.name} 读不出。") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except UnicodeDecodeError as error:
        raise KeyUnusable(f"密钥 {path.name} 读不出。") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return found.st_mtime_ns, found.st_ino


def _unreadable(path: Path, error: OSError) -> KeyUnusable:
    if isinstance(error, FileNotFoundError):
        return KeyUnusable(
            f"没有密钥文件 {path}。请从保管的副本恢复：gongkai key import FILE；"
            "副本也没有的，由两人运行 gongkai key replace --lost 换用新密钥"
            "（数据库也丢失的，先运行 gongkai rebuild-catalogue --lost-key）。"
        )
    return KeyUnusable(f"不能读取密钥文件 {path}：{why(error)}。请以保管密钥的用户运行本命令。")
