"""What ``site.toml`` says about a search that names a place, an agency or its telephone, or asks how to apply.

A place or an agency is meant only if nothing of the search is left over: 图书馆开放时间 asks the library, and
图书馆建设招标 does not.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from archive.chinese.text import normalise
from web.installation.best_bets import COURTESY, LONGEST_ASKED
from web.installation.county import Contact, County, Office, QueryPoint
from web.search.views import BetView

# How many of the places that one name means are shown at most.
MOST = 3
_SAYS, _AS_OF = "本站公布的联系信息", "核对"
_PLACE = re.compile(r"^(\w{2,4}?)([县市区])(?=\w{3})")
_POINT = re.compile(r"(?:政府)?(?:信息)?(?:公开)?查[阅询](?:点|场所|中心|室)$")
# Sentences about applications, which the guide answers.
_APPLY = re.compile(
    r"依申请公开|申请公开(?:政府)?信息|(?:政府)?信息公开(?:的)?申请(?:表|书)?|申请(?:政府)?信息公开|(?:政府)?信息公开指南|公开指南"
    r"|公开申请(?:表|书)?|申请公开"
)
_POINTS = re.compile(r"(?:政府)?(?:信息)?(?:公开)?查[阅询](?:点|场所|终端)")
# A telephone number, and how many digits one has without its area code.
_NUMBER = re.compile(r"\(?\d[\d()-]{3,14}\d")
_LOCAL = 7
# What is asked of a place: how to reach it, and when.
_ASKED = re.compile(
    r"开放时间|开门时间|开馆时间|闭馆时间|营业时间|上班时间|下班时间|办公时间|工作时间|服务时间|作息时间|时间|几点(?:钟)?(?:开门|关门|上班|下班|开馆|闭馆)?"
    r"|联系电话|咨询电话|办公电话|电话号码|电话|号码|联系方式|怎么联系|如何联系|联系|地址|地点|位置|怎么走|怎么去|在哪(?:里|儿)?"
    r"|开门|关门|上班|下班|开馆|闭馆|开放|星期[一二三四五六日天]|周[一二三四五六日末]"
)
_HOW = re.compile(
    r"表格|流程|程序|条件|材料|期限|时限|多久|几天|多少天|收费|费用|要钱|多少钱|网上|邮寄|当面|办理|答复|提交|填写|下载|向谁|找谁|书写|写什么"
)
_NEEDLESS = re.compile(
    r"怎么样?|怎样|如何|什么时候|什么|多少|哪里|哪儿|哪些|哪|是否|可以|能|要|想|去|查|找|看|我|有|在|是|了|" + COURTESY
)


def of_site(county: County, typed: str) -> list[BetView]:
    """Return what ``site.toml`` says about a search."""
    text = normalise(typed)
    if len(text) > LONGEST_ASKED:
        return []
    if reached := [each for each in _places(county) if _reached_by(each, text)]:
        return _first(reached, county)
    if _nothing_left(text, _APPLY, _HOW, _ASKED) and _APPLY.search(text):
        return [_guide(county)]
    named = [(each, _longest(text, _names(each))) for each in _places(county)]
    longest = max((len(name) for _, name in named), default=0)
    found = [each for each, name in named if name and len(name) == longest and _asks_about(name, text)]
    if not found and _POINTS.search(text) and _nothing_left(text, _POINTS, _ASKED):
        found = list(county.query_points)
    if not found and _ASKED.search(text) and _nothing_left(text, _ASKED):
        # Nobody is named, so this office is meant.
        found = [*([county.requests] if county.requests else []), *county.query_points]
    return _first(found, county)


def _first(found: Sequence[Office | QueryPoint | Contact], county: County) -> list[BetView]:
    """Return the first places. The last of them says how many more there are, and where."""
    shown = [_place(each, county) for each in found[:MOST]]
    if rest := found[MOST:]:
        shown[-1] = replace(shown[-1], rest=len(rest), rest_url=_place(rest[0], county).url)
    return shown


def _reached_by(place: Office | QueryPoint | Contact, text: str) -> bool:
    """Return whether a search is for a place's telephone number, with its area code or without."""
    number = _NUMBER.search(text)
    if number is None or not _nothing_left(text.replace(number[0], " ", 1), _ASKED):
        return False
    typed = _digits(number[0])
    for each in _NUMBER.findall(normalise(place.phone)):
        told = _digits(each)
        if typed == told or min(len(typed), len(told)) >= _LOCAL and (told.endswith(typed) or typed.endswith(told)):
            return True
    return False


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _places(county: County) -> list[Office | QueryPoint | Contact]:
    office = [county.requests] if county.requests else []
    return [*office, *county.query_points, *county.contacts]


# Of every search, and the places don't change.
@lru_cache(1000)
def _names(place: Office | QueryPoint | Contact) -> frozenset[str]:
    """Return what a place is called: 云溪县图书馆查阅点, 云溪县图书馆, 县图书馆, 图书馆, and what ``also`` says."""
    name = place.office if isinstance(place, Office) else place.name
    names = {name, _POINT.sub("", name)}
    for each in tuple(names):
        if match := _PLACE.match(each):
            rest = each[match.end() :]
            names |= {rest, match[2] + rest, match[1] + rest}
    names |= set(place.also.split("、"))
    return frozenset(form for form in map(normalise, names) if len(form) > 1)


def _longest(text: str, names: frozenset[str]) -> str:
    return max((name for name in names if name in text), key=len, default="")


def _asks_about(name: str, text: str) -> bool:
    return _nothing_left(text.replace(name, " ", 1), _POINTS, _ASKED)


def _nothing_left(text: str, *patterns: re.Pattern[str]) -> bool:
    """Return whether a search says nothing but these. Each takes its part from what those before it have left."""
    for pattern in (*patterns, _NEEDLESS):
        text = pattern.sub(" ", text)
    return not text.strip()


def _place(place: Office | QueryPoint | Contact, county: County) -> BetView:
    name, anchor = (place.office, "") if isinstance(place, Office) else (place.name, _ANCHORS[type(place)])
    return BetView(name, f"/guide{anchor}", False, "", _facts(place), _SAYS, _AS_OF, county.as_of)


_ANCHORS: dict[type, str] = {QueryPoint: "#points", Contact: "#contacts"}


def _facts(place: Office | QueryPoint | Contact) -> list[tuple[str, str]]:
    told = [("电话", place.phone), ("时间", place.hours), ("地址", place.address)]
    return [(label, value) for label, value in told if value]


def _guide(county: County) -> BetView:
    """Return how to apply for what is not disclosed: the guide's first sentences, and to whom."""
    office = county.requests
    facts = [("受理机构", office.office), *_facts(office)] if office else []
    said = "没有主动公开的政府信息，可以填写申请表，当面或者邮寄提交。收到申请之日起二十个工作日内答复，一般不收费。"
    return BetView(
        "依申请公开办理说明", "/guide", False, said, facts, "本站的办理说明", _AS_OF if office else "", county.as_of
    )
