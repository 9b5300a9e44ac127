"""What staff want shown above the results of searches (优先答复): lines of best-bets.tsv, to add, change and delete."""

from collections.abc import Mapping
from contextlib import ExitStack

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from archive import reasons
from archive.plain import one_line
from archive.registers import recommended
from archive.registers.roles import Act
from web.http.current import services
from web.http.parameters import number
from web.installation import best_bets as recommending_file
from web.installation.best_bets import BadBestBets, BestBets, bet_of
from web.installation.best_bets_file import Entry, Overtaken, Seen, change, look
from web.search.bets import Unshown, unshown
from web.staff.guard import allowed, current

recommending = Blueprint("recommending", __name__, url_prefix="/best-bets")
FIELDS = ("asked", "title", "address", "text", "until")
_OVERTAKEN = "您打开这一页之后，优先答复已经由别人改过，这次操作没有进行。请看过现在的内容再提交。"


@recommending.get("")
@allowed(Act.RECOMMEND)
def listed() -> Response:
    return _page()


@recommending.post("/<any(add, change, delete):act>")
@allowed(Act.RECOMMEND)
def acted(act: str) -> Answer:
    """Add, change or delete a line. The file must be as it was seen."""
    form, path = request.form, services().settings.data / recommending_file.FILE
    line = None if act == "add" else number(form.get("line", ""))
    if act != "add" and line is None:
        return _page("表单不完整，请在这一页上重新操作。", status=400)
    columns = None if act == "delete" else tuple(one_line(form.get(name, "")) for name in FIELDS)
    place = "new" if line is None else str(line)
    try:
        seen = look(path)
        if seen.state != form.get("state", ""):
            raise Overtaken
        was = next((each for each in seen.entries if each.line == line), None)
        if columns is not None:
            _check(seen, line, columns)
        with ExitStack() as noting:
            # Noted within the transaction that the rename of the file ends.
            change(
                path,
                seen.state,
                line,
                columns,
                lambda: noting.enter_context(
                    recommended.noted(
                        services().catalogue,
                        current().account.person,
                        _said(was.columns if was else ()),
                        _said(columns),
                    )
                ),
            )
    except Overtaken:
        return _page(_OVERTAKEN, place=place, status=409)
    except BadBestBets as bad:
        return _page(bad.reason, bad.field, place, 409)
    except OSError as error:
        return _page(f"优先答复的文件不能读写：{reasons.why(error)}。请告知系统管理员。", place=place, status=409)
    return redirect("/best-bets", 303)


def _check(seen: Seen, line: int | None, columns: tuple[str, ...]) -> None:
    """Hold what was typed against the rules of the file, and against what would be shown. Raises BadBestBets."""
    if columns[0].startswith("#"):
        raise BadBestBets(line or 0, "检索词不能以“#”开头，这样的行是注释。", "asked")
    bet = bet_of(line or 1 + max((each.line for each in seen.entries), default=0), "\t".join(columns))
    others = [each.bet for each in seen.entries if each.bet and each.line != line]
    table = BestBets(sorted([*others, bet], key=lambda each: each.line))
    if hindrance := unshown(services(), table).get(bet.line):
        raise BadBestBets(bet.line, f"{hindrance.why}。", hindrance.field)


def _said(columns: tuple[str, ...] | None) -> str:
    return "｜".join(filter(None, columns or ()))


def _page(wrong: str = "", field: str = "", place: str = "", status: int = 200) -> Response:
    """Return the page. ``place`` is the line, or "new", whose form was refused; it is shown as it was sent."""
    unusable = ""
    try:
        seen = look(services().settings.data / recommending_file.FILE)
    except BadBestBets as bad:
        seen, unusable = Seen((), ""), str(bad)
    except OSError as error:
        seen, unusable = Seen((), ""), f"优先答复的文件不能读：{reasons.why(error)}。"
    typed = {name: request.form.get(name, "") for name in FIELDS} if place and request.method == "POST" else {}
    hindrances = unshown(services(), seen.table)
    page = render_template(
        "desk/best-bets.html",
        **{"entries": [_shown(each, hindrances) for each in seen.entries], "state": seen.state, "unusable": unusable},
        **{"wrong": wrong, "field": field, "place": place, "typed": typed, "limits": recommending_file},
    )
    return Response(page, status)


def _shown(entry: Entry, hindrances: Mapping[int, Unshown]) -> dict[str, object]:
    """Return a line as the page shows it, with what is the matter with it today."""
    hindrance = hindrances.get(entry.line)
    told = dict(zip(FIELDS, (*map(one_line, entry.columns), *[""] * len(FIELDS)), strict=False))
    return {"line": entry.line, **told, "why": entry.wrong or (hindrance.why + "。" if hindrance else "")}
