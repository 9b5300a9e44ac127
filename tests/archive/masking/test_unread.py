"""What can't be read of a copy proves nothing."""

from pathlib import Path

import pytest
from pdfminer.pdfdocument import PDFDocument

from archive.errors import FileRefused
from archive.masking import proof
from tests.archive.extract.statutory import report_pdf


def test_an_object_of_a_pdf_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.pdf"
    report_pdf(path)
    assert [*proof._of_pdf(path)]

    def broken(self: PDFDocument, number: int) -> object:
        raise ValueError(number)

    monkeypatch.setattr(PDFDocument, "getobj", broken)
    with pytest.raises(FileRefused, match="不能证明"):
        [*proof._of_pdf(path)]
