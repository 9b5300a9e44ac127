"""Takes a request for disclosure apart: what it asks for, without the form in which one asks.

A request says who asks, under which law, in which form the copy is wanted and whom it greets. None of that is in the
document that is wanted, and all of it is in other documents. What is left is searched for. Titles in 《》 and document
numbers are looked up besides, but for those of the law under which one asks; years and agencies only weigh.
"""

import re
from dataclasses import dataclass

from archive.chinese.text import normalise
from archive.describe.docnumber import read_query
from indexer.errors import BadQuery

# What a form's field for the description takes.
MAX_LENGTH = 2000

_TITLE = re.compile(r"《([^《》\n]{2,100})》")
# A law is cited as the ground up to the end of the clause: 根据《…条例》第二十七条的规定，
_GROUND = re.compile(
    r"(?:现|特|兹|本人|我)?(?:根据|依据|依照|按照|遵照|基于)[^，。；：、\n]{0,10}"
    r"《[^《》\n]*(?:政府信息公开条例|行政许可法|宪法|民法典|信息公开[^《》\n]{0,10})[^《》\n]*》"
    r"(?:（[^（）\n]*）)?(?:[、及和与以]{1,2}[^，。；：\n]{0,10}《[^《》\n]*》)*[^，。；：、\n]{0,30}[，。；：]?"
)
# What the form, the greeting and the manners of letters say.
_FORM = re.compile(
    "|".join(
        (
            r"(?:现|特|兹|今)?(?:依法)?(?:向|请|望|盼|恳请|烦请|敬请)?(?:贵|你|本)(?:局|单位|机关|府|办|委|中心|部门|院|会|处|县|镇|街道)"
            r"(?:政府|办公室|信息公开办公室)?",
            r"政府信息公开申请(?:表|书)?|信息公开申请(?:表|书)?|申请表",
            r"(?:现|特|兹|故|拟|欲|想|我|本人)?(?:依法|书面)?(?:申请|请求|要求|恳请|希望)(?:依法)?(?:公开|获取|提供|查阅|查询|复制|了解|知悉)?",
            r"(?:请|望|盼|并|敬请|烦请|恳请|依法|予以|及时|尽快|书面|一并|以书面形式)+(?:提供|公开|告知|答复|回复|出具|给予答复)"
            r"(?:本人|我|申请人)?",
            r"(?<![^，。；：！\s])(?:提供|公开|告知|答复|回复)(?=[^方])",
            r"(?:所需|需要|以上|上述|下列|以下|相关|有关)(?:的)?(?:政府)?信息(?:的)?(?:内容|名称|描述)*(?:如下|为|是)?[：:]?",
            r"(?:信息|内容|所需信息)(?:的)?(?:描述|用途|名称|索取号|特征描述)[：:]?",
            r"(?:获取|提供|领取)(?:信息)?(?:的)?(?:方式|形式|载体|途径)[：:]?[^，。；\n]{0,20}",
            r"(?:加盖公章|纸质|电子版|电子邮件|邮寄|复印件|扫描件|影印件|光盘|当面领取|自行领取|快递)(?:的)?(?:形式|方式|文件)?",
            r"(?:本人|我们|我方|我司|我公司|我单位|申请人|我)(?:系|是|为|名叫|住|家住|因|由于|想|要|于)?",
            r"(?:身份证号?码?|联系电话|联系方式|手机号码?|通信地址|通讯地址|邮政编码|电子邮箱)(?:[：:为]\s*[^，。；\n]{0,40})?",
            r"尊敬的[^，。：！\n]{0,20}[，：:！]?|您好|你好|即可|此致|敬礼|谢谢|感谢|特此(?:申请|函告)?|发送至?|为盼|为感|申请人签名",
            r"用于[^，。；\n]{0,12}(?:生产|生活|科研|研究|维权|诉讼|学习)(?:等)?(?:特殊)?(?:需要)?|自身(?:生产|生活|科研)[^，。；\n]{0,10}需要",
        )
    )
)
# What begins or ends a letter's subject, and says nothing of it.
_BEGINS = re.compile(
    r"^(?:关于|有关|咨询|询问|请问|反映|投诉|举报|建议|希望|呼吁|请求|求助|恳请|对|就|将|再次|请|要求|的|和|及|并|等|一下|是否|如何)+"
)
_ENDS = re.compile(
    r"(?:的)?(?:相关|有关|全部|所有|具体|详细)*(?:的)?"
    r"(?:问题|建议|咨询|反映|诉求|情况|投诉|请求|希望|疑问|事宜|政府信息|信息|材料|资料|文件|内容|规定)$"
)
_RUN = re.compile(r"[^\W_]+(?:[·.\-][^\W_]+)*")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|\s*[-—–至到]|(?=[〕】)）\]]))")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: the ``runs`` of text to search for, what to look up, and the ``years`` it is about.

    All is normalised; ``numbers`` are canonical.
    """

    runs: tuple[str, ...]
    titles: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    years: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        """What is searched for, as the record of a search keeps it."""
        return " ".join(self.runs)


def read_request(text: str) -> Asked:
    """Take a request apart. Raises BadQuery for one that is too long or has no words.

    >>> read_request("根据《政府信息公开条例》，本人申请公开2019年县城供热管网改造的中标价，纸质形式。").runs
    ('2019年县城供热管网改造的中标价',)
    """
    if len(text) > MAX_LENGTH:
        raise BadQuery(f"申请内容有 {len(text)} 个字，最多 {MAX_LENGTH} 个字。请只留下所要信息的描述。")
    said = _GROUND.sub("，", text)
    titles = tuple(dict.fromkeys(normalise(title) for title in _TITLE.findall(said)))
    found = read_query(said)
    numbers = tuple(dict.fromkeys(number.canonical for number in found))
    years = frozenset(int(year) for year in _YEAR.findall(normalise(said)))
    # Looked up as a number: its digits would only be found in others.
    for number in reversed(found):
        said = f"{said[: number.start]}，{said[number.end :]}"
    runs = _runs(_FORM.sub("，", said)) or _runs(text)
    if not runs:
        raise BadQuery("申请内容里没有文字。请粘贴申请人对所需信息的描述。")
    return Asked(runs, titles, numbers, years)


def _runs(text: str) -> tuple[str, ...]:
    """Return the clauses of a text, each without what only begins or ends one; a clause that is nothing else goes."""
    found = []
    for run in _RUN.findall(normalise(text)):
        while (shorter := _ENDS.sub("", _BEGINS.sub("", run))) != run:
            run = shorter
        if len(run) > 1:
            found.append(run)
    return tuple(dict.fromkeys(found))
