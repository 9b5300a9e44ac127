"""What a document says of itself: its metadata, each field with where it was read.

What the manifest states wins over the page's card, the card over the text. What is not said stays unknown.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import PurePath
from typing import TypeVar

from archive import dates, docnumber, taxonomy
from archive.docnumber import Kind, Number
from archive.document import Disclosure, Metadata, Validity
from archive.errors import FileRefused
from archive.extract import Extraction

E = TypeVar("E", bound=StrEnum)

MAX_TITLE = 200
MAX_CITED = 200
# How many paragraphs before the body may bear the number, and how many at the end the signature.
_HEAD = 12
_TAIL = 15

MANIFEST, CARD, TITLE, HEAD, SIGNATURE, TEXT, PAGE, FILE = (
    "清单",
    "信息卡",
    "标题",
    "题下",
    "落款",
    "正文",
    "页头",
    "文件名",
)
_CARD: Mapping[str, tuple[str, ...]] = {
    "title": ("标题", "信息名称", "文件名称", "文件标题", "名称"),
    "number": ("发文字号", "文号", "发文号", "文件编号", "文件字号", "发布文号"),
    "index_code": ("索引号", "信息索引号"),
    "issuer": ("发文机关", "发布机构", "发布单位", "发布机关", "公开机构", "发文单位", "制发机关", "公开单位"),
    "genre": ("体裁", "体裁分类", "文种"),
    "topic": ("主题分类", "所属主题", "组配分类"),
    "column": ("所属栏目",),
    "written_on": ("成文日期", "成文时间", "生成日期", "发文日期", "印发日期", "制发日期", "形成日期"),
    "published_on": ("发布日期", "发布时间", "公开日期", "公开时间"),
    "validity": ("有效性", "效力状态", "时效性", "时效", "信息有效性", "文件状态", "是否有效"),
    "disclosure": ("公开属性", "公开方式"),
}
_REGISTRATION = ("规范性文件登记号", "规范性文件编号", "统一编号", "登记号")
_VALIDITY = {"有效": Validity.IN_FORCE, "是": Validity.IN_FORCE, "废止": Validity.REPEALED, "失效": Validity.EXPIRED}
_AGENCY_END = (
    r"(?:人民政府办公厅|人民政府办公室|人民政府|办公厅|办公室|委员会|国务院|[厅局委部院署处]|街道办事处|分局|"
    r"工作领导小组|领导小组|指挥部|中央军委|人民银行|总局|总署|公司|中心|协会|联合会)"
)
_AGENCY = rf"[\u4e00-\u9fff（）()]{{0,24}}?{_AGENCY_END}"
_AGENCIES = re.compile(rf"{_AGENCY}(?:[、，,\s]+{_AGENCY})*")
_TITLE_ISSUER = re.compile(
    rf"(?P<issuers>{_AGENCY}(?:[、，,\s]+{_AGENCY})*)\s*(?=关于|印发|转发|批转|对|(?:\d|[一二]){{4}}年|公告|通告|令)"
)
_PASSED = re.compile(r"(?P<maker>[\u4e00-\u9fff]{0,20}人民代表大会(?:常务委员会)?)")
_STATUTE = re.compile(r"(?:公布|发布|通过|修订|修正|批准|施行|修改|制定)[）)]?$")
_ACTIVE = re.compile(r"[（(]\s*(?:此件|本件)?\s*(?:公开发布|主动公开)\s*[）)]")
_ON_REQUEST = re.compile(r"[（(]\s*(?:此件|本件)?\s*依申请公开\s*[）)]")
_COPY = re.compile(r"\s*[（(]\d{1,2}[）)]$")
_FILE_DATE = re.compile(r"[（(](?P<date>\d{4}-\d{2}-\d{2})[）)]$")
_BLANKS = re.compile(r"\s+")


@dataclass(slots=True)
class _Found:
    """Values by field, with their sources; the first one said stays."""

    values: dict[str, object] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: object, source: str) -> None:
        if value and name not in self.values:
            self.values[name] = value
            self.sources[name] = source

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return str(value) if value else None


def describe(extraction: Extraction, stated: Mapping[str, str], file_name: str) -> Metadata:
    """The metadata of a document. Raises FileRefused when the manifest states what can't be."""
    found = _Found()
    _add_stated(found, stated)
    _add_card(found, extraction.stated)
    stem = PurePath(file_name).stem
    for title, source in ((extraction.title, TITLE), (_title_line(extraction.paragraphs), TEXT), (_bare(stem), FILE)):
        found.add("title", _BLANKS.sub(" ", title or "").strip()[:MAX_TITLE], source)
    title = found.text("title") or file_name
    head = _head(extraction.paragraphs, title)
    registered = " ".join(extraction.stated.get(label, "") for label in _REGISTRATION)
    numbers = _add_numbers(found, head, extraction.paragraphs, registered)
    _add_makers(found, title, head, extraction.paragraphs)
    found.add("published_on", _possible(dates.parse(extraction.page_date)), PAGE)
    if match := _FILE_DATE.search(stem):
        found.add("written_on", _possible(dates.parse(match["date"])), FILE)
    found.add("genre", _statute_genre(title, head) or taxonomy.genre_of_title(title), TITLE)
    _add_mark(found, extraction.paragraphs)
    return _metadata(found, title, numbers)


