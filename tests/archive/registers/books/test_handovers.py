"""Hand-overs: what is outstanding, batches as they were on the day, and a zip that anybody can check."""

import csv
import errno
import hashlib
import io
import os
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest

from archive.decisions import review
from archive.document import Disclosure, Verdict
from archive.errors import BlobDamaged, EntryRefused
from archive.registers.books import exchange
from archive.registers.books.book import Book
from archive.registers.books.handovers import (
    ARCHIVE,
    LIBRARY,
    PROVIDED,
    SPEC,
    TRANSFERRED,
    after_ten_years,
    figures,
    filled,
    items,
    outstanding,
    pack,
    table,
    to_fill,
)
from archive.registers.requests import sheet
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from tests.archive.registers.books.conftest import CLERK, Bring, Open


@pytest.fixture
def book(opened: Open) -> Book:
    return opened(SPEC)


@pytest.fixture
def public(bring: Bring, catalogue: Catalogue) -> str:
    id = bring("budget", "关于预算公开的通知\n\n请按时公开。\n\n云溪县人民政府\n2015年3月1日\n")
    review.vouch(catalogue, id, "乙二", "核对无误")
    review.decide(catalogue, id, Verdict.APPROVE, "丙三", "同意")
    return id


def batch(*documents: str, **more: str) -> dict[str, str]:
    told = {"to": LIBRARY, "kind": PROVIDED, "receiver": "云溪县图书馆", "sent_on": "2026-09-01"}
    return {**told, "documents": "\n".join(documents), **more}


def test_what_is_public_is_outstanding_until_it_was_provided(
    book: Book, catalogue: Catalogue, public: str, bring: Bring
) -> None:
    waiting = bring("waiting", "关于值班的通知\n\n请值班。\n")
    assert [each.id for each in outstanding(catalogue, [], LIBRARY).first] == [public]
    entry = book.enter(batch(f"/documents/{public}"), CLERK)
    [item] = items(entry)
    assert item["version"] == 1 and str(item["public"]).startswith("已公开")
    assert outstanding(catalogue, book.all(), LIBRARY).total == 0
    assert outstanding(catalogue, book.all(), ARCHIVE).total == 1
    for wrong, said in (
        ([waiting], "没有公开"),
        ([public, public], "两次"),
        ([f"{public}，到期开放"], "只写编号"),
        (["nobody234567"], "第 1 行"),
        ([], "请填写文件"),
    ):
        with pytest.raises(EntryRefused, match=said):
            book.enter(batch(*wrong), CLERK)
    assert len(book.all()) == 1


def test_a_receipt_comes_later_and_the_list_stays_as_it_was(
    book: Book, catalogue: Catalogue, public: str, bring: Bring
) -> None:
    entry = book.enter(batch(public), CLERK)
    before = items(entry)
    review.decide(catalogue, public, Verdict.WITHDRAW, "丙三", "有误")
    receipt = bring("receipt", "回执\n\n收到文件一件。\n")
    signed = {"received_on": "2026-09-01", "signed_by": "赵管理员", "receipt": receipt}
    done = book.change(entry.id, batch(public, **signed), CLERK, entry.last)
    assert items(done) == before and done.facts["receipt"] == receipt
    with pytest.raises(EntryRefused, match="不能改"):
        book.change(entry.id, batch(receipt, **signed), CLERK)
    with pytest.raises(EntryRefused, match="签收人"):
        book.change(entry.id, batch(public, received_on="2026-09-01"), CLERK)
    told = dict(figures(2026, [each.facts for each in book.all()]))
    assert told == {"移送": "1 批", "已签收": "1 批", PROVIDED: "1 件", TRANSFERRED: "0 件"}


def test_what_is_ten_years_old_is_transferred_with_what_the_law_asks_for(
    book: Book, catalogue: Catalogue, public: str, bring: Bring
) -> None:
    secret = bring("secret", "关于保密检查的通知\n\n请检查。\n\n云溪县人民政府\n2016年12月31日\n")
    bring("new", "关于防汛的通知\n\n请防汛。\n\n云溪县人民政府\n2017年1月1日\n")
    bring("undated", "关于值班的通知\n\n请值班。\n")
    review.classify(catalogue, secret, Disclosure.WITHHELD, "乙二", "条例第十四条", "属于国家秘密")
    found = after_ten_years(catalogue, [], 2026)
    assert ([each.id for each in found.first], found.total, found.undated) == ([public, secret], 2, 1)
    found = after_ten_years(catalogue, [], 2026, most=1)
    assert ([each.id for each in found.first], found.total, found.undated) == ([public], 2, 1)
    assert [each.id for each in after_ten_years(catalogue, [], 2025).first] == [public]
    told = batch(f"{public}，到期开放", f"{secret},延期开放,2024年解密", to=ARCHIVE, kind=TRANSFERRED)
    entry = book.enter(told, CLERK)
    assert after_ten_years(catalogue, book.all(), 2026).total == 0
    rows = table(entry)
    assert rows[2][2] == "关于保密检查的通知" and rows[2][4:8] == (
        "2016-12-31",
        *("不予公开：属于国家秘密", "延期开放", "2024年解密"),
    )
    for wrong in ({"to": LIBRARY}, {"documents": public}, {"documents": f"{public}，开放"}):
        with pytest.raises(EntryRefused, match=r"只能移交|到期开放意见"):
            book.enter({**told, **wrong}, CLERK)


