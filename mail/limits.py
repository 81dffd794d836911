"""Bounds of one parse. A mail beyond a bound is still read: what lies beyond is left out, and named as a defect."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds; sizes in bytes of the mail unless the name says otherwise."""

    header_bytes: int = 4 * 1024 * 1024
    """Of one header block (a mail has one for itself and one for each part)."""
    header_count: int = 2_000
    """Fields of one header block."""
    value_bytes: int = 64 * 1024
    """Of one header value when it is decoded to text; address lists are counted beyond it."""
    parts: int = 500
    """Parts read in all; more are only counted."""
    depth: int = 50
    """Nesting of multiparts and messages; deeper ones are kept whole as one part."""
    part_bytes: int = 64 * 1024 * 1024
    """Decoded bytes of one part."""
    total_bytes: int = 128 * 1024 * 1024
    """Decoded bytes of all parts together."""
    addresses: int = 1_000
    """Addresses of one list; the rest is only counted."""
    references: int = 100
    """Message-IDs of one list: the first one and the last ones are kept."""
    text_chars: int = 1024 * 1024
    """Characters of the text for people and rules."""
    html_chars: int = 2 * 1024 * 1024
    """Characters of HTML that are looked at and kept."""
    defects: int = 50
    """Defects that are named."""


DEFAULT = Limits()
