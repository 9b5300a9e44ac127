"""``gongkai search --explain``: why each hit is ranked where it is, as a tree of lines or as JSON."""

import json
from collections.abc import Iterator, Mapping

from indexer import fields, relevance
from indexer.explanation import Explanation, How, Says
from web.search.find import ExplainedPage

# How many hits are explained by default.
HITS = 3
# How many terms are shown, those with the most weight. The others are shown as one sum.
_MOST = 8
_DIGITS = 4
_PASSAGE = 40
_BEFORE = 12
# A sum of up to this many parts is written out.
_IN_LINE = 3
_INDENT = "  "

_LABELS: Mapping[Says, str] = {
    Says.SCORE: "得分",
    Says.CONTENT: "内容",
    Says.TITLE_SHARE: "标题覆盖",
    Says.PRIOR: "先验",
    Says.ALL: "各项条件",
    Says.ANY: "任一条件",
    Says.SYNONYMS: "原词或同义说法",
    Says.PARTLY: "部分相符",
    Says.TEXT: "检索词",
    Says.PHRASE: "短语",
    Says.IN_TITLE: "标题中的",
    Says.LIKE: "相近于",
    Says.OWN_NUMBER: "文号",
    Says.BORNE_NUMBER: "文号",
    Says.CITED_NUMBER: "文号",
    Says.EXCLUDED: "不含",
    Says.CONDITION: "条件",
    Says.TERMS: "词项",
    Says.WEIGHT: "权重",
    Says.WORD: "词",
    Says.GRAM: "二字组",
    Says.RARITY: "稀有度",
    Says.CHARACTERISTIC: "代表性",
    Says.FREQUENCY: "词频",
    Says.PASSAGE: "最佳段落",
    Says.HEADING_TERM: "标题中有",
    Says.PASSAGE_TERM: "段落中有",
    Says.CHARACTERS: "单字",
    Says.CHARACTER: "字",
}
_FIELDS: Mapping[str, str] = {"title": "标题", "number": "文号", "issuer": "发布机构"}
# Steps made of terms. If there are many terms, only those with the most weight are shown.
_OF_TERMS = frozenset({Says.TEXT, Says.PHRASE, Says.IN_TITLE, Says.TERMS, Says.LIKE, Says.PASSAGE, Says.CHARACTERS})
# A term's two factors are shown on its own line.
_TERMS = frozenset({Says.WORD, Says.GRAM})
_NOTES: Mapping[Says, str] = {
    Says.OWN_NUMBER: "为本文件所有",
    Says.BORNE_NUMBER: "本文件另有此号",
    Says.CITED_NUMBER: "本文件引用",
    Says.EXCLUDED: "只作筛选，不计分",
    Says.CONDITION: "只作筛选，不计分",
    Says.WEIGHT: "同义说法，或须近乎全有的文号，折扣计分",
    Says.PARTLY: "没有文件符合全部条件，按所具备的部分计分",
}


