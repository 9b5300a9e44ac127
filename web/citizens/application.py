"""The form by which citizens ask for information: a page to fill in and print, and the same as docx.

It asks for what article 29 of the 政府信息公开条例 (2019) lists and for nothing else: not for a purpose. Nothing that
is filled in is sent, stored or kept: fields are in no ``<form>``, and the page's script empties them when it is left.
"""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from flask import Blueprint, Response, abort, g, render_template, send_file

from archive.extract.mediatype import DOCX
from web.http.current import services
from web.installation.county import Office

TITLE, FILE = "政府信息公开申请表", "政府信息公开申请表.docx"
# Millimetres, for handwriting.
_WIDTHS, _ROW, _ORDER = (44, 112), 10, "一二"


@dataclass(frozen=True, slots=True)
class Field:
    """A field: one line, several (``lines``), or one of ``choices``. ``hint`` says how to fill it in."""

    id: str
    label: str
    hint: str = ""
    lines: int = 1
    choices: tuple[str, ...] = ()


SECTIONS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    (
        "申请人",
        (
            # The columns of the annual report's table three.
            Field(
                *("kind", "申请人类别"),
                choices=("公民", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他组织"),
            ),
            Field("name", "姓名或者名称"),
            Field("identity", "身份证明", "公民写证件名称和号码，组织写统一社会信用代码；请附复印件"),
            Field("contact", "联系人", "组织填写"),
            Field("phone", "联系电话"),
            Field("address", "通信地址和邮政编码"),
            Field("mail", "电子邮箱"),
        ),
    ),
    (
        "申请公开的政府信息",
        (
            Field("wanted", "名称、文号或者其他特征", "写明名称、文号，或者便于查找的时间、地点、事项", lines=5),
            Field("form", "提供的形式", choices=("纸质", "电子", "现场查阅、抄录")),
            Field("way", "获取的途径", choices=("当面领取", "邮寄", "电子邮箱")),
        ),
    ),
)
SIGNATURE = ("申请人签名或者盖章", "申请日期")
# Each with the article that says so.
TERMS = (
    "当面提交的，提交之日为收到申请之日；邮寄并需签收的，签收之日为收到申请之日；平常信函、传真和互联网提交的，"
    "双方确认之日为收到申请之日（条例第三十一条）。",
    "能够当场答复的，当场答复；不能当场答复的，自收到申请之日起20个工作日内答复。需要延长的，另行告知，最长再延长"
    "20个工作日。征求第三方和其他机关意见的时间不计算在内（条例第三十三条）。",
    "申请内容不明确的，自收到申请之日起7个工作日内一次性告知补正，答复期限自收到补正的申请之日起计算；无正当理由"
    "逾期不补正的，视为放弃申请（条例第三十条）。",
    "书写确有困难的，可以口头提出，由受理的机关代为填写（条例第二十九条）。",
)
application = Blueprint("application", __name__)


@application.get("/guide/application")
def page() -> Response:
    ways = handing_in(services().county.requests)
    shown = render_template("application.html", sections=SECTIONS, signature=SIGNATURE, terms=TERMS, ways=ways)
    # Not kept by the browser either, so that going back shows an empty page.
    return Response(shown, headers={"Cache-Control": "no-store"}, mimetype="text/html")


@application.get("/guide/application.docx")
def form() -> Response:
    if g.visitor.terminal:
        # A machine that everybody uses keeps no files.
        abort(403)
    # It spells the file's name as a header can carry it.
    written = BytesIO(_docx(services().county.requests))
    return send_file(written, mimetype=DOCX, as_attachment=True, download_name=FILE)


def handing_in(office: Office | None) -> list[str]:
    """Return how to hand in a form, as far as the county says it."""
    if office is None:
        return ["请向制作该信息的行政机关提交；不清楚的，问本级人民政府的政府信息公开工作主管部门。"]
    by_post = f"{office.address}{office.postcode and f'，邮编 {office.postcode}'}"
    ways = (
        (office.address, f"当面提交、邮寄：{by_post}（信封上注明“政府信息公开申请”）"),
        (office.email, f"电子邮箱：{office.email}"),
        (office.phone, f"咨询电话：{office.phone}"),
        (office.hours, f"办公时间：{office.hours}"),
    )
    return [f"受理机构：{office.office}", *(said for there, said in ways if there)]


@lru_cache(maxsize=4)
def _docx(office: Office | None) -> bytes:
    # Word's library is loaded only when somebody asks for the file.
    from archive.official import Paper, Table, docx_of

    body: list[str | Table] = []
    for name, fields in SECTIONS:
        rows = [(field.label, _blank(field)) for field in fields]
        heights = tuple(field.lines * _ROW for field in fields)
        body += [f"{_ORDER[len(body) // 2]}、{name}", Table(tuple(rows), _WIDTHS, head=0, heights=heights)]
    signed = tuple((each, "") for each in SIGNATURE)
    body += [Table(signed, _WIDTHS, head=0, heights=(_ROW,) * len(signed))]
    body += ["三、怎样提交", *handing_in(office), "四、多久答复", *TERMS]
    return docx_of(Paper((TITLE,), body=tuple(body)))


def _blank(field: Field) -> str:
    """Return what stands in a field's cell: boxes to tick, or how to fill it in and room."""
    if field.choices:
        return "　".join(f"□{choice}" for choice in field.choices)
    return f"（{field.hint}）" if field.hint else ""
