"""Names of files as people see them, whatever the sender wrote: no path, no controls, nothing that hides the ending."""

from __future__ import annotations

import re

from mail.charsets import clean

__all__ = ["file_name"]

_LONGEST = 255
_LONGEST_ENDING = 16
_PATH = re.compile(r"[A-Za-z]:[\\/]|\.{0,2}[\\/]|file:/", re.IGNORECASE)
_SEPARATOR = re.compile(r"[\\/]")
# They turn the direction of what follows: `ann_‮fdp.exe` is shown as `ann_exe.pdf`.
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def file_name(written: str) -> str | None:
    """The name to show and to rule by, at most 255 characters with its ending kept; None where there is none.

    Of a path (`C:\\temp\\a.pdf`, `../../a.pdf`, `/etc/a.pdf`) the last part is the name (RFC 2183 §2.3); a slash within
    a name (`Offer 12/2026.pdf`) stays. Names of devices (`CON`) stay too: who writes files chooses their names himself.
    """
    if len(written) < _LONGEST and written.isascii() and written.isprintable() and "\\" not in written:
        name = written.strip()
        if "/" not in name and "  " not in name:
            return name if name.strip(".") else None
    name = " ".join(clean(written).translate(_TURNS).split())
    if _PATH.match(name) or "../" in name or "..\\" in name:
        name = next((part.strip() for part in reversed(_SEPARATOR.split(name)) if part.strip(" .")), "")
    if not name.strip("."):
        return None
    if len(name) > _LONGEST:
        dot = name.rfind(".", -_LONGEST_ENDING)
        ending = name[dot:] if dot > 0 else ""
        name = name[: _LONGEST - len(ending)] + ending
    return name