@pytest.mark.parametrize("stick", [False, True])
def test_a_zip_has_what_its_manifest_says_and_the_originals(
    book: Book,
    blobs: Blobs,
    catalogue: Catalogue,
    public: str,
    tmp_path: Path,
    stick: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "no links and no modes on this file system")

    if stick:
        for name in ("link", "chmod"):
            monkeypatch.setattr(os, name, refused)
    entry = book.enter(batch(public), CLERK)
    path = tmp_path / "batch.zip"
    assert pack(book, entry, blobs, path, CLERK) == 1
    assert path.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path / "out")
        listed = [*csv.reader(io.StringIO(packed.read("目录.csv").decode("utf-8-sig")))]
    checked = subprocess.run(
        ["/usr/bin/sha256sum", "-c", "manifest-sha256.txt"], cwd=tmp_path / "out", capture_output=True, check=False
    )
    assert checked.returncode == 0 and checked.stdout.count(b"OK") == 3
    original = (tmp_path / "out" / "documents" / public / "original.txt").read_bytes()
    assert listed[1][-1] == hashlib.sha256(original).hexdigest() and "预算公开".encode() in original
    assert catalogue.events()[-1].action == "book.export"
    with pytest.raises(FileExistsError):
        pack(book, entry, blobs, path, CLERK)
    monkeypatch.undo()
    damaged = blobs.path(listed[1][-1])
    damaged.chmod(0o600)
    damaged.write_bytes(b"x")
    with pytest.raises(BlobDamaged):
        pack(book, entry, blobs, tmp_path / "other.zip", CLERK)
    assert not (tmp_path / "other.zip").exists() and not [*tmp_path.glob(".handover-*")]


def test_batches_of_before_come_in_with_their_lists(book: Book, public: str, tmp_path: Path) -> None:
    entry = book.enter(batch(public), CLERK)
    exchange.write(book, tmp_path / "out.xlsx", CLERK)
    assert exchange.take_in(book, tmp_path / "out.xlsx", CLERK).rows == 0
    rows = tmp_path / "in.csv"
    rows.write_text(
        f"移送对象,种类,接收单位,移送日,文件\n国家档案馆,提供公开信息,档案馆,2020-01-02,{public}\n", encoding="utf-8"
    )
    assert exchange.take_in(book, rows, CLERK).rows == 1
    first, second = book.all()
    assert (first, second.number) == (entry, "2026-0002") and items(second) == items(entry)
    assert book.years() == [2026, 2020] and second.facts["sent_on"] == date(2020, 1, 2).isoformat()


def test_the_list_after_ten_years_is_filled_in_and_comes_back_as_a_batch(
    book: Book, catalogue: Catalogue, public: str, bring: Bring, tmp_path: Path
) -> None:
    other = bring("old", "关于值班的通知\n\n请值班。\n\n云溪县人民政府\n2014年5月6日\n")
    rows = to_fill(catalogue, after_ten_years(catalogue, [], 2026).first)
    assert [(row[0], row[4]) for row in rows[1:]][0] == (other, "待审") and rows[2][4].startswith("已公开")
    sheet.write(tmp_path / "list.xlsx", [rows[0], rows[1], [*rows[2][:5], "到期开放", "原为秘密，\n2020年解密"]])
    told = batch(filled(tmp_path / "list.xlsx"), to=ARCHIVE, kind=TRANSFERRED)
    [item] = items(book.enter(told, CLERK))
    assert (item["id"], item["opening"], item["secrecy"]) == (public, "到期开放", "原为秘密， 2020年解密")
    assert [each.id for each in after_ten_years(catalogue, book.all(), 2026).first] == [other]
    sheet.write(tmp_path / "wrong.csv", [["编号"], [public]])
    with pytest.raises(EntryRefused, match="缺少文件编号"):
        filled(tmp_path / "wrong.csv")
