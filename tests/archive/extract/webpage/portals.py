"""Making pages in the structures that the content systems of county sites have, of which the text is known.

The structures lie in ``structures/``: those of ``known/``, by which rules were chosen, and those of ``apart/``, which
were measured before they were looked at. Each shows two of five documents, in two of four ways of setting paragraphs.
What a site prints around its documents differs from page to page, as it does there.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

STRUCTURES = Path(__file__).with_name("structures")
_MENU = "".join(
    f'<li><a href="/{at}/">{name}</a></li>'
    for at, name in enumerate(("首页", "政务公开", "办事服务", "互动交流", "走进云溪", "数据开放"))
)
_RELATED = "".join(
    f'<li><a href="/x/{at}.html">云溪县{what}的通知</a><span>2024-02-{at + 10}</span></li>'
    for at, what in enumerate(("关于做好春季防火", "关于开展安全检查", "关于公布校车线路", "关于清理户外广告"))
)
_FOOT = (
    "<p>主办单位：云溪县人民政府办公室　承办单位：云溪县大数据中心　地址：云溪县人民路1号，邮政编码：276700</p>"
    "<p>鲁ICP备05000000号　网站标识码：3713290000　建议使用1366*768分辨率，IE9.0以上版本浏览器浏览本站</p>"
)
_SHARE = '<div class="share"><p>分享文章到</p><a>微信</a> <a>微博</a><p>取消</p><p>回到</p></div>'
_NEXT = '<p>上一篇：<a href="/1">关于甲的通知</a></p><p>下一篇：没有了</p>'
_SIZES = "浏览字号：<a>大</a> <a>中</a> <a>小</a>"
# The metadata that the standard for government sites asks for.
_STANDARD = (
    '<meta name="SiteName" content="云溪县人民政府"><meta name="ColumnName" content="通知公告">'
    '<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2024-03-06 10:00">'
    '<meta name="ContentSource" content="县农业农村局"><meta name="Url" content="http://www.yunxi.example/art/1.html">'
)
_BLOCKS = {"menu": _MENU, "related": _RELATED, "foot": _FOOT, "share": _SHARE, "next": _NEXT, "sizes": _SIZES}
# The files that pages link to or show in a frame.
_FILES = {
    "boda": ("补贴名单.xlsx",),
    "trs": ("申报表.docx", "P020240306002.pdf"),
    "framed": ("plan.pdf",),
    "files-inside": ("报名表.doc",),
    "embedded": ("plan2.pdf",),
}
# What a structure has of its own in the document.
_MORE = {"files-inside": ("附件下载：", "报名表")}
# What one of the portals escapes twice.
_ESCAPED = {
    "，": "&amp;#65292;",
    "、": "&amp;#x3001;",
    "（": "&amp;#65288;",
    "）": "&amp;#65289;",
    "&nbsp;": "&amp;nbsp;",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document's title and its paragraphs; cells of a table row are parted by tabs."""

    title: str
    paragraphs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Portal:
    """A page, with the document that it shows and the names of the files that belong to it."""

    structure: str
    html: str
    document: Document
    files: Sequence[str] = ()


