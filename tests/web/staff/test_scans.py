"""At the desk it is told which pages wait to be recognised, and which were since a document came in."""

from pathlib import Path

import pytest

from archive import recognition
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.recognition import queue, work_off
from archive.registers.roles import Role
from archive.store.recognitions import Recognitions
from tests.archive.extract.pictures.files import pdf
from tests.archive.test_recognition import Fake
from tests.web.staff.conftest import DeskSite

# What pages look like, which is alike over any database.
pytestmark = pytest.mark.page


def test_what_waits_is_told_and_what_was_recognised_since(
    site: DeskSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = site.services
    (tmp_path / "a.pdf").write_bytes(pdf([], [], ["第三页本来就有文字，不必识别。"], scans=(1, 2)))
    with Sandbox(workers=1) as sandbox, Fake(Recognitions.beside(services.blobs)) as fake:
        intake = Intake(services.catalogue, services.blobs, sandbox, "丁四")
        id = intake.receive(Item(tmp_path / "a.pdf", "a", {})).document_id

        def page() -> str:
            return site[Role.REVIEWER].get(f"/documents/{id}").text

        waits = "待识别：《a.pdf》第 1、2 页是没有文字的图像，"
        assert f"{waits}识别的组件没有安装，请告诉维护人员运行 ./run ocr。" in page()
        monkeypatch.setattr(recognition, "available", lambda: True)
        assert f"{waits}夜间自动识别。" in page()
        work_off(queue(services.catalogue), services.blobs, sandbox, fake, lambda: bool(fake.read))
        shown = page()
        assert "待识别：《a.pdf》第 2 页是" in shown and "已识别：《a.pdf》第 1 页的文字由机器识别出来了" in shown
