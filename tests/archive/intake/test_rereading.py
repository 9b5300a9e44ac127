"""Reading again what an earlier program read: what is made of it, and what stays as it was decided."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from archive.compare.readings import Kind
from archive.custody import fixity
from archive.custody.rebuild import rebuild
from archive.decisions import corrections, four_eyes, grounds, rereadings, review, scheduled, stops
from archive.document import Aspect, Disclosure, Metadata, Outcome, Settlement, Status, Verdict
from archive.errors import DecisionRefused
from archive.extract import Extraction, Sandbox
from archive.intake import masked
from archive.intake.adding import Item
from archive.intake.attaching import Attachments
from archive.intake.receive import Intake
from archive.intake.rereading import Reread, Rereading, Result
from archive.registers.books import reevaluations
from archive.store import assembly
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.recognitions import Recognitions
from archive.store.tables import audit, versions
from tests.archive.conftest import Write
from tests.archive.extract.pdf.test_recognised import LETTER, page
from tests.archive.extract.pictures.files import pdf
from tests.conftest import NewDatabase, publish

TEXT = "防汛工作办法\n\n第一条 为了防汛，制定本办法。\n\n第二条 按时报送。\n\n云溪县人民政府\n2019年3月1日\n"
Change = Callable[[Extraction], Extraction]
Take = Callable[..., str]
Again = Callable[..., Reread]


class Another(Sandbox):
    """A program that reads otherwise: what it reads is changed before it is told."""

    def __init__(
        self, inner: Sandbox, change: Change, metadata: Callable[[Metadata], Metadata] = lambda it: it
    ) -> None:
        super().__init__(workers=1)
        self._inner, self._change, self._metadata = inner, change, metadata

    def extract(self, path: Path, media_type: str, recognised: Path | None = None) -> Extraction:
        return self._change(self._inner.extract(path, media_type, recognised))

    def read(
        self, path: Path, media_type: str, stated: Mapping[str, str], name: str, recognised: Path | None = None
    ) -> tuple[Extraction, Metadata]:
        found, metadata = self._inner.read(path, media_type, stated, name, recognised)
        return self._change(found), self._metadata(metadata)


def saying(*changes: tuple[str, str]) -> Change:
    """Return the change of a reading in which words are replaced."""

    def change(found: Extraction) -> Extraction:
        text = "\n".join(found.paragraphs)
        for one, other in changes:
            text = text.replace(one, other)
        return replace(found, paragraphs=tuple(filter(None, text.split("\n"))))

    return change


# An earlier program lost the numbers of paragraphs.
EARLIER = saying(("第一条 ", ""), ("第二条 ", ""))


@pytest.fixture
def take(catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, write: Write) -> Take:
    """Return a function that takes a text in as an earlier program would have read it, and returns the id."""

    def taken(name: str, text: str = TEXT, change: Change = EARLIER, attached: str = "", **stated: str) -> str:
        parts = (write(f"附件{name}", attached),) if attached else ()
        intake = Intake(catalogue, blobs, Another(sandbox, change), "收文员")
        return str(intake.receive(Item(write(name, text), f"门户/{name}", stated, parts)).document_id)

    return taken


@pytest.fixture
def again(catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox) -> Again:
    """Return a function that reads a document again, with the program of today or another, and returns what came."""

    def read(id: str, change: Change | None = None) -> Reread:
        (found,) = Rereading(catalogue, blobs, Another(sandbox, change) if change else sandbox, "运维员").all([id])
        return found

    return read


def rows(catalogue: Catalogue) -> int:
    with catalogue.reading() as connection:
        return len(connection.execute(select(audit.c.sequence)).all())


def test_what_is_read_the_same_makes_nothing(catalogue: Catalogue, take: Take, again: Again) -> None:
    id = take("a.txt", change=lambda it: it, attached="附件一\n\n甲。\n", index_code="A-1", title="防汛工作办法（县）")
    publish(catalogue, id)
    before = rows(catalogue)
    assert (again(id).result, again(id).result) == (Result.SAME, Result.SAME)
    assert rows(catalogue) == before and catalogue.newest(id).version == 1


def test_what_was_recognised_since_waits_as_a_new_version(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, again: Again, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf([], scans=(1,)))
    (tmp_path / "b.pdf").write_bytes(pdf([], title="b", scans=(1,)))
    item = Item(tmp_path / "a.pdf", "a", {"title": "防汛通知"}, (tmp_path / "b.pdf",))
    id = str(Intake(catalogue, blobs, sandbox, "收文员").receive(item).document_id)
    assert again(id).result is Result.SAME
    public = catalogue.newest(id)
    kept = Recognitions.beside(blobs)
    for file in (public.file, public.attachments[0].file):
        kept.keep(file.digest, 1, page(*LETTER))
    found = again(id)
    assert (found.result, found.version) == (Result.MADE, 2)
    assert Kind.TEXT in {each.kind for each in found.differences}
    assert {each.part for each in found.differences} == {"", "b.pdf"}
    newest = catalogue.newest(id)
    assert newest.status is Status.WAITING and newest.file == public.file
    assert all(LETTER[0][0] in text for text in (newest.text, newest.attachments[0].text))
    assert again(id).result is Result.SAME


def test_what_is_read_otherwise_waits_beside_what_is_public(catalogue: Catalogue, take: Take, again: Again) -> None:
    id = take("a.txt", attached="附件\n\n第一条 甲。\n")
    publish(catalogue, id)
    public = catalogue.public(id)
    found = again(id)
    assert (found.result, found.version) == (Result.MADE, 2)
    assert {each.kind for each in found.differences} == {Kind.NUMBERING}
    assert {each.part for each in found.differences} == {"", "附件a.txt"}
    assert catalogue.public(id) == public, "nothing that is public changes"
    newest = catalogue.newest(id)
    assert (newest.version, newest.status) == (2, Status.WAITING)
    assert "第一条 为了防汛，制定本办法。" in newest.text and "第一条 甲。" in newest.attachments[0].text
    assert newest.file == public.file and newest.attachments[0].file == public.attachments[0].file
    with catalogue.reading() as connection:
        row = connection.execute(select(versions).where(versions.c.version == 2)).mappings().one()
        assert row["note"] == "重新读取原件，与第 1 版对照：编号 3 处" and row["brought_by"] == "收文员"
        assert grounds.disclosure_of(connection, id, 2) is Disclosure.ACTIVE
        assert stops.of(connection, id, 2) is not None
    event = next(each for each in catalogue.events(id) if each.action == four_eyes.REREAD)
    assert event.actor == "运维员" and event.details["instead_of"] == 1
    assert event.details["differences"] == {"编号": 3}
    # Once more makes nothing twice.
    assert (again(id).result, catalogue.newest(id).version) == (Result.SAME, 2)
    publish(catalogue, id)
    with catalogue.reading() as connection:
        assert assembly.public_numbers(connection, [id]) == {id: [1, 2]}
    assert catalogue.public(id).text == newest.text and again(id).result is Result.SAME


def test_a_reading_that_a_reviewer_sent_back_is_not_made_again(catalogue: Catalogue, take: Take, again: Again) -> None:
    id = take("a.txt")
    publish(catalogue, id)
    again(id)
    review.decide(catalogue, id, Verdict.REJECT, "审查员", "与原件不符")
    found = again(id)
    assert (found.result, found.told, catalogue.newest(id).version) == (Result.REFUSED, "第 2 版", 2)
    # Another reading is.
    other = again(id, saying(("按时", "按期")))
    assert (other.result, other.version) == (Result.MADE, 3)
    assert catalogue.public(id).version == 1


def test_what_waits_is_read_again_too_and_its_four_eyes_stay(catalogue: Catalogue, take: Take, again: Again) -> None:
    id = take("a.txt")
    corrections.correct(catalogue, id, "genre", "通知", "更正员", "原件如此")
    review.classify(catalogue, id, Disclosure.ON_REQUEST, "分类员", "条例第十三条")
    assert again(id).result is Result.MADE
    with catalogue.reading() as connection:
        assert grounds.disclosure_of(connection, id, 2) is Disclosure.ON_REQUEST
        for person in ("收文员", "更正员", "分类员"):
            assert four_eyes.objections(connection, id, 2, person), person
        assert not four_eyes.objections(connection, id, 2, "签发人")
    assert catalogue.newest(id).metadata.genre == "通知"


def test_what_persons_decided_stays(catalogue: Catalogue, take: Take, again: Again) -> None:
    text = TEXT.replace("按时报送。", "按时报送，联系人王某13812345678。")
    id = take("a.txt", text=text, public_until="2099-01-01", issuer="水利局")
    corrections.correct(catalogue, id, "title", "防汛办法（云溪县）", "更正员", "原件如此")
    stops.settle(catalogue, id, 1, Settlement.KEEP, "处理员", "经本人同意")
    publish(catalogue, id)
    assert again(id).result is Result.MADE
    newest = catalogue.newest(id)
    assert newest.metadata.title == "防汛办法（云溪县）" and newest.metadata.issuer == "水利局"
    assert newest.metadata.public_until == catalogue.public(id).metadata.public_until
    assert newest.metadata.sources["title"].startswith("人工填写") and "第一条" in newest.text
    with catalogue.reading() as connection:
        stored = stops.of(connection, id, 2)
    assert stored is not None and stored.found and not stored.open, "what was settled about the same place holds"


def test_a_restriction_that_is_read_now_holds_and_one_that_is_read_no_more_too(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, take: Take, again: Again
) -> None:
    text = f"{TEXT}\n（此件不公开）\n"
    opened = take("a.txt", text=text, change=lambda it: it, disclosure="主动公开")
    assert again(opened).result is Result.SAME
    id = take("b.txt", text=f"{text}二\n", change=saying(("（此件不公开）", "")))
    # The program of before described it without the mark.
    with catalogue.reading() as connection:
        known = grounds.disclosure_of(connection, id, 1)
    assert known is Disclosure.WITHHELD
    lost = Another(sandbox, saying(("甲", "乙")), lambda it: replace(it, disclosure=None))
    (found,) = Rereading(catalogue, blobs, lost, "运维员").all([id])
    assert found.result is Result.MADE
    with catalogue.reading() as connection:
        assert grounds.disclosure_of(connection, id, 2) is Disclosure.WITHHELD


def test_a_restriction_that_was_overlooked_is_told_by_the_new_reading(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, write: Write
) -> None:
    earlier = Another(sandbox, lambda it: it, lambda it: replace(it, disclosure=None))
    text = f"{TEXT}\n（此件不公开）\n"
    id = str(Intake(catalogue, blobs, earlier, "收文员").receive(Item(write("a.txt", text), "a")).document_id)
    publish(catalogue, id)
    (found,) = Rereading(catalogue, blobs, sandbox, "运维员").all([id])
    assert [(each.kind, each.field) for each in found.differences] == [(Kind.METADATA, "disclosure")]
    with catalogue.reading() as connection:
        assert grounds.disclosure_of(connection, id, 2) is Disclosure.WITHHELD


def test_a_masked_copy_is_read_itself(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, take: Take, again: Again
) -> None:
    id = take("a.txt", text=TEXT.replace("按时", "王某13812345678按时"), change=lambda it: it)
    document = catalogue.newest(id)
    with masked.copies(blobs, sandbox, document, (masked.Wish("13812345678"),)) as copies:
        masked.bring_in(catalogue, blobs, sandbox, copies, "审查员", "不须公开", f"遮盖/{id}")
    publish(catalogue, id, "审查员二")
    assert again(id).result is Result.SAME
    found = again(id, saying(("第二条 ", "第三条 ")))
    assert (found.result, found.told) == (Result.MADE, rereadings.MASKED_COPY)
    with catalogue.reading() as connection:
        assert [each.told for each in rereadings.waiting(connection)] == ["遮盖件：读的是遮盖后的文件。"]
    assert "13812345678" not in repr(catalogue.newest(id)) and "■" in catalogue.newest(id).text


def test_what_is_not_read_again_says_why(catalogue: Catalogue, take: Take, again: Again) -> None:
    withdrawn, refused, planned, failed = (take(f"{name}.txt", text=f"{TEXT}{name}\n") for name in "abcd")
    publish(catalogue, withdrawn)
    review.decide(catalogue, withdrawn, Verdict.WITHDRAW, "审查员", "有误")
    review.decide(catalogue, refused, Verdict.REJECT, "审查员", "有误")
    review.vouch(catalogue, planned, "审查员", "一事一审")
    scheduled.plan(catalogue, planned, datetime.now(UTC) + timedelta(days=1), "签发人")
    review.examine(catalogue, failed, Aspect.TRUTHFULNESS, Outcome.FAILED, "审查员", "有误")
    before = rows(catalogue)
    for id, told in (
        (withdrawn, "已经撤回"),
        (refused, "已经退回"),
        (planned, "公开以后再读"),
        (failed, "审查不通过"),
        ("nothing", "没有编号为“nothing”的文件"),
    ):
        found = again(id)
        assert found.result is Result.PASSED and told in found.told
    assert rows(catalogue) == before


def test_what_can_not_be_read_is_told(catalogue: Catalogue, blobs: Blobs, take: Take, again: Again) -> None:
    id, other = take("a.txt"), take("b.txt", text=f"{TEXT}二\n")
    # A program that is missing here reads nothing: that is no better reading.
    found = again(id, lambda it: Extraction(None, (), warnings=("没有文字层。",)))
    assert found.result is Result.UNREAD and "没有读出文字，保留原来的读法。没有文字层。" in found.told
    blob = blobs.path(catalogue.newest(other).file.digest)
    blob.chmod(0o600)
    blob.write_text("别的")
    assert "原件损坏" in again(other).told
    blob.unlink()
    assert "原件缺失" in again(other).told
    third = take("c.txt", text=f"{TEXT}三\n")
    assert "无法保存的字符" in again(third, lambda it: replace(it, paragraphs=(*it.paragraphs, "\ud800"))).told
    assert [catalogue.newest(each).version for each in (id, other, third)] == [1, 1, 1]


def test_other_notes_for_the_reviewer_are_told_and_make_nothing(catalogue: Catalogue, take: Take, again: Again) -> None:
    id = take("a.txt", change=lambda it: it)
    found = again(id, lambda it: replace(it, warnings=(*it.warnings, "有 2 幅图片。")))
    assert (found.result, found.told) == (Result.NOTED, "有 2 幅图片。") and catalogue.newest(id).version == 1


def test_what_is_done_meanwhile_is_not_written_over(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, take: Take
) -> None:
    id = take("a.txt")

    def change(found: Extraction) -> Extraction:
        corrections.correct(catalogue, id, "genre", "通知", "更正员", "原件如此")
        return found

    (found,) = Rereading(catalogue, blobs, Another(sandbox, change), "运维员").all([id])
    assert (found.result, catalogue.newest(id).version) == (Result.PASSED, 1)


def test_a_reading_is_no_way_back_for_what_was_withdrawn(catalogue: Catalogue, take: Take, again: Again) -> None:
    id = take("a.txt")
    publish(catalogue, id)
    assert again(id, saying(("按时", "按期"))).version == 2
    # A reading of a reading is one of the same files.
    assert again(id).version == 3
    review.decide(catalogue, id, Verdict.WITHDRAW, "审查员", "有误")
    review.vouch(catalogue, id, "审查员", "一事一审")
    with pytest.raises(DecisionRefused, match="第 1 版已经撤回，不能由此再公开"):
        review.decide(catalogue, id, Verdict.APPROVE, "签发人", "同意")
    assert catalogue.newest(id).status is Status.WAITING
    found = again(id, saying(("报送", "上报")))
    assert (found.result, found.told) == (Result.PASSED, "已经撤回")


def test_another_reading_of_what_waits_is_compared_with_what_is_public(
    catalogue: Catalogue, take: Take, again: Again
) -> None:
    id = take("a.txt")
    publish(catalogue, id)
    assert again(id, saying(("按时", "按期"))).version == 2
    found = again(id)
    assert (found.version, {each.kind for each in found.differences}) == (3, {Kind.NUMBERING})
    with catalogue.reading() as connection:
        (waiting,) = rereadings.waiting(connection)
        looked = rereadings.look(catalogue, connection, waiting)
    assert (waiting.of, waiting.version, waiting.counts, looked.alone) == (1, 3, {"编号": 2}, "")


def test_attachments_that_a_person_arranged_stay_so(catalogue: Catalogue, take: Take, again: Again) -> None:
    id = take("a.txt", attached="附件\n\n第一条 甲。\n")
    publish(catalogue, id)
    Attachments(catalogue, id, "更正员", "改名").rename(1, "附表.txt")
    assert again(id).version == 3
    assert [each.file.name for each in catalogue.newest(id).attachments] == ["附表.txt"]
    with catalogue.reading() as connection:
        (waiting,) = rereadings.waiting(connection)
        assert rereadings.look(catalogue, connection, waiting).alone == "附件作过调整。"
    Attachments(catalogue, id, "更正员", "不用了").remove(1)
    assert again(id).result is Result.SAME
    with catalogue.reading() as connection:
        assert rereadings.look(catalogue, connection, waiting).alone == "附件作过调整。"


def test_the_term_of_what_is_withheld_begins_no_later(catalogue: Catalogue, take: Take, again: Again) -> None:
    id = take("a.txt")
    with time_machine.travel(datetime(2025, 3, 1, 4, tzinfo=UTC)):
        review.classify(catalogue, id, Disclosure.ON_REQUEST, "分类员", "条例第十三条")
    assert again(id).result is Result.MADE
    (withheld,) = reevaluations.withheld(catalogue)
    assert (withheld.id, withheld.since) == (id, date(2025, 3, 1))


def test_a_run_that_was_interrupted_goes_on(catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, take: Take) -> None:
    ids = [take(f"{at}.txt", text=f"{TEXT}{at}\n") for at in range(4)]
    run = Rereading(catalogue, blobs, sandbox, "运维员").all(ids)
    assert [next(run).result, next(run).result] == [Result.MADE] * 2
    run.close()
    results = [each.result for each in Rereading(catalogue, blobs, sandbox, "运维员").all(ids)]
    assert results == [Result.SAME] * 2 + [Result.MADE] * 2


def test_it_is_kept_as_every_version_is(
    catalogue: Catalogue, blobs: Blobs, take: Take, again: Again, tmp_path: Path, database: NewDatabase
) -> None:
    id = take("a.txt")
    publish(catalogue, id)
    again(id)
    publish(catalogue, id)
    report = fixity.verify(catalogue, blobs, None, lambda *_: None)
    assert report.findings == ()
    other = Catalogue(database(), tmp_path, empty=True)
    rebuilt = rebuild(other)
    assert (rebuilt.documents, rebuilt.damaged, rebuilt.broken) == (1, (), None)
    assert other.public(id) == catalogue.public(id)
    other.close()


def test_a_portal_that_is_taken_over_again_publishes_no_reading(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, write: Write, again: Again
) -> None:
    item = Item(write("a.txt", TEXT), "门户/a")
    earlier, today = (
        Intake(catalogue, blobs, reader, "收文员", already_published=True)
        for reader in (Another(sandbox, EARLIER), sandbox)
    )
    id = str(earlier.receive(item).document_id)
    assert catalogue.public(id).version == 1 and again(id).result is Result.MADE
    receipt = today.receive(item)
    assert (receipt.left, receipt.stops) == (False, 0), "it is public, as it was approved"
    assert (catalogue.public(id).version, catalogue.newest(id).status) == (1, Status.WAITING)
