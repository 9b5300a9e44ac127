"""What is kept for a time only goes when that is over, and not before."""

import os
import time
from datetime import timedelta
from pathlib import Path

import time_machine
from sqlalchemy import func, select

from archive.registers import cleaning, drafts, jobs, masking, sessions, uploads
from archive.registers.accounts import Accounts
from archive.registers.cleaning import clean
from archive.registers.jobs import Kind
from archive.registers.roles import Role
from archive.registers.staff import Staff
from archive.registers.staff_tables import sign_ins
from tests.archive.registers.test_accounts import signed_in

NOW = "2026-03-02T09:00:00+08:00"


def test_what_is_over_goes_and_what_is_not_stays(accounts: Accounts, staff: Staff, tmp_path: Path) -> None:
    account, password = accounts.add("lisi", "李四", [Role.REVIEWER], "县政府办", "管理员")
    left = uploads.place(tmp_path) / "left"
    with time_machine.travel(NOW, tick=False) as clock:
        token = signed_in(staff, password)
        drafts.keep(staff, account.id, "/form", {"title": ["甲"]})
        jobs.add(staff, Kind.MASKING, {"document": "x"}, "乙二", "", ["公示"])
        job = jobs.take(staff, [Kind.MASKING])
        assert job
        jobs.end(staff, job)
        left.mkdir()
        os.utime(left, (time.time(), time.time()))
        assert [*clean(staff, tmp_path).values()] == [0, 0, 0, 0, 0]
        assert sessions.find(staff, token)
        clock.shift(max(masking.KEPT, sessions.LONGEST) + timedelta(days=1))
        gone = clean(staff, tmp_path)
        assert (gone["过期的登录状态"], gone["期满的遮盖"], gone["没有传完的上传"]) == (1, 1, 1) and not left.exists()
        clock.shift(cleaning.DRAFTS)
        assert clean(staff, tmp_path)["没有再用的草稿"] == 1 and drafts.of(staff, account.id, "/form") == {}
        clock.shift(sessions.KEPT)
        assert clean(staff, tmp_path)["期满的登录记录"] == 1
        with staff.reading() as connection:
            assert connection.execute(select(func.count()).select_from(sign_ins)).scalar() == 0
