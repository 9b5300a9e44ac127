"""The registers beside on the command line, where there are no accounts yet."""

from pathlib import Path

import pytest

from tests.conftest import Databases
from tests.web.commands.conftest import Run

HEAD = "年度,种类,编号,标题,提出人,承办单位,收到日,答复日,答复类别,答复是否公开\n"
ROWS = (
    "2019,人大建议,1,修桥,王代表,交通局,2019-02-20,2019-05-20,A类,公开\n2019,议案,2,修路,王代表,交通局,2019-02-20,,,\n"
)


@pytest.fixture(autouse=True)
def own_database(environment: dict[str, str], databases: Databases, tmp_path: Path) -> None:
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.empty(tmp_path / "staff.sqlite3")


def test_proposals_go_in_and_out_and_are_counted(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.write_text(HEAD + ROWS, encoding="utf-8")
    tried = run("proposals", "import", str(old), "--by", "丁四", "--dry-run", code=1)
    assert "可以导入 1 条，没有写入；1 行有误" in tried.stdout and "第 3 行没有导入：种类应为" in tried.stderr
    assert "导入 1 条" in run("proposals", "import", str(old), "--by", "丁四", code=1).stdout
    assert "收到\t1 件" in run("proposals", "figures", "2019").stdout
    for name in ("out.csv", "out.xlsx"):
        assert "导出 1 条" in run("proposals", "export", str(tmp_path / name), "--by", "丁四").stdout
    assert "2019,人大建议,1,修桥" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert "已经有了" in run("proposals", "export", str(tmp_path / "out.csv"), "--by", "丁四", code=1).stderr
    assert "账号、登记簿完好" in run("verify", code=1).stdout, "an empty archive has no index"
