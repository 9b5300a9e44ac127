"""The bill of materials: which packages of others the program runs on, out of the locks, as CycloneDX JSON."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from archive import VERSION
from archive.errors import GongkaiError
from archive.reasons import why

LOCKS = Path(__file__).parent.parent.parent / "locks"
# The locks whose packages an installation has, and what CycloneDX calls their part in it.
SCOPES = {"runtime": "required", "ocr": "optional", "build": "excluded"}
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class LocksMissing(GongkaiError):
    """The locks of the program, which say what it runs on, are not there or are none."""


@dataclass(frozen=True, slots=True)
class Package:
    """A locked package: of which lock, its normalised name, its version, and the hashes that its files may have."""

    lock: str
    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def address(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"


def normalised(name: str) -> str:
    """Return a package's name as every index spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(folder: Path = LOCKS) -> list[Package]:
    """Return every package of the locks, each once, with the most important part that it has. Raises LocksMissing."""
    found: dict[tuple[str, str], Package] = {}
    for lock in SCOPES:
        for package in _packages(folder / f"{lock}.txt", lock):
            found.setdefault((package.name, package.version), package)
    return sorted(found.values(), key=lambda each: (each.name, each.version))


def cyclonedx(packages: list[Package]) -> dict[str, object]:
    """Return the bill. It depends on nothing but the locks and the version, so that two of them can be compared.

    A lock allows several files of a package, of which a machine has one; their hashes are properties, since a
    component's own hashes would be those of one file.
    """
    program = {"type": "application", "bom-ref": "gongkai", "name": "gongkai", "version": VERSION}
    components = [
        {
            "type": "library",
            "bom-ref": each.address,
            "name": each.name,
            "version": each.version,
            "purl": each.address,
            "scope": SCOPES[each.lock],
            "properties": [
                {"name": "gongkai:lock", "value": each.lock},
                *({"name": "gongkai:file:sha256", "value": digest} for digest in each.hashes),
            ],
        }
        for each in packages
    ]
    about = "\n".join((VERSION, *(each.address for each in packages), *(h for each in packages for h in each.hashes)))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, about)}",
        "version": 1,
        "metadata": {"component": program},
        "components": components,
        "dependencies": [{"ref": "gongkai", "dependsOn": [each.address for each in packages]}],
    }


def _packages(path: Path, lock: str) -> Iterator[Package]:
    try:
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    except (OSError, UnicodeDecodeError) as error:
        reason = why(error) if isinstance(error, OSError) else "不是文本"
        raise LocksMissing(f"读不出 {path}（{reason}），不知道程序用了哪些软件包。请用完整的程序文件夹。") from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found, hashes = _REQUIREMENT.match(line), _HASH.findall(line)
        if not found or not hashes:
            raise LocksMissing(
                f"{path} 里“{line.strip()[:60]}”不是锁定的软件包，请用没有改动的程序。（第 {number} 项）"
            )
        yield Package(lock, normalised(found["name"]), found["version"], tuple(hashes))
