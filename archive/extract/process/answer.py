"""What a job says about a file, as JSON: the job writes it, and the caller checks it, for a hostile file may have.

The answer is either ``failed`` with a sentence, or the fields of an Extraction and, where asked for, of its Metadata.
After a task of another kind it is ``told``, what the task says, in one line, and then the bytes that it made.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date

from archive.document import Disclosure, Merged, Metadata, Place, Validity
from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction

_TEXTS = ("number", "index_code", "issuer", "genre", "topic", "column", "source_url")
_DAYS = ("written_on", "published_on", "effective_on", "expires_on", "public_until")
_LONGEST_REASON = 500
# What a process sends instead of an answer's length to ask for more time.
MORE = b"\xff\xff\xff\xff"


def failure(reason: str) -> bytes:
    """Write why a file could not be read."""
    return _written({"failed": reason})


def of(extraction: Extraction, metadata: Metadata | None) -> bytes:
    """Write what was read."""
    answer: dict[str, object] = {
        "title": extraction.title,
        "paragraphs": extraction.paragraphs,
        "stated": dict(extraction.stated),
        "warnings": extraction.warnings,
        "page_date": extraction.page_date,
        "places": [place.listed for place in extraction.places],
        "concealed": extraction.concealed,
        "recognised": extraction.recognised,
        "unread": extraction.unread,
    }
    if metadata is not None:
        days = {name: day.isoformat() for name in _DAYS if (day := getattr(metadata, name)) is not None}
        answer["metadata"] = asdict(metadata) | dict.fromkeys(_DAYS) | days
    return _written(answer)


def made(told: Mapping[str, object], content: bytes) -> bytes:
    """Write what another task says, and what it made."""
    return _written({"told": told}) + b"\n" + content


def _written(answer: Mapping[str, object]) -> bytes:
    # A broken file may contain half a surrogate pair. Unescaped, Chinese takes half the bytes.
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _parsed(payload: bytes | bytearray, broken: ExtractionFailed) -> dict[str, object]:
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise broken from error
    if not isinstance(answer, dict):
        raise broken
    if "failed" in answer:
        raise ExtractionFailed(_line(answer["failed"], broken)[:_LONGEST_REASON])
    return answer


def read_made(payload: bytes | bytearray) -> tuple[dict[str, object], bytes]:
    """Return what a task says and what it made; both are still a stranger's word. Raises ExtractionFailed."""
    broken = ExtractionFailed("处理结果的格式不对，文件可能已损坏。请用办公软件打开并另存后再收。")
    line, _, content = payload.partition(b"\n")
    told = _parsed(line, broken).get("told")
    if not isinstance(told, dict):
        raise broken
    return told, bytes(content)


def read(payload: bytes | bytearray) -> tuple[Extraction, Metadata | None]:
    """Check an answer and return its content. Raises ExtractionFailed for a failure, and for what is no answer."""
    broken = ExtractionFailed("抽取结果的格式不对，文件可能已损坏。请用办公软件打开并另存后再收。")
    answer = _parsed(payload, broken)
    paragraphs = _lines(answer.get("paragraphs"), broken)
    extraction = Extraction(
        title=_perhaps(answer.get("title"), broken),
        paragraphs=paragraphs,
        stated=_mapping(answer.get("stated"), broken),
        warnings=_lines(answer.get("warnings"), broken),
        page_date=_line(answer.get("page_date"), broken),
        concealed=_lines(answer.get("concealed"), broken),
        places=_places(answer.get("places"), paragraphs, broken),
        recognised=_pages(answer.get("recognised"), broken),
        unread=_pages(answer.get("unread"), broken),
    )
    described = answer.get("metadata")
    return extraction, None if described is None else _metadata(described, broken)


