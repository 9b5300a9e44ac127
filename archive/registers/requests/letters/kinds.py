"""Which letters there are, which blanks their texts may have, and what each must say.

A text is a plain file, one for each kind: ``texts/<kind>.txt`` as shipped, and the county's own in ``letters/`` of the
data folder, which wins. A blank is written ``{{收到日期}}``. There are no others than those of ``Blank``, and a text
holds no instructions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from archive.registers.requests.outcomes import ANSWERS, Answer, Content, Remedy


class Blank(StrEnum):
    """What is filled in."""

    ORGAN = "本机关"
    ADDRESS = "联系地址"
    POSTCODE = "邮政编码"
    PHONE = "联系电话"
    REVIEW = "复议机关"
    COURT = "人民法院"
    REQUEST = "登记号"
    APPLICANT = "申请人"
    YOU = "称呼"
    WANTED = "所需信息"
    SUBMITTED = "提交日期"
    RECEIVED = "收到日期"
    DUE = "答复期限"
    SUPPLEMENT = "补正事项"
    SUPPLEMENT_BY = "补正期限"
    THIRD_PARTY = "第三方"
    OTHER_ORGAN = "其他机关"
    CONCERNED = "涉及信息"
    EXTENSION = "延长工作日"
    EXTENDED = "延长后期限"
    GROUND = "办理理由"
    DISCLOSED = "决定公开的内容"
    FEE = "收费数额和标准"
    PAYING = "缴纳方式"
    WAY = "获取方式"
    INFORMATION = "提供的信息"
    OPEN_PART = "公开部分"
    REASONS = "理由"
    LAW = "依据法规"
    SEARCH = "检索记录"
    RESPONSIBLE = "负责机关"
    EARLIER = "此前答复"
    CHANNEL = "反映渠道"
    WHERE = "出版物途径"
    DECISION = "重新答复依据"
    # These two stand for texts of their own, which have blanks in turn.
    OPENING = "开头"
    REMEDIES = "救济途径"


# Each content that an outcome asks for has a blank.
OF_CONTENT: Mapping[Content, Blank] = {
    Content.WAY: Blank.WAY,
    Content.INFORMATION: Blank.INFORMATION,
    Content.OPEN_PART: Blank.OPEN_PART,
    Content.REASONS: Blank.REASONS,
    Content.LAW: Blank.LAW,
    Content.SEARCH: Blank.SEARCH,
    Content.ORGAN: Blank.RESPONSIBLE,
    Content.EARLIER: Blank.EARLIER,
    Content.CHANNEL: Blank.CHANNEL,
    Content.WHERE: Blank.WHERE,
}
# The files of the texts that letters share, by what they are written in for. An answer that is given anew goes on from
# the opening with what it follows. Which remedies a letter ends with depends on its outcome.
OPENING, AGAIN = "opening", "again"
REMEDIES: Mapping[Remedy, str] = {Remedy.REVIEW_FIRST: "remedies-a", Remedy.EITHER: "remedies-b"}
_OFFICE = frozenset({Blank.ORGAN, Blank.ADDRESS, Blank.POSTCODE, Blank.PHONE})
_OF_REQUEST = frozenset({Blank.REQUEST, Blank.WANTED, Blank.SUBMITTED, Blank.RECEIVED})
_OF_APPLICANT = frozenset({Blank.APPLICANT, Blank.YOU})
# What must be said in one of several ways. Blanks don't matter, nor whether numbers are Chinese.
Saying = tuple[str, ...]


class Series(StrEnum):
    """Which of the office's series a letter takes its number from."""

    ANSWERS = "answers"
    NOTICES = "notices"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letter, or a text that letters share (``series`` None). ``id`` is the name of its file.

    ``needs`` are blanks that its text must have, ``may`` are others that it may have; ``says`` is what must be in it.
    """

    id: str
    label: str
    series: Series | None
    needs: frozenset[Blank]
    may: frozenset[Blank] = frozenset()
    says: tuple[Saying, ...] = ()
    answer: Answer | None = None

    @property
    def blanks(self) -> frozenset[Blank]:
        """All that its text may have."""
        return self.needs | self.may


def _notice(id: str, label: str, needs: set[Blank], *says: Saying, may: frozenset[Blank] = frozenset()) -> Kind:
    """Return a letter to the applicant before the answer."""
    others = _OFFICE | _OF_REQUEST | _OF_APPLICANT | may
    return Kind(id, label, Series.NOTICES, frozenset({Blank.APPLICANT, *needs}), others, says)


def _to_others(id: str, label: str, needs: set[Blank], *says: Saying) -> Kind:
    """Return a letter to somebody else. Nothing in it names the applicant."""
    return Kind(id, label, Series.NOTICES, frozenset(needs), _OFFICE | {Blank.REQUEST}, says)


_NOTICES = (
    _notice(
        *("receipt", "登记回执", {Blank.REQUEST, Blank.RECEIVED, Blank.DUE}),
        *(("第三十三条",), ("二十个工作日",), ("延长",)),
    ),
    _notice(
        *("supplement", "补正告知书", {Blank.RECEIVED, Blank.SUPPLEMENT, Blank.SUPPLEMENT_BY}),
        *(("第三十条",), ("放弃申请",), ("收到补正的申请之日起", "收到补正申请之日起", "收到补正材料之日起")),
    ),
    _notice(
        *("extension", "延期答复告知书", {Blank.RECEIVED, Blank.EXTENSION, Blank.EXTENDED, Blank.GROUND}),
        *(("第三十三条",), ("负责人同意",)),
        may=frozenset({Blank.DUE}),
    ),
    # 条例第三十五条: reasons may be asked for, and with good ones the answer may take longer, which is told.
    _notice(
        *("reasons-asked", "要求说明理由告知书", {Blank.RECEIVED, Blank.GROUND}),
        *(("第三十五条",), ("说明理由",), ("不予处理",)),
    ),
    _notice(
        *("later", "延迟答复告知书", {Blank.RECEIVED, Blank.EXTENSION, Blank.EXTENDED, Blank.GROUND}),
        *(("第三十五条",), ("合理",)),
        may=frozenset({Blank.DUE}),
    ),
    # 国办函〔2020〕109号: basis, rate, amount and way of paying; what a late payment means.
    _notice(
        *("charge", "收费通知", {Blank.RECEIVED, Blank.FEE, Blank.PAYING}),
        *(("第四十二条",), ("二十个工作日",), ("不再处理",)),
    ),
    _to_others(
        *("third-party-asked", "第三方意见征询书", {Blank.THIRD_PARTY, Blank.CONCERNED}),
        *(("第三十二条",), ("十五个工作日",), ("决定是否公开",)),
    ),
    _to_others(
        *("third-party-told", "公开决定告知书（致第三方）", {Blank.THIRD_PARTY, Blank.DISCLOSED, Blank.GROUND}),
        *(("第三十二条",), ("公共利益",)),
    ),
    _to_others(
        *("organ-asked", "征求意见函（致其他机关）", {Blank.OTHER_ORGAN, Blank.CONCERNED}),
        *(("第三十四条",), ("十五个工作日",), ("视为同意公开",)),
    ),
)
_ARTICLE = re.compile("第[一二三四五六七八九十]+条")


def _answering(answer: Answer) -> Kind:
    """Return the letter of an answer: it needs what the outcome asks for, and names the articles it rests on."""
    needs = {Blank.OPENING, Blank.REMEDIES, Blank.APPLICANT, *(OF_CONTENT[each] for each in answer.needs)}
    articles = tuple((each,) for each in _ARTICLE.findall(answer.article) if answer.article.startswith("条例"))
    return Kind(
        *(f"answer-{answer.id}", f"答复：{answer.label}", Series.ANSWERS, frozenset(needs)),
        _OFFICE | _OF_REQUEST | _OF_APPLICANT | {Blank.REASONS},
        (*articles, *_BESIDES.get(answer.id, ())),
        answer,
    )


# What an answer says besides what its blanks hold.
_BESIDES: Mapping[str, tuple[Saying, ...]] = {
    "absent": (("检索", "查找"), ("不存在",)),
    "partly": (("不予公开", "不公开"),),
    "petition": (("不作为政府信息公开申请处理",),),
    "repeated": (("不予重复处理", "不再重复处理"),),
    "excessive": (("不予处理",),),
    "reissue": (("不予处理",),),
}
KINDS: Mapping[str, Kind] = {
    each.id: each for each in (*_NOTICES, *(_answering(one) for one in ANSWERS.values() if one.by_letter))
}
_REVIEW = (("行政复议",), ("六十日",))
SHARED: Mapping[str, Kind] = {
    each.id: each
    for each in (
        Kind(
            *(OPENING, "各答复书的开头", None, frozenset({Blank.RECEIVED, Blank.REQUEST, Blank.WANTED})),
            may=_OFFICE | _OF_APPLICANT | {Blank.SUBMITTED},
        ),
        Kind(
            *(AGAIN, "重新答复的依据，接在开头后面", None, frozenset({Blank.DECISION})),
            *(_OFFICE | _OF_REQUEST | _OF_APPLICANT, (("重新答复",),)),
        ),
        Kind(
            *(REMEDIES[Remedy.REVIEW_FIRST], "救济途径 A：先申请行政复议", None),
            *(frozenset({Blank.REVIEW, Blank.COURT}), _OFFICE | {Blank.YOU}),
            # 行政复议法 (2023), articles 20 and 23; 行政诉讼法, article 45.
            (*_REVIEW, ("应当先", "应先", "须先"), ("第二十三条",), ("十五日",)),
        ),
        Kind(
            *(REMEDIES[Remedy.EITHER], "救济途径 B：可以申请行政复议，也可以提起行政诉讼", None),
            *(frozenset({Blank.REVIEW, Blank.COURT}), _OFFICE | {Blank.YOU}),
            # 行政诉讼法, article 46.
            (*_REVIEW, ("六个月",)),
        ),
    )
}
