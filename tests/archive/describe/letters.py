"""Making letters in the five layouts in which offices write, of which the issuer and the day are known.

Both stand in the letter once as its own, and beside them other agencies and days that are not: of what the letter
cites, of what is issued with it, and of its imprint.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from reportlab.pdfgen.canvas import Canvas

from tests.archive.extract.makers import pdf, put, write_docx

FORMATS = ("txt", "html", "docx", "pdf")
# By the letters of the first places rules were chosen; of the last only the figures are looked at.
PARTS = {"known": ("云溪县", "岚河县", "石桥市", "临江区", "松原旗"), "apart": ("平川县", "龙湾镇")}
_AGENCIES = {
    "云溪县": (
        "人民政府 人民政府办公室 教育和体育局 公安局交通警察大队 青石镇人民政府 城关街道办事处 妇女联合会 "
        "食品安全委员会办公室 总工会 防汛抗旱指挥部 档案馆 不动产登记中心"
    ).split(),
    "岚河县": (
        "人民政府 卫生健康委员会 退役军人事务局 第一中学 人民医院 公共资源交易中心 消防救援大队 柳林镇人民政府 "
        "残疾人联合会 住房公积金管理中心 经济开发区管理委员会 河长制办公室"
    ).split(),
    "石桥市": (
        "人民政府 人民政府办公厅 市场监督管理局 实验小学 中医院 文学艺术界联合会 供销合作社联合社 融媒体中心 "
        "城市管理综合执法支队 东湖街道办事处 老龄工作委员会 国有资产监督管理委员会 文化馆 高新技术产业开发区管委会 "
        "红十字会 气象局"
    ).split(),
    "临江区": (
        "人民政府 人民政府办公室 投资促进服务中心 青年宫 公共就业服务局 城市运行管理平台 第二中学 疾病预防控制中心 "
        "水文站 政务数据局 北山街道红旗社区居民委员会 森林公园管理处 机关事务服务中心"
    ).split(),
    "松原旗": (
        "人民政府 草原监督管理站 乌兰牧骑 民族事务委员会 苏木中心小学 自来水有限责任公司 医疗保障局 国有林场 "
        "宗教事务局 计划生育协会 农牧和科技局 烈士陵园管理所"
    ).split(),
    "平川县": (
        "人民政府 人民政府办公室 水务集团 职业教育中心学校 金融工作办公室 应急管理局 武装部 粮食储备库 "
        "大数据发展中心 审批服务执法局 老干部活动中心 重点项目推进组 新区建设指挥部 信访局"
    ).split(),
    "龙湾镇": (
        "人民政府 社会治安综合治理中心 财政所 中心卫生院 农业技术推广站 三官村村民委员会 退役军人服务站 综合执法队 "
        "党群服务中心 敬老院"
    ).split(),
}
_MATTERS = ("做好汛期安全工作", "规范校外托管机构管理", "开展农村供水专项检查", "调整公共停车收费", "加强古树名木保护")
_BODY = (
    "为进一步规范有关工作，保障群众合法权益，根据2018年11月2日印发的有关文件要求，现就有关事项通知如下，请认真贯彻执行。",
    "一、提高认识。各单位要高度重视，明确专人负责，按照职责分工抓好各项任务落实，确保取得实效。",
    "二、强化督导。县财政局会同有关部门自2019年3月1日起开展检查，对落实不力的予以通报。",
)
_NAMES = ("李  明", "王建国", "欧阳文", "赵  海")
_DIGITS = "〇一二三四五六七八九"
_TENS = ("", "十", "二十", "三十")
_WIDE, _LEFT, _SIZE = 28, 72, 16


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter's lines, each with how it is set: "centre", "body", "left", "right" or "ends" (at both, by a tab)."""

    layout: str
    lines: Sequence[tuple[str, str]]
    issuer: str
    written_on: date


def letters(place: str) -> list[Letter]:
    """Make six letters of each layout by the agencies of a place."""
    return [
        make(place, random.Random(f"{place}{number}{make.__name__}"))  # noqa: S311  # not a secret
        for number in range(6)
        for make in LAYOUTS
    ]


def write(letter: Letter, kind: str, path: Path) -> Path:
    """Write a letter as a file of one of the ``FORMATS``."""
    path = path.with_suffix(f".{kind}")
    if kind == "docx":
        return write_docx(path, lambda document: _fill(document, letter))
    if kind == "pdf":
        return pdf(path, lambda canvas: _draw(canvas, letter))
    if kind == "html":
        lines = "".join(f'<p class="{how}">{escape(text)}</p>'.replace("\t", "　　") for how, text in letter.lines)
        path.write_text(f'<meta charset="utf-8"><div id="zoom">{lines}</div>', encoding="utf-8")
    else:
        path.write_text("\n".join(text.replace("\t", "    ") for _, text in letter.lines), encoding="utf-8")
    return path


def _plain(place: str, chance: random.Random) -> Letter:
    """A letter with signature, day and mark on lines of their own, and the imprint in two."""
    issuer, day = _agency(place, chance), _a_day(chance)
    title = f"{issuer if chance.random() < 0.5 else ''}关于{chance.choice(_MATTERS)}的通知"
    lines = [("centre", title), ("left", "各镇人民政府、街道办事处，县政府各部门："), *_body()]
    lines += [("right", issuer), ("right", _written(day, chance)), ("body", "（此件公开发布）")]
    return Letter("通知", [*lines, *_imprint(place, day, chance)], issuer, day)


