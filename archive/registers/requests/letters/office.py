"""What letters say of the office that sends them, and how it numbers them: ``letters/letters.toml`` in the data folder.

::

organ = "云溪县人民政府办公室"       # who signs
address = "云溪县云兴路1号"
postcode = "379900"
phone = "0500-5550112"
review = "云溪县人民政府"            # to whom an application for review goes
court = "云溪县人民法院"

[series]                            # {{年}} and {{序号}}, each once; what the register takes for the office's numbers
answers = "云依申请复〔{{年}}〕{{序号}}号"
notices = "云依申请告〔{{年}}〕{{序号}}号"

[remedies]                          # where the county's lawyers decide otherwise: an answer's id, and A or B
enquiry = "A"
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archive import maintained
from archive.errors import BadLetters
from archive.plain import one_line
from archive.reasons import why
from archive.registers.requests.letters.kinds import KINDS, Blank, Kind, Series
from archive.registers.requests.numbers import Pattern
from archive.registers.requests.outcomes import Answer, Remedy

FOLDER, FILE = "letters", "letters.toml"
_WORDS = {
    "organ": Blank.ORGAN,
    "address": Blank.ADDRESS,
    "postcode": Blank.POSTCODE,
    "phone": Blank.PHONE,
    "review": Blank.REVIEW,
    "court": Blank.COURT,
}
_NEEDED = frozenset({"organ", "address", "phone", "review", "court"})
_LONGEST = 200
_DECIDED = {kind.answer.id for kind in KINDS.values() if kind.answer}


@dataclass(frozen=True, slots=True)
class Office:
    """The office that sends letters. ``words`` fill blanks; ``remedies`` are where its lawyers decide otherwise."""

    words: Mapping[Blank, str]
    series: Mapping[Series, Pattern]
    remedies: Mapping[str, Remedy] = field(default_factory=dict)

    @property
    def organ(self) -> str:
        """Who signs."""
        return self.words[Blank.ORGAN]

    def remedy(self, answer: Answer) -> Remedy:
        """Return which paragraph on remedies the letter of an answer ends with."""
        return self.remedies.get(answer.id, answer.remedy)

    def pattern(self, kind: Kind) -> Pattern:
        """Return how a letter of a kind is numbered."""
        if kind.series is None:
            raise ValueError(f"{kind.id} is no letter")
        return self.series[kind.series]


# For samples, and where the county has not written its own yet.
IMAGINED = Office(
    {
        Blank.ORGAN: "云溪县人民政府办公室",
        Blank.ADDRESS: "云溪县云兴路1号",
        Blank.POSTCODE: "379900",
        Blank.PHONE: "0500-5550112",
        Blank.REVIEW: "云溪县人民政府",
        Blank.COURT: "云溪县人民法院",
    },
    {
        Series.ANSWERS: Pattern("云依申请复〔{{年}}〕{{序号}}号"),
        Series.NOTICES: Pattern("云依申请告〔{{年}}〕{{序号}}号"),
    },
)


def load(data: Path) -> Office | None:
    """Load what a data folder says of its office; None if it says nothing. Raises BadLetters saying what to correct."""
    path = data / FOLDER / FILE
    try:
        held = maintained.read(path)
        stated = tomllib.loads(held.decode("utf-8-sig")) if held is not None else None
    except (OSError, ValueError, RecursionError) as error:
        raise BadLetters(f"{FILE} 读不出来：{why(error)}。") from error
    return None if stated is None else _office(stated)


def _office(stated: Mapping[str, object]) -> Office:
    if unknown := stated.keys() - {*_WORDS, "series", "remedies"}:
        raise BadLetters(
            f"{FILE} 中有不认识的项：{'、'.join(sorted(unknown))}。可用：{'、'.join(_WORDS)}、series、remedies。"
        )
    if lacking := sorted(_NEEDED - stated.keys()):
        raise BadLetters(f"{FILE} 中缺少：{'、'.join(lacking)}。")
    words = {blank: _said(stated[name], name) for name, blank in _WORDS.items() if name in stated}
    series = _table(stated.get("series"), "series")
    if unknown := series.keys() - set(Series):
        raise BadLetters(
            f"{FILE} 的 [series] 中有不认识的项：{'、'.join(sorted(unknown))}。可用：{'、'.join(Series)}。"
        )
    if lacking := sorted(set(Series) - series.keys()):
        raise BadLetters(f"{FILE} 的 [series] 中缺少：{'、'.join(lacking)}。")
    patterns = {each: Pattern(_said(series[each], each)) for each in Series}
    remedies = _table(stated.get("remedies", {}), "remedies")
    for answer, which in remedies.items():
        if answer not in _DECIDED or which not in list(Remedy):
            raise BadLetters(
                f"{FILE} 的 [remedies] 中“{answer} = {which}”不能用，应为一种答复（如 enquiry）和 A 或 B。"
            )
    return Office(words, patterns, {answer: Remedy(str(which)) for answer, which in remedies.items()})


def _table(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise BadLetters(f"{FILE} 中缺少 [{name}]。" if value is None else f"{FILE} 中的 {name} 应写成 [{name}]。")
    return value


def _said(value: object, name: str) -> str:
    said = one_line(value) if isinstance(value, str) else ""
    if not said or len(said) > _LONGEST:
        raise BadLetters(f"{FILE} 中的 {name} 应是 1 到 {_LONGEST} 个字的文字。")
    return said
