"""What a report says in words, against its tables, and against the parts that it has.

A sentence counts only if it speaks of all that the table counts: of the year, and not of a part of it (其中, 网上).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.annual import numbers
from archive.annual.forms import CARRIED, ENDED, FOUR, LEFT, NEW, THREE, TOTAL, TWO
from archive.annual.report import Finding, Place, Report, Section
from archive.chinese.numerals import COUNTED
from archive.decisions.promises import akin, promised

_COUNT = rf"(?P<before>近|约|超过?|逾|超)?(?P<count>\d[\d,]*|[{COUNTED}]+)(?P<after>余|多)?[件条份宗起]"
_ASKED = (
    "(?:公民、法人(?:和|及|或者?)其他组织)?(?:提出|提交)?(?:的)?"
    "(?:(?:政府信息公开|依申请公开|信息公开|政府信息)?(?:的)?申请(?:事项|件|办件)?|依申请公开(?:事项|件|办件)?)"
    "(?:(?:总?数量?|总量)?为)?"
)
# Words with which a sentence speaks of a part, of another year, or of the years together.
_PARTIAL = re.compile(
    "其中|上年(?!度?结转)|去年|往年|累计|历年|网上|网络|网站|线上|线下|当面|现场|信函|邮寄|邮件|邮政|传真|平台|涉及|关于|自然人|法人(?!(?:和|及|或者?)其他组织)|个人|企业|"
    "比上|同比|较|维持|纠正|撤销|审结|驳回|本级"
)
# A part of the year, whatever else of it the sentence says.
_WHILE = re.compile(r"季度|[上下]半年|(?:(?<!1-)(?<!1至)(?<!1月至)12|(?<!\d)(?:1[01]|[1-9]))月份?(?!\d|至12月)")
# In a government's report that of one of its offices is a part, too.
_UNIT = re.compile("部门|乡镇|街道|镇街|各单位|[局委]|办公室")


@dataclass(frozen=True, slots=True)
class Said:
    """A statement that a text may make, and the sums of figures of which one must be what it says."""

    name: str
    pattern: re.Pattern[str]
    sums: tuple[tuple[Place, ...], ...]


def _three(code: str) -> Place:
    return THREE, code, TOTAL


def _statement(name: str, pattern: str, *sums: tuple[Place, ...]) -> Said:
    return Said(name, re.compile(pattern), sums)


_NEW, _CARRIED, _ENDED, _LEFT = map(_three, (NEW, CARRIED, ENDED, LEFT))
_SUITS = ((FOUR, "直诉", TOTAL), (FOUR, "复议后诉", TOTAL))
STATEMENTS = (
    _statement(
        "收到的申请",
        rf"(?:新收到?|收到|受理|接收|接到)(?:各类|群众|公民)?{_ASKED}(?:共计?|总计)?{_COUNT}"
        rf"|(?:新收到?|收到|受理|接收)(?:各类|群众)?{_COUNT.replace('P<', 'P<b')}{_ASKED}",
        *((_NEW,), (_NEW, _CARRIED)),
    ),
    _statement(
        "办结的申请",
        rf"(?:共|已|均|全年)?(?:办结|答复|办理|处理)(?:各类)?{_ASKED}(?:共计?)?{_COUNT}",
        *((_ENDED,), (_NEW,), (_NEW, _CARRIED)),
    ),
    _statement("上年结转", rf"上年度?结转(?:的)?(?:{_ASKED}|政府信息公开)?(?:共)?{_COUNT}", (_CARRIED,)),
    _statement("结转下年度", rf"结转(?:至|到)?下(?:一)?年度?(?:继续)?(?:办理)?(?:的)?(?:申请)?{_COUNT}", (_LEFT,)),
    _statement(
        "行政复议",
        rf"(?:发生|被(?:申请|提起)|引发|涉及|收到)?(?:政府信息公开)?(?:的)?行政复议(?:案件)?{_COUNT}",
        *(((FOUR, "复议", TOTAL),),),
    ),
    _statement("行政诉讼", rf"行政诉讼(?:案件)?{_COUNT}", _SUITS, *((each,) for each in _SUITS)),
    _statement(
        "现行有效的规范性文件",
        rf"现行有效(?:的)?(?:行政)?规范性文件{_COUNT}",
        *(((TWO, "第二十条第（一）项 行政规范性文件", "现行有效件数"),),),
    ),
    _statement(
        "制发的规范性文件",
        rf"(?:制发|制定|新制定|印发|出台)(?:的)?(?:行政)?规范性文件{_COUNT}",
        ((TWO, "第二十条第（一）项 行政规范性文件", "本年制发件数"),),
        ((TWO, "第二十条第（一）项 规范性文件", "本年新制作数量"),),
    ),
    _statement(
        "废止的规范性文件",
        rf"废止(?:的)?(?:行政)?规范性文件{_COUNT}",
        ((TWO, "第二十条第（一）项 行政规范性文件", "本年废止件数"),),
    ),
)
# The first part, and those with tables.
_PARTS = (0, 1, 2, 3)
# A clause is no longer; what is was run together, and says nothing for certain.
_LONGEST = 500
_SENTENCE = re.compile("[^。;\n]+")
_INNER = re.compile(r"\s*[(（][一二三四五六七八九十][)）]|[一二三四五六七八九十]是")
_ABOUT = re.compile("公开|政府信息")


def findings(report: Report) -> Iterator[Finding]:
    """Find statements in the parts with figures that the tables contradict."""
    for number in _PARTS:
        if part := report.sections.get(number):
            yield from _of_part(report, part)


def _of_part(report: Report, part: Section) -> Iterator[Finding]:
    of_government = "人民政府" in report.title
    context = part.heading
    for line in part.text.split("\n"):
        if _INNER.match(line):
            context = line[:40]
        for sentence in _SENTENCE.findall(line):
            begun = ""
            for clause in re.split("[,，]", sentence):
                begun = f"{begun}{clause}"[-_LONGEST:]
                if len(clause) > _LONGEST:
                    continue
                years = {int(each) for each in re.findall(r"((?:19|20)\d\d)年", clause)}
                partial = (
                    _PARTIAL.search(clause)
                    or "其中" in begun
                    or _WHILE.search(begun)
                    or (of_government and _UNIT.search(clause))
                )
                if not partial and years <= {report.year} and _ABOUT.search(context + begun):
                    yield from _contradicted(report, clause, part.at)


def _contradicted(report: Report, clause: str, at: str) -> Iterator[Finding]:
    for statement in STATEMENTS:
        for match in statement.pattern.finditer(clause):
            told = {name: value for name, value in match.groupdict().items() if value}
            written = told.get("count") or told.get("bcount") or ""
            count = numbers.in_text(written)
            sums = [found for each in statement.sums if (found := _sum(report, each)) is not None]
            if count is None or not sums or _fits(Decimal(count), told, sums):
                continue
            right = numbers.said(sums[0])
            message = f"{at}：文中写“{match[0]}”，表{statement.sums[0][0][0]}里是 {right}。"
            place = statement.sums[0][0]
            yield Finding("narrative", message, at, place, f"文中{statement.name} = 表", written, right)


def _sum(report: Report, places: Sequence[Place]) -> Decimal | None:
    found = [report.value(*each) for each in places]
    return None if None in found else sum((each for each in found if each is not None), Decimal(0))


def _fits(count: Decimal, told: dict[str, str], sums: Sequence[Decimal]) -> bool:
    """Tell whether a number, with its 余, 超过 or 约, may be one of the sums."""
    qualifier = "".join(told.get(name, "") for name in ("before", "after", "bbefore", "bafter"))
    if not qualifier:
        return count in sums
    if set(qualifier) & {"近", "约"}:
        return any(abs(each - count) * 10 <= count for each in sums)
    # A round number of which the rest is not said.
    return any(count <= each for each in sums)


def promises(report: Report) -> Iterator[Finding]:
    """Find a beginning that promises other parts than the report has."""
    names = promised(report.opening)
    headings = [each.heading for each in report.sections.values()]
    lacking = [each for each in names if not akin(each, headings)]
    if len(names) >= 3 and headings and lacking and len(names) != len(headings):
        message = (
            f"开头说报告有 {len(names)} 项内容，实际有 {len(headings)} 个标题；没有对应标题的：{'、'.join(lacking)}。"
        )
        sides = str(len(names)), str(len(headings))
        yield Finding("promise", message, "开头", expression="开头所列的项数 = 标题数", left=sides[0], right=sides[1])
