"""``gongkai recognise`` tells page by page what it does, and ends when it should."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner

from archive import recognition
from archive.chinese.dates import OFFICE_TIME
from archive.document import Status
from archive.errors import ExtractionFailed
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.recognition import Recogniser
from archive.store.recognitions import Recognitions
from tests.archive.extract.pdf.test_recognised import LETTER, page
from tests.archive.extract.pictures.files import pdf
from web.commands import recognising
from web.commands.cli import cli
from web.installation.services import Services


@pytest.fixture
def scan(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A scan of five pages in an archive that commands then open. The third page can't be recognised."""

    def recognise(_self: Recogniser, _path: Path, _type: str, number: int) -> Mapping[str, object]:
        if number == 3:
            raise ExtractionFailed("读取文件超过 120 秒仍未完成，已中止。")
        return page(*LETTER).told

    (tmp_path / "a.pdf").write_bytes(pdf(*[[]] * 5, scans=range(1, 6)))
    with Sandbox(workers=1) as sandbox:
        intake = Intake(services.catalogue, services.blobs, sandbox, "收文员")
        receipt = intake.receive(Item(tmp_path / "a.pdf", "a", {}))
    monkeypatch.setattr(Recogniser, "_recognise", recognise)
    monkeypatch.setattr(recognition, "available", lambda: True)
    for name, value in (("DATA", services.settings.data), ("DATABASE_URL", services.settings.database_url)):
        monkeypatch.setenv(f"GONGKAI_{name}", str(value))
    assert receipt.document_id
    return receipt.document_id


def test_each_page_is_told_and_no_document_is_changed(scan: str, services: Services) -> None:
    ran = CliRunner().invoke(cli, ["recognise"])
    assert ran.exit_code == 1, ran.output
    assert f"{scan} a.pdf 第 2 页：识别出 77 个字，把握 98%" in ran.output
    assert f"{scan} a.pdf 第 3 页：没有识别成：读取文件超过 120 秒" in ran.output
    assert "识别 4 页，没有识别成 1 页，共 1 件文件。" in ran.output and "gongkai reread" in ran.output
    found = services.catalogue.newest(scan)
    assert (found.version, found.status, found.places) == (1, Status.WAITING, ())
    again = CliRunner().invoke(cli, ["recognise", scan])
    assert again.exit_code == 0 and "识别 0 页，没有识别成 0 页" in again.output


def test_what_is_not_there_or_not_installed_is_told(scan: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "没有" in CliRunner().invoke(cli, ["recognise", "nothing"]).output
    assert "不是钟点，请写成 06:00" in CliRunner().invoke(cli, ["recognise", "--until", "六点"]).output
    monkeypatch.setattr(recognition, "available", lambda: False)
    refused = CliRunner().invoke(cli, ["recognise"])
    assert refused.exit_code == 1 and "./run ocr" in refused.output


def test_another_that_runs_is_not_disturbed(scan: str, services: Services) -> None:
    with Recognitions.beside(services.blobs).working():
        refused = CliRunner().invoke(cli, ["recognise"])
    assert refused.exit_code == 3 and "正在运行" in refused.output


@pytest.mark.parametrize(
    ("now", "until", "minutes", "left"),
    [
        ("2024-03-01 23:00", time(6), None, 7 * 3600),
        ("2024-03-01 05:00", time(6), None, 3600),
        ("2024-03-01 05:00", time(6), 5, 300),
    ],
)
def test_it_ends_at_the_next_such_time_of_the_day(
    now: str, until: time, minutes: int | None, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=OFFICE_TIME)
    clock = [monotonic()]
    monkeypatch.setattr(recognising, "office_now", lambda: at)
    monkeypatch.setattr(recognising, "monotonic", lambda: clock[0])
    over = recognising._over(until, minutes)
    clock[0] += left - 1
    assert not over()
    clock[0] += timedelta(seconds=2).total_seconds()
    assert over()
    assert not recognising._over(None, None)()
