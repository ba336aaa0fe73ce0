"""What the built-in head's numbers come from, told apart by one hash; imports nothing heavy."""

from __future__ import annotations

import hashlib

from dreamhead.assets import asset_path

GENERATOR_VERSION = 19  # raise it with any change of code that changes a number of the head
TABLES = ("head/house.npz", "head/expressions.json", "head/skin_uv.npz")


def head_revision() -> str:
    """SHA-256 over the tables and the generator's version.  Raises MissingModelError without a table."""
    digest = hashlib.sha256(f"builtin {GENERATOR_VERSION}".encode())
    for name in TABLES:
        digest.update(asset_path(name).read_bytes())
    return digest.hexdigest()