def _metadata(value: object, broken: ExtractionFailed) -> Metadata:
    if not isinstance(value, dict):
        raise broken
    texts = {name: _perhaps(value.get(name), broken) for name in _TEXTS}
    printed = {name: _perhaps(value.get(name), broken) for name in (*_DAYS, "validity", "disclosure")}
    try:
        days = {name: date.fromisoformat(day) if (day := printed[name]) else None for name in _DAYS}
        validity = Validity(printed["validity"]) if printed["validity"] else None
        disclosure = Disclosure(printed["disclosure"]) if printed["disclosure"] else None
    except ValueError as error:
        raise broken from error
    return Metadata(
        title=_line(value.get("title"), broken),
        **texts,  # type: ignore[arg-type]  # fields by their names
        **days,  # type: ignore[arg-type]  # fields by their names
        validity=validity,
        disclosure=disclosure,
        other_numbers=_lines(value.get("other_numbers"), broken),
        cited_numbers=_lines(value.get("cited_numbers"), broken),
        sources=_mapping(value.get("sources"), broken),
    )


def _places(value: object, paragraphs: Sequence[str], broken: ExtractionFailed) -> tuple[Place, ...]:
    """Check that places are in rising order and refer to existing paragraphs, and merged cells to existing cells."""
    if not isinstance(value, list):
        raise broken
    found: list[Place] = []
    for each in value:
        if not isinstance(each, list) or len(each) not in (2, 4, 5) or not isinstance(each[0], int):
            raise broken
        if not all(isinstance(flag, bool) for flag in each[4:]):
            raise broken
        if not (found[-1].start if found else -1) < each[0] < len(paragraphs):
            raise broken
        found.append(Place(each[0], _line(each[1], broken)))
    ends = [*(place.start for place in found[1:]), len(paragraphs)]
    for at, (each, end) in enumerate(zip(value, ends, strict=False)):
        if len(each) > 2:
            heads, merged, *flags = each[2:]
            cells = _merged(merged, paragraphs[found[at].start : end], broken)
            place = replace(found[at], heads=heads, merged=cells, recognised=any(flags))
            if not isinstance(heads, int) or not 0 <= heads <= end - place.start:
                raise broken
            found[at] = place
    return tuple(found)


def _pages(value: object, broken: ExtractionFailed) -> tuple[int, ...]:
    """Check that pages are counted from 1, each once and in order."""
    if not isinstance(value, list) or not all(isinstance(each, int) for each in value):
        raise broken
    if any(each <= former for former, each in zip([0, *value], value, strict=False)):
        raise broken
    return tuple(value)


def _merged(value: object, rows: Sequence[str], broken: ExtractionFailed) -> tuple[Merged, ...]:
    """Check that merged cells lie within their rows, and cover no more than all of them have."""
    if not isinstance(value, list):
        raise broken
    widths = [row.count("\t") + 1 for row in rows] if value else []
    room = sum(widths)
    found: list[Merged] = []
    for each in value:
        if not isinstance(each, list) or len(each) != 4 or not all(isinstance(number, int) for number in each):
            raise broken
        merged = Merged(*each)
        room -= merged.rows * merged.columns
        if min(merged.row, merged.column) < 0 or min(merged.rows, merged.columns) < 1 or room < 0:
            raise broken
        if merged.row + merged.rows > len(rows) or merged.column + merged.columns > widths[merged.row]:
            raise broken
        found.append(merged)
    return tuple(found)


def _mapping(value: object, broken: ExtractionFailed) -> dict[str, str]:
    if not isinstance(value, dict):
        raise broken
    return {_line(key, broken): _line(each, broken) for key, each in value.items()}


def _lines(value: object, broken: ExtractionFailed) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise broken
    return tuple(_line(item, broken) for item in value)


def _perhaps(value: object, broken: ExtractionFailed) -> str | None:
    return None if value is None else _line(value, broken)


def _line(value: object, broken: ExtractionFailed) -> str:
    if not isinstance(value, str) or "\n" in value or "\r" in value:
        raise broken
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise broken from error
    return value