DOCUMENTS = (
    Document(
        "关于加强电动自行车管理的通知",
        (
            "各镇人民政府、街道办事处，县政府各部门：",
            "为规范全县电动自行车的登记和通行，保障道路交通安全，根据有关法律法规，现就有关事项通知如下。",
            "一、总体要求",
            "坚持预防为主、综合治理，统筹发展和安全，努力营造良好的道路交通环境，维护群众生命财产安全。",
            "二、工作措施",
            "（一）加强源头管理。市场监管部门要加强对销售单位的检查，依法查处销售不合格产品的行为。",
            "（二）规范停放充电。住宅小区应当设置集中停放场所和充电设施，禁止在楼道停放、充电。",
            "云溪县人民政府办公室",
            "2024年3月5日",
            "（此件公开发布）",
        ),
    ),
    Document(
        "2023年度农机购置补贴资金使用情况公示",
        (
            "根据有关要求，现将2023年度农机购置补贴资金使用情况公示如下，公示期为七天。",
            "序号\t乡镇\t补贴台数\t补贴资金（元）",
            "1\t青石镇\t12\t36500",
            "2\t柳林镇\t7\t21800",
            "3\t城关街道\t3\t9000",
            "监督电话：0539-0000000",
            "云溪县农业农村局",
            "2024年1月8日",
        ),
    ),
    Document(
        "停水公告",
        ("因人民路供水管网改造，定于3月9日8时至18时停水，请沿线用户提前储水。", "云溪县水务中心", "2024年3月7日"),
    ),
    Document(
        "云溪县古树名木保护办法",
        (
            "第一章 总则",
            "第一条 为了加强古树名木保护，促进生态文明建设，制定本办法。",
            "第二条 本办法所称古树，是指树龄在一百年以上的树木。",
            "第二章 保护措施",
            "第三条 任何单位和个人都有保护古树名木的义务，对损害行为有权劝阻、举报。",
            "第四条 本办法自2024年5月1日起施行。",
        ),
    ),
    Document(
        "关于公布第三批县级非物质文化遗产代表性项目的通告",
        (
            "经专家评审和社会公示，县政府同意将下列项目列为第三批县级非物质文化遗产代表性项目，现予公布。",
            "传统技艺：柳编、黑陶制作",
            "传统舞蹈：云溪高跷",
            "民俗：三月三庙会",
            "各有关部门要按照保护为主、抢救第一、合理利用、传承发展的方针，做好项目的保护和管理工作。",
            "特此通告。",
            "云溪县文化和旅游局",
            "2024年2月20日",
        ),
    ),
)


def portals(part: str) -> list[Portal]:
    """Make two pages of each structure in a part, "known" or "apart"."""
    paths = sorted((STRUCTURES / part).glob("*.html"))
    return [
        _portal(path, DOCUMENTS[(at + turn * 2) % len(DOCUMENTS)], _SETTERS[(at + turn) % len(_SETTERS)])
        for turn in range(2)
        for at, path in enumerate(paths)
    ]


def without_names(page: str) -> str:
    """Take a page's ids and classes, and the names of elements that are not HTML's, so that only its text is left."""
    return re.sub(r'\s(?:id|class)="[^"]*"', "", re.sub(r"</?ucap\w+>", "", page))


def differences(expected: Sequence[str], found: Sequence[str]) -> Iterator[str]:
    """Yield what is missing (-) and what should not be there (+)."""
    left = list(found)
    for line in expected:
        if line in left:
            left.remove(line)
        else:
            yield f"-{line}"
    yield from (f"+{line}" for line in left)


def _portal(path: Path, document: Document, setter: Callable[[Document], str]) -> Portal:
    text = setter(document)
    if path.stem == "escaped":
        text = re.sub("|".join(_ESCAPED), lambda sign: _ESCAPED[sign[0]], text)
    page = path.read_text(encoding="utf-8").replace("{standard}", _STANDARD)
    for name, block in {**_BLOCKS, "text": text, "title": document.title}.items():
        page = page.replace(f"{{{name}}}", block)
    shown = Document(document.title, (*document.paragraphs, *_MORE.get(path.stem, ())))
    return Portal(path.stem, page, shown, _FILES.get(path.stem, ()))


def _by_paragraphs(document: Document) -> str:
    return _set(document, lambda text: f'<p style="text-indent:2em"><span>{text}</span></p>')


def _by_breaks(document: Document) -> str:
    return _set(document, lambda text: f"　　{text}<br>\n<br>\n")


def _by_divs(document: Document) -> str:
    return _set(document, lambda text: f"<div><font size='3'>&nbsp;&nbsp;&nbsp;&nbsp;{text}</font></div>")


def _by_sections(document: Document) -> str:
    return f"<section><section>{_by_paragraphs(document)}</section></section>"


def _set(document: Document, paragraph: Callable[[str], str]) -> str:
    made, rows = "", ""
    for text in (*document.paragraphs, ""):
        if "\t" in text:
            rows += f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in text.split(chr(9)))}</tr>"
            continue
        made += f'<table border="1"><tbody>{rows}</tbody></table>' if rows else ""
        rows = ""
        made += paragraph(escape(text)) if text else ""
    return made


_SETTERS = (_by_paragraphs, _by_breaks, _by_divs, _by_sections)
