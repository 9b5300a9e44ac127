"""Sending a version back with a list: what is wrong in which place; and ticking off what was put right.

The list stays with the document: whoever reviews the next version sees what was said to be put right, by whom.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from archive.decisions import acts, review
from archive.errors import DecisionRefused
from archive.store import audit, noted
from archive.store.catalogue import Catalogue
from archive.store.tables import objections, remedies

# Points of one list, and characters of each: what is longer belongs into a letter.
MOST, LONGEST = 50, 500


@dataclass(frozen=True, slots=True)
class Point:
    """What is wrong in one place: "正文第 3 段", "附件《表》", "检查发现第 2 处", "标题"."""

    place: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """Who said that a point was put right, how, and when (ISO 8601, UTC)."""

    person: str
    note: str
    at: str


@dataclass(frozen=True, slots=True)
class Objection:
    """A point as it is kept; ``remedy`` is None until somebody ticks it off."""

    id: int
    version: int
    number: int
    point: Point
    person: str
    at: str
    remedy: Remedy | None


def send_back(
    catalogue: Catalogue,
    id: str,
    reviewer: str,
    points: Sequence[Point],
    reason: str = "",
    version: int | None = None,
) -> int:
    """Refuse a document's newest version for a list of points. Return the version.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    if len(points) > MOST:
        raise DecisionRefused(id, f"退回意见有 {len(points)} 处，最多写 {MOST} 处。")
    for number, point in enumerate(points, 1):
        acts.required(id, point.wrong, f"第 {number} 处（{point.place}）没有写明哪里不对。")
        acts.required(id, point.place, f"第 {number} 处（{point.wrong}）没有写明在哪里。")
        if max(len(point.place), len(point.wrong)) > LONGEST:
            raise DecisionRefused(id, f"第 {number} 处超过 {LONGEST} 字，请改短。")
    told = "；".join([*filter(None, [reason.strip()]), *(f"{each.place}：{each.wrong}" for each in points)])
    with catalogue.writing() as connection:
        return review.reject(connection, id, reviewer, told, version, lambda *by: _put(connection, id, points, *by))


def _put(connection: Connection, id: str, points: Sequence[Point], version: int, name: str) -> dict[str, object]:
    """Keep the points; return what the event of the refusal tells of them."""
    made = []
    for number, point in enumerate(points, 1):
        said = {"number": number, "place": point.place.strip(), "wrong": point.wrong.strip(), "person": name}
        row = {"document_id": id, "version": version, "decided_at": audit.now(), **said}
        made.append(connection.execute(insert(objections).values(**row).returning(objections.c.id)).scalar_one())
    return noted.rows(connection, (objections, objections.c.id.in_(made)))


def tick(catalogue: Catalogue, id: str, objection: int, person: str, note: str = "") -> Objection:
    """Say that a point was put right, once. Raises UnknownDocument and DecisionRefused; then nothing is recorded."""
    with catalogue.writing() as connection:
        acts.newest(connection, id, None)
        name = acts.named(id, person, "改好退回意见必须写明经办人。")
        found = next((each for each in _of(connection, id) if each.id == objection), None)
        if found is None:
            raise DecisionRefused(id, "没有这一条退回意见。")
        if found.remedy is not None:
            raise DecisionRefused(id, f"第 {found.number} 处已由{found.remedy.person}改好。")
        if len(note) > LONGEST:
            raise DecisionRefused(id, f"说明超过 {LONGEST} 字，请改短。")
        row = {"objection_id": objection, "document_id": id, "version": found.version, "decided_at": audit.now()}
        added = insert(remedies).values(**row, person=name, note=note.strip()).returning(remedies.c.id)
        made = connection.execute(added).scalar_one()
        told = {"version": found.version, "number": found.number, "place": found.point.place, "reason": note.strip()}
        wrote = noted.rows(connection, (remedies, remedies.c.id == made))
        audit.append(connection, name, "remedy", id, told | wrote)
        return found


def of(catalogue: Catalogue, id: str) -> list[Objection]:
    """Return the points for which a version of a document was last sent back, in order."""
    with catalogue.reading() as connection:
        found = _of(connection, id)
    last = max((each.version for each in found), default=0)
    return [each for each in found if each.version == last]


def _of(connection: Connection, id: str) -> list[Objection]:
    done = {
        row.objection_id: Remedy(row.person, row.note, row.decided_at)
        for row in connection.execute(select(remedies).where(remedies.c.document_id == id))
    }
    query = select(objections).where(objections.c.document_id == id).order_by(objections.c.id)
    return [
        Objection(
            row.id,
            row.version,
            row.number,
            Point(row.place, row.wrong),
            row.person,
            row.decided_at,
            done.get(row.id),
        )
        for row in connection.execute(query)
    ]
