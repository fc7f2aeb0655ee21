"""Saving a workbook: openpyxl lays its sheets down in the system's temporary folder before it packs them."""

from __future__ import annotations

import tempfile
from io import BytesIO
from typing import TYPE_CHECKING

from samarkand.core.faults import Fault, Faults

if TYPE_CHECKING:
    from openpyxl import Workbook


def workbook_bytes(book: Workbook) -> bytes:
    """The content of a workbook's file. Raises `Faults` where the temporary folder cannot be written."""
    content = BytesIO()
    try:
        book.save(content)
    except Exception as error:
        # With lxml, which openpyxl uses where it is installed, a full disk is an error of its own kind.
        if not isinstance(error, OSError) and type(error).__module__.partition(".")[0] != "lxml":
            raise
        reason = f"the temporary folder cannot be written ({error})"
        remedy = "Make room there, or let TMPDIR (on Windows TEMP) name another folder."
        raise Faults([Fault(tempfile.gettempdir(), reason, remedy)]) from error
    return content.getvalue()