def _metadata(found: _Found, title: str, numbers: tuple[tuple[str, ...], tuple[str, ...]]) -> Metadata:
    values = found.values
    number = found.text("number")
    # A number kept as it is printed (国令第707号) is also found under its canonical form.
    printed = docnumber.canonicals(docnumber.find(number or ""))
    own = tuple(each for each in dict.fromkeys((*numbers[0], *printed)) if each != number)
    return Metadata(
        title=title,
        number=number,
        index_code=found.text("index_code"),
        issuer=found.text("issuer"),
        genre=found.text("genre"),
        topic=found.text("topic"),
        column=found.text("column"),
        written_on=_day(values.get("written_on")),
        published_on=_day(values.get("published_on")),
        validity=Validity(str(values["validity"])) if "validity" in values else None,
        disclosure=Disclosure(str(values["disclosure"])) if "disclosure" in values else None,
        source_url=found.text("source_url"),
        other_numbers=own,
        cited_numbers=tuple(each for each in numbers[1] if each != number and each not in own)[:MAX_CITED],
        sources=found.sources,
    )


def _add_stated(found: _Found, stated: Mapping[str, str]) -> None:
    for name, value in stated.items():
        if name in ("written_on", "published_on"):
            day = dates.parse(value)
            if day is None:
                raise FileRefused(f"清单中的日期 {name}“{value}”无法识别，请写成 2019-01-31 的样子。")
            found.add(name, day, MANIFEST)
        elif name == "validity":
            found.add(name, _allowed(Validity, name, value), MANIFEST)
        elif name == "disclosure":
            found.add(name, _allowed(Disclosure, name, value), MANIFEST)
        else:
            found.add(name, _clean(name, value), MANIFEST)


def _allowed(kind: type[E], name: str, value: str) -> E:
    try:
        return kind(value.strip())
    except ValueError as error:
        raise FileRefused(f"清单中的 {name}“{value}”无效，可用：{'、'.join(kind)}。") from error


def _add_card(found: _Found, card: Mapping[str, str]) -> None:
    for name, labels in _CARD.items():
        value = next((card[label] for label in labels if card.get(label, "").strip()), "")
        if name in ("written_on", "published_on"):
            found.add(name, _possible(dates.parse(value)), CARD)
        elif name == "validity":
            found.add(name, _VALIDITY.get(value.strip()) or _member(Validity, value), CARD)
        elif name == "disclosure":
            found.add(name, _member(Disclosure, value), CARD)
        else:
            found.add(name, _clean(name, value), CARD)


def _clean(name: str, value: str) -> str:
    """A printed value in the catalogue's form."""
    value = _BLANKS.sub(" ", value).strip()
    if name in ("topic", "column"):
        return "/".join(part.strip() for part in re.split(r"[\\/>›»]+", value) if part.strip())
    if name == "index_code":
        return docnumber.index_code(value)
    if name == "number":
        numbers = docnumber.find(value)
        one = numbers[0] if len(numbers) == 1 and _whole(numbers[0], value) else None
        return one.canonical if one and one.kind is Kind.DOCUMENT else value
    if name == "issuer":
        return "、".join(taxonomy.issuer(part) for part in re.split(r"[、，,\s]+", value) if part)
    return value


def _whole(number: Number, text: str) -> bool:
    return number.start == 0 and number.end == len(text.strip())


def _member(kind: type[E], value: str) -> E | None:
    return next((member for member in kind if member.value == value.strip()), None)


def _title_line(paragraphs: Sequence[str]) -> str | None:
    """The first line, if it looks like a title: not too long and not a sentence."""
    first = paragraphs[0] if paragraphs else ""
    return first if 2 <= len(first) <= 80 and not first.endswith(("。", "；", "，", "：", ":")) else None


def _bare(stem: str) -> str:
    return _FILE_DATE.sub("", _COPY.sub("", stem)).strip() or stem


def _head(paragraphs: Sequence[str], title: str) -> list[str]:
    """The lines about the title: those before the body begins. Lines that end as sentences are body."""
    head = []
    for paragraph in paragraphs[:_HEAD]:
        if len(paragraph) > 120 or paragraph.endswith(("。", "；")) or re.match(r"第[一二三]\S?[章条编]", paragraph):
            break
        if paragraph.endswith(("：", ":")) and len(paragraph) > 3:
            break
        head.append(paragraph)
    return head


