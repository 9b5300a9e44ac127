"""One spelling of a JSON value, and the hash of it."""

import hashlib
import json


def digest(value: object) -> str:
    """The hex SHA-256 of a JSON value: keys sorted, no spaces, characters as themselves, UTF-8."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
