"""Checks a letter before it is sent: against the facts of its request, what its outcome asks for, and its own text.

A clerk may change a letter's paragraphs by hand. So it is compared with the letter that the facts alone would make:
a date or number in one and not in the other is told, whoever wrote it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from archive.chinese import dates, personal, sought
from archive.describe import docnumber
from archive.official import written
from archive.registers.requests.letters.kinds import Blank
from archive.registers.requests.letters.office import Office
from archive.registers.requests.letters.texts import Texts, flat, unsaid
from archive.registers.requests.letters.writing import END, Facts, Letter, known, remedies, write
from archive.registers.requests.outcomes import Content, Remedy
from archive.registers.requests.way import NO_SITE

# What people type where something is still to be filled in.
_PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|[×ⅹ✕╳＊*]{2,}|[xX]{3,}|_{2,}|＿{2,}|某某|[〔\[【]\s*[〕\]】]|（\s*）|\d*\s*年\s+月\s+日|待填|此处填写"
)
_LATE = frozenset({"extension", "later"})
_MASKED = re.compile("[*＊×■●○]")


class Weight(StrEnum):
    """Whether a finding must be mended before the letter is sent, or looked at and confirmed."""

    MEND = "须改正"
    CONFIRM = "请核对"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, as a sentence for the clerk."""

    weight: Weight
    said: str


def check(
    letter: Letter, facts: Facts, office: Office, texts: Texts, today: date, others: Iterable[str] = ()
) -> list[Finding]:
    """Return what is wrong with a letter, what must be mended first; [] if it may be sent.

    ``others`` are names of applicants of other requests. Raises BadLetters when a text can't be used.
    """
    paper = letter.paper
    afresh = write(letter.kind.id, facts, office, texts, paper.number, paper.dated)
    mend = [
        *_unfilled(letter, afresh, facts, office),
        *_unsaid(letter, facts),
        *_unproven(letter, facts),
        *_remedies(letter, facts, office, texts),
        *_number(letter, office),
        *_days(letter, facts, today),
        *_strange(letter, afresh, facts),
        *_people(letter, facts),
    ]
    confirm = [*_unasked(letter, facts), *_late(letter, facts), *_others(letter, facts, others)]
    found = [Finding(Weight.MEND, said) for said in mend] + [Finding(Weight.CONFIRM, said) for said in confirm]
    return list(dict.fromkeys(found))


def public_copy(letter: Letter, facts: Facts) -> Letter:
    """Return a letter as it may become public for all (article 44): without who asked, and without third parties."""
    names = _personal(facts)
    paper = letter.paper
    body = tuple(sought.masked(part, names) if isinstance(part, str) else part for part in paper.body)
    return replace(letter, paper=replace(paper, addressee="申请人：" if paper.addressee else "", body=body))


def named(text: str, facts: Facts) -> list[str]:
    """Say what of a text that is to become public still tells who asked."""
    names = _personal(facts)
    found = sorted({names[at] for at, _, _ in sought.find(text, names)})
    told = [f"仍有“{each[:1]}…”（申请人或者第三方的信息），公开前须遮盖。" for each in found]
    if personal.has_identifier(text):
        told.append("仍有像证件号、手机号、银行卡号或者门牌的内容，公开前须遮盖。")
    return told


def _personal(facts: Facts) -> list[str]:
    return _findable((facts.applicant, *facts.personal, facts.third_party))


def _findable(names: Iterable[str]) -> list[str]:
    """Return those that can be looked for in a text; one character alone stands everywhere."""
    return [each for each in dict.fromkeys(names) if each.strip() and not sought.unfit(each)]