def as_json(page: ExplainedPage) -> str:
    found = {
        "query": page.form.q,
        "total": page.total,
        "relaxed": page.relaxed,
        "expansions": [{"word": each.word, "others": list(each.others)} for each in page.expansions],
        "hits": [
            {
                "rank": hit.rank,
                "id": hit.id,
                "title": hit.title,
                "score": hit.explanation.value,
                "explanation": _tree(hit.explanation),
            }
            for hit in page.hits
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=2)


def _tree(step: Explanation) -> dict[str, object]:
    tree: dict[str, object] = {"value": step.value, "says": step.says.value, "how": step.how.value}
    if step.of:
        tree["of"] = step.of
    if step.figures:
        tree["figures"] = dict(step.figures)
    if step.parts:
        tree["parts"] = [_tree(part) for part in step.parts]
    return tree


def as_text(page: ExplainedPage) -> str:
    """Format the explanations as lines, each part below the whole it belongs to."""
    note = "（没有文件符合全部条件，以下部分相符）" if page.relaxed else ""
    lines = [f"共 {page.total} 件{note}"]
    if page.expansions:
        others = "；".join(f"{each.word}（{'、'.join(each.others)}）" for each in page.expansions)
        lines.append(f"已同时检索：{others}")
    for hit in page.hits:
        lines.append(f"{hit.rank:3}. {hit.title}  [{hit.id}]")
        lines += [f"     {line}" for line in _lines(hit.explanation)]
    if page.hits:
        lines.append(f"数值四舍五入到 {_DIGITS} 位小数，按所示数值验算，末位可能有出入。")
    return "\n".join(lines)


def _lines(step: Explanation) -> Iterator[str]:
    """Yield a step's line, and below it the lines of its parts."""
    yield _line(step)
    if step.how is How.BEST:
        counted = max(step.parts, key=lambda part: part.value)
        yield from _below("计入：", counted)
        yield from (f"{_INDENT}未计入：{_named(part)}" for part in step.parts if part is not counted)
    elif step.how is How.SUM and step.says in _OF_TERMS:
        weightiest = sorted(step.parts, key=lambda part: -part.value)
        for part in weightiest[:_MOST]:
            yield from _below("", part)
        if others := weightiest[_MOST:]:
            yield f"{_INDENT}其余 {len(others)} 项合计 {_figure(sum(part.value for part in others))}"
    elif step.says not in _TERMS:
        for part in step.parts:
            yield from _below("", part)


def _below(prefix: str, step: Explanation) -> Iterator[str]:
    first, *others = _lines(step)
    yield f"{_INDENT}{prefix}{first}"
    yield from (_INDENT + line for line in others)


def _line(step: Explanation) -> str:
    note = _note(step)
    return _named(step) + _made(step) + (f"（{note}）" if note else "")


def _named(step: Explanation) -> str:
    of = f"“{step.of}”" if step.of and step.says is not Says.PASSAGE else " "
    return f"{_LABELS[step.says]}{of}{'' if of == ' ' else ' '}{_figure(step.value)}"


def _figure(value: float) -> str:
    return f"{value:.{_DIGITS}f}"


def _made(step: Explanation) -> str:
    """Format how the parts make up the value."""
    count = len(step.parts)
    if step.says is Says.TITLE_SHARE:
        return f" = 1 + {relevance.TITLE:g} × {_figure(step.figures['share'])}"
    if step.how is How.PRODUCT:
        return " = " + " × ".join(map(_named, step.parts))
    if step.how is How.BEST:
        return f"，所符合的 {count} 项中取最高的一项"
    if not count:
        return ""
    if step.says in _OF_TERMS or count > _IN_LINE:
        return f"，{count} 项之和"
    return " = " + " + ".join(map(_named, step.parts))


def _note(step: Explanation) -> str:
    match step.says:
        case Says.WORD | Says.GRAM:
            rarity, frequency = (part.figures for part in step.parts)
            return f"{_spread(rarity)}；{_count(frequency)}"
        case Says.TITLE_SHARE:
            return f"检索词占标题字数的 {step.figures['share']:.0%}"
        case Says.PRIOR:
            lowered = "已废止或失效，降低" if step.value <= fields.LAPSED_PRIOR else "有机器识别的文字，略降"
            return lowered if step.value < 1 else "不升不降"
        case Says.PASSAGE:
            return f"“{_excerpt(step)}”；同在一段的词项再计一次"
        case Says.CHARACTERS:
            return f"在最靠前的 {step.parts[0].figures['documents']:.0f} 件之间比较，文短的得分高"
        case Says.CHARACTER:
            return f"计 {step.figures['count']:.0f} 次，见于其中 {step.figures['having']:.0f} 件"
        case Says.CONDITION if not step.of:
            return "全部文件，不计分"
        case _:
            return _NOTES.get(step.says, "")


def _excerpt(passage: Explanation) -> str:
    """Return the passage, starting shortly before the term with the most weight in it."""
    said = " ".join(passage.of.split())
    standing = [part for part in passage.parts if part.says is Says.PASSAGE_TERM]
    at = said.find(max(standing, key=lambda part: part.value).of) if standing else 0
    start = max(0, at - _BEFORE)
    end = start + _PASSAGE
    return f"{'……' if start else ''}{said[start:end]}{'……' if end < len(said) else ''}"


def _spread(figures: Mapping[str, float]) -> str:
    passages, documents = (f"{figures[name]:.0f}" for name in ("passages", "documents"))
    return f"全库约 {passages} 段中计 {figures['occurrences']:g} 次，见于 {documents} 件"


def _count(figures: Mapping[str, float]) -> str:
    """Format a term's count. Occurrences in titles and other distinguishing fields weigh more than in the text."""
    places = [f"{label} {figures[name]:g}×{fields.WEIGHTS[name]:g}" for name, label in _FIELDS.items() if figures[name]]
    if figures["others"]:
        places.append(f"正文和附件 {figures['others']:g}")
    counted = places[0] if len(places) == 1 else f"{' + '.join(places)} = {figures['count']:g}"
    return f"本文件：{counted} 次，篇幅为平均的 {figures['length']:.2f} 倍"
