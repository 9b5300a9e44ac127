"""Letters as they are written: every kind, by the shipped texts, as docx and as a preview."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from archive.errors import BadLetters
from archive.extract import Sandbox
from archive.extract.mediatype import DOCX
from archive.official import docx_of
from archive.registers.requests.letters import texts
from archive.registers.requests.letters.kinds import KINDS
from archive.registers.requests.letters.office import IMAGINED
from archive.registers.requests.letters.preview import previewed
from archive.registers.requests.letters.samples import DATED, FACTS, sample
from archive.registers.requests.letters.writing import Facts, write
from archive.registers.requests.outcomes import ANSWERS, Content, Row

TEXTS, _ = texts.load(None)
# Rows of table three against which a review comes first: part of the information is withheld, or all of it.
WITHHELD = {row for row in Row if row.name in ("PARTLY", "CLASSIFIED", "FORBIDDEN", "SECURITY", "THIRD_PARTY")} | {
    *(Row.INTERNAL, Row.PROCESS, Row.CASE_FILE)
}
SOFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as opened:
        yield opened


@pytest.mark.parametrize("id", KINDS)
def test_a_letter_of_each_kind_is_a_docx_with_all_its_text(id: str, sandbox: Sandbox, tmp_path: Path) -> None:
    paper = sample(id, TEXTS)
    assert not re.search("[{}]", paper.text)
    file = tmp_path / f"{id}.docx"
    file.write_bytes(docx_of(paper))
    read = sandbox.extract(file, DOCX)
    assert [read.title, *read.paragraphs] == ["".join(paper.title), *paper.text.splitlines()[2:]]
    assert (read.warnings, read.concealed) == ((), ())


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_a_letter_of_each_kind_opens_in_libreoffice(tmp_path: Path) -> None:
    for id in KINDS:
        (tmp_path / f"{id}.docx").write_bytes(docx_of(sample(id, TEXTS)))
    # With a profile of its own: two at the same moment refuse to share one.
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{tmp_path}/office", "--convert-to", "pdf"]
    command += ["--outdir", str(tmp_path), *map(str, sorted(tmp_path.glob("*.docx")))]
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603  # what was found above
    assert [id for id in KINDS if (tmp_path / f"{id}.pdf").stat().st_size <= 1000] == []


@pytest.mark.parametrize("answer", [each for each in ANSWERS.values() if each.by_letter], ids=lambda each: each.id)
def test_an_answer_says_its_contents_and_the_remedies_that_follow_its_row(answer: object) -> None:
    assert isinstance(answer, type(ANSWERS["absent"]))
    said = texts.flat(sample(f"answer-{answer.id}", TEXTS).text)
    for content in answer.needs:
        assert texts.flat(FACTS.contents[content]).rstrip("。") in said
    first = "应当先申请行政复议" in said
    assert first is (answer.row in WITHHELD)
    assert first is ("15日" in said and "第23条" in said)
    assert first is ("6个月" not in said)
    assert "向云溪县人民政府申请行政复议" in said and "云溪县人民法院" in said


def test_the_countys_lawyers_may_decide_otherwise() -> None:
    office = replace(IMAGINED, remedies={"enquiry": ANSWERS["secret"].remedy})
    assert "应当先申请行政复议" in sample("answer-enquiry", TEXTS, office).text
    assert "应当先申请行政复议" not in sample("answer-enquiry", TEXTS).text


def test_letters_to_others_tell_nothing_of_who_asked() -> None:
    for id in ("third-party-asked", "third-party-told", "organ-asked"):
        said = sample(id, TEXTS).text
        assert all(each not in said for each in (FACTS.applicant, *FACTS.personal))


def test_a_sentence_ends_once_whatever_was_typed() -> None:
    for wanted in ("预算", "预算。", "预算；", " 预算.。 "):
        said = write("receipt", replace(FACTS, wanted=wanted), IMAGINED, TEXTS).paper.text
        assert "申请公开的内容为：预算。\n" in said


def test_an_organisation_is_addressed_as_one() -> None:
    said = write("answer-absent", replace(FACTS, organisation=True), IMAGINED, TEXTS).paper.text
    assert "收到你单位提出的" in said and "您" not in said


def test_what_a_value_holds_is_no_blank() -> None:
    said = write("receipt", replace(FACTS, wanted="{{申请人}}和{{文号}}"), IMAGINED, TEXTS).paper.text
    assert "内容为：{{申请人}}和{{文号}}。" in said


def test_what_is_not_known_stays_a_blank_that_the_preview_marks() -> None:
    paper = write("supplement", Facts(request="2026-1", applicant="张三"), IMAGINED, TEXTS).paper
    shown = previewed(paper)
    assert "<mark>{{补正事项}}</mark>" in shown and "<mark>{{收到日期}}</mark>" in shown
    assert "<mark>" not in previewed(sample("supplement", TEXTS))


def test_a_day_that_no_calendar_knows_is_not_left_out() -> None:
    said = write("receipt", replace(FACTS, due=None), IMAGINED, TEXTS).paper.text
    assert "即届满年度的放假安排公布后按工作日推算的日期前" in said
    extended = write("extension", replace(FACTS, days=20, extended=None), IMAGINED, TEXTS).paper.text
    assert "延长20个工作日，延长至届满年度的放假安排公布后按工作日推算的日期（含当日）" in extended


def test_a_preview_is_paragraphs_and_only_text() -> None:
    facts = replace(FACTS, wanted="<script>alert(1)</script>\"'&", applicant="<b>张三</b>")
    shown = previewed(write("answer-provided", facts, IMAGINED, TEXTS, "号<i>", DATED).paper)
    assert "<script" not in shown and "<b>" not in shown and "<i>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert re.findall('class="letter-([a-z]+)"', shown) == [
        *("title", "title", "number", "addressee"),
        *["text"] * 5,
        *("signed", "dated"),
    ]
    assert shown.splitlines()[-1] == '<p class="letter-dated">2026年3月9日</p>'


def test_contents_of_several_lines_are_paragraphs() -> None:
    facts = replace(FACTS, contents={Content.INFORMATION: "一、名录\n\n二、金额"})
    paragraphs = write("answer-provided", facts, IMAGINED, TEXTS).paper.paragraphs
    assert paragraphs[2:4] == ["一、名录", "二、金额"]


def test_no_letter_is_written_by_a_text_that_cannot_be_used() -> None:
    for missing in ("answer-absent", "opening", "remedies-b"):
        rest = {id: text for id, text in TEXTS.items() if id != missing}
        with pytest.raises(BadLetters, match=f"{missing}.txt.*gongkai letters check"):
            write("answer-absent", FACTS, IMAGINED, rest)


def test_the_same_facts_make_the_same_bytes() -> None:
    made = {docx_of(write("answer-absent", FACTS, IMAGINED, TEXTS, "号", date(2026, 3, 9)).paper) for _ in range(2)}
    assert len(made) == 1