def _unfilled(letter: Letter, afresh: Letter, facts: Facts, office: Office) -> Iterable[str]:
    for blank in afresh.missing:
        yield f"“{blank}”还没有登记，文书里是空的。"
    rest = letter.paper.text
    for value in sorted(known(facts, office).values(), key=len, reverse=True):
        # What the applicant or the clerk wrote may hold such signs itself.
        for part in value.splitlines():
            rest = rest.replace(part.strip().rstrip(END), "…") if part.strip(END) else rest
    if NO_SITE in letter.paper.text:
        yield f"正文里的网址还没有填：“{NO_SITE}”。"
    missing = {f"{{{{{blank}}}}}" for blank in afresh.missing}
    for left in dict.fromkeys(_PLACEHOLDER.findall(rest)):
        if left not in missing:
            yield f"正文里有没填的地方：“{left}”。"


def _unsaid(letter: Letter, facts: Facts) -> Iterable[str]:
    said, values = flat(letter.paper.text), facts.values()
    if answer := letter.kind.answer:
        for content in answer.lacks(facts.contents):
            yield f"这种答复必须写明{content}（{answer.article}），还没有登记。"
    needs = letter.kind.needs | ({Blank.DECISION} if facts.decision is not None else set())
    for blank in Blank:
        if blank in needs and blank in values and flat(values[blank].rstrip(END)) not in said:
            yield f"正文里没有登记的“{blank}”，或者与登记的不一致。"
    for each in unsaid(letter.kind, letter.paper.text):
        yield f"正文里没有写明{'或者'.join(f'“{way}”' for way in each)}。"


def _unproven(letter: Letter, facts: Facts) -> Iterable[str]:
    """Hold the number of the search record against those that were frozen before the letter."""
    named = facts.contents.get(Content.SEARCH, "").strip()
    if _rests_on_a_search(letter) and named and facts.searched is not None and named not in facts.searched:
        fit = "、".join(facts.searched)
        yield (
            f"检索情况记录“{named}”不是这件申请的，或者没有在答复以前定稿，或者结论不是“经检索不存在”"
            "（条例第三十六条第四项；行政复议法第四十六条：以后不得再收集）。"
            f"{f'可以写的是：{fit}。' if fit else '现在还没有这样的记录，请先检索。'}"
        )


def _unasked(letter: Letter, facts: Facts) -> Iterable[str]:
    named = facts.contents.get(Content.SEARCH, "").strip()
    if _rests_on_a_search(letter) and named and facts.searched is None:
        yield f"检索情况记录“{named}”不在登记簿里，请核对原来的材料。"


def _rests_on_a_search(letter: Letter) -> bool:
    return letter.kind.answer is not None and Content.SEARCH in letter.kind.answer.needs


def _remedies(letter: Letter, facts: Facts, office: Office, texts: Texts) -> Iterable[str]:
    """Hold the paragraph on remedies against the outcome: the right one, whole, and not the other."""
    if not letter.kind.answer:
        return
    wanted = office.remedy(letter.kind.answer)
    said = flat(letter.paper.text)
    for remedy in Remedy:
        words = flat(remedies(remedy, facts, office, texts))
        if remedy is wanted and words not in said:
            yield f"救济途径的文字不完整，或者改动过。这种答复应当写文本 {wanted}（{_why(wanted)}）。"
        elif remedy is not wanted and words in said:
            yield f"救济途径用错了文本 {remedy}。这种答复应当写文本 {wanted}（{_why(wanted)}）。"


def _why(remedy: Remedy) -> str:
    first = remedy is Remedy.REVIEW_FIRST
    return "行政复议法第二十三条：应当先申请行政复议，并告知申请人" if first else "可以复议，也可以直接诉讼"


def _number(letter: Letter, office: Office) -> Iterable[str]:
    pattern, paper = office.pattern(letter.kind), letter.paper
    read = pattern.read(paper.number)
    if not paper.number:
        yield "还没有编文号。"
    elif read is None:
        yield f"文号“{paper.number}”不是本机关的写法，应为“{pattern.text}”。"
    elif paper.dated and read[0] != paper.dated.year:
        yield f"文号是 {read[0]} 年的，而成文日期是 {written(paper.dated)}。"
    if paper.signed != office.organ:
        yield f"署名应为“{office.organ}”。"