def _add_numbers(
    found: _Found, head: Sequence[str], paragraphs: Sequence[str], registered: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Add the document's number; its own numbers, and those that it cites."""
    own = [number.canonical for number in docnumber.find(registered) if number.kind is Kind.REGISTRATION]
    block = "\n".join(head)
    for number in docnumber.find(block):
        line = block[block.rfind("\n", 0, number.start) + 1 :].split("\n")[0]
        if number.kind is Kind.REGISTRATION or _alone(line) or _STATUTE.search(line.rstrip("　 ")):
            own.append(number.canonical)
    named = [number for number in own if not re.match(r"[A-Z]{4}-", number)]
    statute = any(_STATUTE.search(line.rstrip("　 ")) for line in head)
    if named:
        # A statute's block tells its history: the newest decree is the one it goes by.
        found.add("number", named[-1] if statute else named[0], HEAD)
    cited = docnumber.canonicals(docnumber.find("\n".join(paragraphs)))
    return tuple(dict.fromkeys(own)), tuple(cited)


def _alone(line: str) -> bool:
    """Whether a line is little else than numbers."""
    for number in reversed(docnumber.find(line)):
        line = line[: number.start] + line[number.end :]
    rest = re.sub(r"[（()）\s\[\]]|文号：?|字号：?|登记号：?|编号：?", "", line)
    return len(rest) <= 12 and "《" not in line and "根据" not in line


def _add_makers(found: _Found, title: str, head: Sequence[str], paragraphs: Sequence[str]) -> None:
    """Add who made the document and when."""
    match = _TITLE_ISSUER.match(title)
    if match:
        found.add("issuer", _clean("issuer", match["issuers"]), TITLE)
    _add_signature(found, paragraphs)
    _add_history(found, [line.strip("（）() 　") for line in head])
    number = found.text("number")
    if number:
        code = re.match(r"[\u4e00-\u9fff]+(?=〔)", number)
        found.add("issuer", taxonomy.load().codes.get(code[0]) if code else None, HEAD)
        if number.startswith("国务院令"):
            found.add("issuer", "国务院", HEAD)


def _add_history(found: _Found, head: Sequence[str]) -> None:
    """Add what the lines under a statute's title tell: who passed it, and when it got its present form."""
    lines = [line for line in head if _STATUTE.search(line)]
    made = [line for line in lines if not line.endswith(("施行", "批准"))]
    for line in reversed(made or lines):
        found.add("written_on", _possible(dates.parse(line)), HEAD)
    for line in made or lines:
        passed = _PASSED.search(re.sub(r"第[一二三四五六七八九十]{1,4}届|^.*\d日[经由]?", "", line))
        if passed:
            found.add("issuer", passed["maker"].removeprefix("中华人民共和国"), HEAD)
        elif "国务院" in line and not line.endswith(("修订", "修正")):
            found.add("issuer", "国务院", HEAD)


def _add_signature(found: _Found, paragraphs: Sequence[str]) -> None:
    """A short line that is a date, after a short line of agencies: 国务院办公厅 / 2019年1月27日.

    A signature stands at the end of what it signs: of the whole, or of the letter before what is issued with it.
    """
    for at, line in enumerate(paragraphs):
        day = next(dates.find(line), None) if len(line) <= 40 else None
        if day is None or len(line[day[2] :].strip("　 ）)")) > 2:
            continue
        before = line[: day[1]].strip(" 　（(")
        signer = before or (paragraphs[at - 1] if at else "")
        agencies = _AGENCIES.fullmatch(_BLANKS.sub(" ", signer).strip())
        if agencies and (at >= 2 or before):
            found.add("issuer", _clean("issuer", agencies[0]), SIGNATURE)
            found.add("written_on", _possible(day[0]), SIGNATURE)
            return
        if not before and at >= len(paragraphs) - _TAIL and at >= 2:
            found.add("written_on", _possible(day[0]), SIGNATURE)


def _statute_genre(title: str, head: Sequence[str]) -> str | None:
    """法律, 行政法规 or 地方性法规, where the block under the title says who passed it."""
    if not re.search(r"(?:法|条例|办法|规定|细则|典|决定|规则|修正案.*|宪法|解释|若干规定|实施办法)$", title):
        return None
    block = "\n".join(line for line in head if _STATUTE.search(line.strip("（）() 　")))
    if "全国人民代表大会" in block:
        return "法律"
    if "人民代表大会" in block:
        return "地方性法规"
    return "行政法规" if "国务院" in block and "令" in block else None


def _add_mark(found: _Found, paragraphs: Sequence[str]) -> None:
    """（此件公开发布） and the like, at the end of a letter."""
    for paragraph in paragraphs:
        if len(paragraph) <= 20:
            found.add("disclosure", Disclosure.ACTIVE if _ACTIVE.search(paragraph) else None, TEXT)
            found.add("disclosure", Disclosure.ON_REQUEST if _ON_REQUEST.search(paragraph) else None, TEXT)


def _possible(day: date | None) -> date | None:
    """A date that a document can have: none of next year and later."""
    return day if day and day <= datetime.now(UTC).date() + timedelta(days=366) else None


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None
