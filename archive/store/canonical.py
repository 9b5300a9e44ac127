"""The canonical spelling of a JSON value, and its hash."""

import hashlib
import json


def digest(value: object) -> str:
    """Return the hex SHA-256 of a JSON value: keys sorted, no spaces, characters unescaped, UTF-8."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