def _days(letter: Letter, facts: Facts, today: date) -> Iterable[str]:
    dated = letter.paper.dated
    if dated is None:
        yield "还没有成文日期。"
        return
    if facts.received and dated < facts.received:
        yield f"成文日期 {written(dated)} 早于收到申请的 {written(facts.received)}。"
    if dated > today:
        yield f"成文日期 {written(dated)} 还没有到。"
    for name, by in (("补正期限", facts.supplement_by), ("延长后期限", facts.extended)):
        if Blank(name) in letter.kind.needs and by and by <= dated:
            yield f"{name} {written(by)} 不晚于成文日期。"
    if facts.extended and facts.due and facts.extended <= facts.due:
        yield f"延长后期限 {written(facts.extended)} 不晚于原来的答复期限 {written(facts.due)}。"


def _strange(letter: Letter, afresh: Letter, facts: Facts) -> Iterable[str]:
    """Yield dates and numbers that the facts would not have brought into the letter."""
    has, ought = letter.paper.text, afresh.paper.text
    known = {day for day, _, _ in dates.find(ought)}
    for day in dict.fromkeys(day for day, _, _ in dates.find(has)):
        if day not in known:
            yield f"正文里的日期 {written(day)} 与登记的不一致；确需写明的，请写进登记的理由或者内容。"
    numbers = set(docnumber.canonicals(docnumber.find(ought)))
    for number in docnumber.canonicals(docnumber.find(has)):
        if number not in numbers:
            yield f"正文里的文号 {number} 与登记的不一致；确需写明的，请写进登记的理由或者内容。"
    if shape := _shape(facts.request):
        for other in dict.fromkeys(shape.findall(has)):
            if other != facts.request and other not in ought:
                yield f"正文里有另一件申请的登记号 {other}。"


def _shape(request: str) -> re.Pattern[str] | None:
    """Return how numbers of requests look, from one of them; None if it could be any number."""
    if request.isascii() and request.isdigit() and len(request) < 8:
        return None
    return re.compile(r"(?<!\d)" + re.sub(r"\d+", lambda run: rf"\d{{{len(run[0])}}}", re.escape(request)) + r"(?!\d)")


def _people(letter: Letter, facts: Facts) -> Iterable[str]:
    """Hold who is addressed against the facts. A letter to others tells nothing of the applicant."""
    paper = letter.paper
    if Blank.APPLICANT in letter.kind.needs:
        if _MASKED.search(paper.addressee):
            yield "称谓里的姓名是遮盖过的。发给申请人的文书应当写全名。"
        elif facts.applicant and flat(facts.applicant) not in flat(paper.addressee):
            yield "称谓不是这件申请的申请人。"
        return
    names = _findable((facts.applicant, *facts.personal))
    if sought.find(paper.text, names):
        yield "文书里有申请人的姓名、名称或者联系方式。发给第三方和其他机关的文书不得写。"


def _late(letter: Letter, facts: Facts) -> Iterable[str]:
    dated = letter.paper.dated
    due = facts.due if letter.kind.id in _LATE else (facts.extended or facts.due)
    if dated and due and dated > due and (letter.kind.answer or letter.kind.id in _LATE):
        yield f"成文日期 {written(dated)} 已过答复期限 {written(due)}（条例第三十三条）。"


def _others(letter: Letter, facts: Facts, others: Iterable[str]) -> Iterable[str]:
    own = flat(facts.applicant)
    names = [each for each in _findable(others) if flat(each) not in own]
    for at in sorted({at for at, _, _ in sought.find(letter.paper.text, names)}):
        yield f"正文里有“{names[at]}”，与另一件申请的申请人同名。"
    if personal.has_identifier(_without(letter.paper.text, facts)):
        yield "正文里有像证件号、手机号、银行卡号或者门牌的内容，请确认需要写。"


def _without(text: str, facts: Facts) -> str:
    """Return a text without what the request itself says, which is the applicant's own."""
    return text.replace(facts.wanted.strip().rstrip(END), "") if facts.wanted.strip(END) else text
