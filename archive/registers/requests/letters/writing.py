"""Writes a letter: the text of its kind, filled in with the facts of a request."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from archive.errors import BadLetters
from archive.official import Paper, written
from archive.plain import lines, one_line
from archive.registers.requests.letters.kinds import AGAIN, KINDS, OF_CONTENT, OPENING, REMEDIES, Blank, Kind
from archive.registers.requests.letters.office import Office
from archive.registers.requests.letters.texts import BLANK, Text, Texts
from archive.registers.requests.outcomes import Content, Remedy

# Where a sentence goes on after what is filled in, that one's own end is left out.
END = " 。．.；;，,、"
_ENDS = BLANK.pattern + f"(?P<on>[{END[1:]}）]?)"
_UNCERTAIN = "届满年度的放假安排公布后按工作日推算的日期"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a request, as far as a letter needs it. What isn't known is "" or None.

    ``personal`` is what else of the applicant must not become public: contact, address, identity. ``concerned`` is
    what of others a request asks for, ``ground`` why an act is done, ``days`` those of an extension.
    ``extended`` is the last day after it. ``contents`` are what the outcome's letter must contain. ``searched`` are the
    numbers of the frozen search records on which an answer may rest that nothing is there (``Searches.proofs``); None
    where no record is asked for, of an imported request. ``decision`` is what an answer follows that is given anew;
    None of every other.
    """

    request: str
    applicant: str = ""
    organisation: bool = False
    personal: tuple[str, ...] = ()
    wanted: str = ""
    submitted: date | None = None
    received: date | None = None
    due: date | None = None
    supplement: str = ""
    supplement_by: date | None = None
    third_party: str = ""
    other_organ: str = ""
    concerned: str = ""
    days: int | None = None
    extended: date | None = None
    ground: str = ""
    disclosed: str = ""
    fee: str = ""
    paying: str = ""
    contents: Mapping[Content, str] = field(default_factory=dict)
    searched: Collection[str] | None = None
    decision: str | None = None

    def values(self) -> dict[Blank, str]:
        """Return what fills each blank, without those for which nothing is known."""
        stated = {
            Blank.REQUEST: one_line(self.request),
            Blank.APPLICANT: one_line(self.applicant),
            Blank.YOU: "你单位" if self.organisation else "您",
            Blank.WANTED: one_line(self.wanted),
            Blank.SUBMITTED: written(self.submitted),
            Blank.RECEIVED: written(self.received),
            # Only from late autumn on: the next year's holidays are not known yet.
            Blank.DUE: written(self.due) or _UNCERTAIN,
            Blank.SUPPLEMENT: lines(self.supplement).strip(),
            Blank.SUPPLEMENT_BY: written(self.supplement_by),
            Blank.THIRD_PARTY: one_line(self.third_party),
            Blank.OTHER_ORGAN: one_line(self.other_organ),
            Blank.CONCERNED: one_line(self.concerned),
            Blank.EXTENSION: str(self.days or ""),
            Blank.EXTENDED: written(self.extended) or (_UNCERTAIN if self.days else ""),
            Blank.GROUND: lines(self.ground).strip(),
            Blank.DISCLOSED: lines(self.disclosed).strip(),
            Blank.FEE: lines(self.fee).strip(),
            Blank.PAYING: lines(self.paying).strip(),
            Blank.DECISION: one_line(self.decision or ""),
        }
        stated |= {OF_CONTENT[content]: lines(said).strip() for content, said in self.contents.items()}
        return {blank: said for blank, said in stated.items() if said}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a kind, as it stands on paper; ``missing`` are blanks for which nothing is known."""

    kind: Kind
    paper: Paper
    missing: tuple[Blank, ...] = ()


def write(id: str, facts: Facts, office: Office, texts: Texts, number: str = "", dated: date | None = None) -> Letter:
    """Write a letter. A blank for which nothing is known stays as it is, so that a preview shows it.

    Raises BadLetters when its text, or one that it shares, can't be used; KeyError for an unknown kind.
    """
    kind = KINDS[id]
    text = _usable(texts, id)
    values = known(facts, office)
    shared: dict[Blank, list[str]] = {}
    if kind.answer:
        shared[Blank.OPENING] = [OPENING] if facts.decision is None else [OPENING, AGAIN]
        shared[Blank.REMEDIES] = [REMEDIES[office.remedy(kind.answer)]]
    for blank, ids in shared.items():
        values[blank] = "\n".join(_shared(each, known(facts, office), texts) for each in ids)
    paper = Paper(
        title=(office.organ, _filled(text.title, values)),
        number=number,
        addressee=_filled(text.addressee, values),
        body=tuple(_filled(line, values) for line in text.body),
        signed=office.organ,
        dated=dated,
    )
    used = _used([text, *(_usable(texts, each) for ids in shared.values() for each in ids)])
    return Letter(kind, paper, tuple(blank for blank in Blank if blank in used - values.keys()))


def known(facts: Facts, office: Office) -> dict[Blank, str]:
    """Return what fills each blank, of the request and of the office."""
    return {**office.words, **facts.values()}


def remedies(which: Remedy, facts: Facts, office: Office, texts: Texts) -> str:
    """Return the paragraphs on remedies. Raises BadLetters."""
    return _shared(REMEDIES[which], known(facts, office), texts)


def _shared(id: str, values: Mapping[Blank, str], texts: Texts) -> str:
    return _filled("\n".join(_usable(texts, id).body), values)


def _used(texts: Iterable[Text]) -> set[Blank]:
    return {Blank(name) for text in texts for line in text.lines for name in BLANK.findall(line)}


def _usable(texts: Texts, id: str) -> Text:
    if id not in texts:
        raise BadLetters(f"文书的文本 {id}.txt 不能用，请运行 gongkai letters check，按提示改正。")
    return texts[id]


def _filled(line: str, values: Mapping[Blank, str]) -> str:
    """Fill in a line once: what a value holds is never taken for a blank."""
    by_name = {blank.value: said for blank, said in values.items()}

    def said(blank: re.Match[str]) -> str:
        value, on = by_name.get(blank[1], f"{{{{{blank[1]}}}}}"), blank["on"]
        return (value.rstrip(END) if on else value) + on

    return re.sub(_ENDS, said, line)