def _on_one_line(place: str, chance: random.Random) -> Letter:
    """A reply with its number, and a signature that has the day on its own line, perhaps sealed."""
    issuer, day = _agency(place, chance), _a_day(chance)
    seal = chance.choice(("", "（盖章）", "（公章）"))
    lines = [("centre", f"关于{chance.choice(_MATTERS)}建议的答复"), ("centre", f"云字〔{day.year}〕{day.day}号")]
    lines += [("left", "李明代表："), *_body(), ("right", f"{issuer}{seal}  {_written(day, chance)}")]
    lines += [("left", "公开方式：主动公开"), *_imprint(place, day, chance)]
    return Letter("答复", lines, issuer, day)


def _decree(place: str, chance: random.Random) -> Letter:
    """A decree, signed by the head of the agency, before what it publishes."""
    issuer, day = f"{place}人民政府", _a_day(chance)
    chief = f"{place[-1]}长"
    head = chance.choice((chief, "  ".join(chief), f"代{chief}")) + chance.choice(("：", "  ")) + chance.choice(_NAMES)
    lines = [("centre", f"{issuer}令"), ("centre", f"第{chance.randint(1, 90)}号")]
    lines += [("body", "《河道管理办法》已经县政府常务会议通过，现予公布。"), ("right", head)]
    lines += [("right", _written(day, chance)), ("centre", "河道管理办法")]
    lines += [("body", "第一条 为了加强河道管理，制定本办法。"), ("body", "第二条 本办法自2022年5月1日起施行。")]
    return Letter("令", [*lines, *_imprint(place, day, chance)], issuer, day)


def _joint(place: str, chance: random.Random) -> Letter:
    """A notice of two or three agencies, who sign below or beside each other."""
    signers = [f"{place}{name}" for name in chance.sample(_AGENCIES[place], chance.randint(2, 3))]
    day = _a_day(chance)
    lines = [("centre", f"关于{chance.choice(_MATTERS)}的通告"), *_body(), ("body", "特此通告。")]
    beside = chance.random() < 0.5
    lines += [("ends", "\t".join(signers[:2])), *(("right", each) for each in signers[2:])] if beside else [
        ("right", each) for each in signers
    ]  # fmt: skip
    return Letter("联合通告", [*lines, ("right", _written(day, chance))], "、".join(signers), day)


def _with_another(place: str, chance: random.Random) -> Letter:
    """A letter that passes on another, which has a signature and an older day of its own."""
    issuer, day = _agency(place, chance), _a_day(chance)
    lines = [("centre", f"关于转发{chance.choice(_MATTERS)}文件的通知"), ("left", "各有关单位："), *_body()]
    lines += [("left", "附件：关于有关工作的意见"), ("right", issuer), ("right", _written(day, chance))]
    lines += [("left", "附件"), ("centre", "关于有关工作的意见"), *_body(), ("right", "省应急管理厅")]
    lines += [("right", _written(day - timedelta(days=40), chance)), ("left", "信息公开选项：主动公开")]
    return Letter("转发", [*lines, *_imprint(place, day, chance)], issuer, day)


LAYOUTS: tuple[Callable[[str, random.Random], Letter], ...] = (_plain, _on_one_line, _decree, _joint, _with_another)


def _agency(place: str, chance: random.Random) -> str:
    return f"{place}{chance.choice(_AGENCIES[place])}"


def _body() -> list[tuple[str, str]]:
    return [("body", text) for text in _BODY]


def _imprint(place: str, day: date, chance: random.Random) -> list[tuple[str, str]]:
    """The lines at the end of a letter that say when and by whom it was printed, days after it was written."""
    printed = f"{_arabic(day + timedelta(days=chance.randint(1, 9)))}印发"
    copies = [("left", "抄送：县委办公室，县人大常委会办公室，县政协办公室。")] if chance.random() < 0.6 else []
    office = f"{place}人民政府办公室"
    form = chance.randrange(3)
    if form == 0:
        return [*copies, ("ends", f"{office}\t{printed}")]
    return [*copies, *([("left", office), ("left", printed)] if form == 1 else [("left", f"{office} {printed}")])]


def _a_day(chance: random.Random) -> date:
    return date(2020, 1, 1) + timedelta(days=chance.randint(0, 1_800))


def _written(day: date, chance: random.Random) -> str:
    form = chance.randrange(3)
    if form == 0:
        year = "".join(_DIGITS[int(digit)] for digit in str(day.year))
        return f"{year}年{_numeral(day.month)}月{_numeral(day.day)}日"
    return _arabic(day) if form == 1 else f"{day.year} 年 {day.month} 月 {day.day} 日"


def _arabic(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _numeral(number: int) -> str:
    return _TENS[number // 10] + (_DIGITS[number % 10] if number % 10 else "")


def _fill(document: Document, letter: Letter) -> None:
    set_as = {"centre": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
    for how, text in letter.lines:
        paragraph = document.add_paragraph(text)
        if how in set_as:
            paragraph.alignment = set_as[how]


def _draw(canvas: Canvas, letter: Letter) -> None:
    """Set the lines of a letter as offices do: two characters of indent, and signatures flush right."""
    y = 760
    for how, text in letter.lines:
        for line in _broken(f"　　{text}" if how == "body" else text):
            beginning, _, end = line.partition("\t")
            x = {"centre": (_WIDE - _width(line)) / 2, "right": _WIDE - _width(line)}.get(how, 0)
            put(canvas, _LEFT + x * _SIZE, y, beginning, _SIZE)
            if end:
                put(canvas, _LEFT + (_WIDE - _width(end)) * _SIZE, y, end, _SIZE)
            y -= 26
            if y < 80:
                canvas.showPage()
                y = 760
    canvas.showPage()


def _broken(text: str) -> Iterator[str]:
    line = ""
    for character in text:
        if _width(line + character) > _WIDE:
            yield line
            line = ""
        line += character
    yield line


def _width(text: str) -> float:
    return sum(0.5 if each.isascii() else 1 for each in text)
