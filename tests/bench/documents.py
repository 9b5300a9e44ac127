"""Inventing documents like a county's, the same in every run, and publishing them in a catalogue."""

import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import bindparam, insert, update

from archive.decisions.precheck import RULES
from archive.describe import taxonomy
from archive.document import Aspect, Disclosure, Document, File, Metadata, Outcome, Status, Validity, Verdict
from archive.extract import extract_plain, media_type
from archive.intake.manifest import items_below
from archive.store import approvals
from archive.store.catalogue import Catalogue
from archive.store.tables import changes, classifications, decisions, examinations, prechecks, versions
from archive.store.tables import documents as states

T = TypeVar("T")
CORPUS = Path(__file__).parent.parent.parent / "corpus"
LENGTH = 1650
SEED = 2019
# PDF is left out: a file takes a second and adds nothing that the others lack.
_READ = frozenset({".docx", ".html", ".md", ".txt"})
_LEAST = 10
_BATCH = 1000
_FIRST_DAY = date(2004, 1, 1)
_DAYS = 8000
_RECEIVED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_VALIDITIES = (*[Validity.IN_FORCE] * 12, None, None, None, *Validity)
_CLAUSE = re.compile(r"[\u4e00-\u9fff《》、]{8,28}")


def paragraphs(folder: Path | None = None) -> list[str]:
    """Read the distinct paragraphs of a folder's files (by default the sample's), in the order of the file names."""
    found: dict[str, None] = {}
    for item in items_below(folder or CORPUS / "files"):
        if item.path.suffix in _READ:
            read = extract_plain(item.path, media_type(item.path, item.path.name))
            # A very long paragraph would be a whole document by itself.
            found |= dict.fromkeys(line[:LENGTH] for line in read.paragraphs if len(line) > _LEAST)
    return list(found)


def documents(count: int, lines: Sequence[str]) -> Iterator[Document]:
    """Yield documents of about ``LENGTH`` characters from these paragraphs. A larger ``count`` only adds to the end."""
    chance = random.Random(SEED)  # noqa: S311  # made-up documents
    issuers, genres = taxonomy.load().issuers, [genre.name for genre in taxonomy.load().genres]
    topics, columns = _stated("topic"), _stated("column")
    for at in range(count):
        issuer, genre = _one(issuers, chance), _one(genres, chance)
        day = _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))
        body: list[str] = []
        while sum(map(len, body)) < LENGTH:
            body.append(chance.choice(lines))
        body.append(f"{issuer.name} {day.year}年{day.month}月{day.day}日")
        clause = _CLAUSE.search(chance.choice(lines))
        title = f"关于{clause[0] if clause else '有关事项'}的{genre}"
        text = "\n".join(body)
        yield Document(
            id=f"d{at:06}",
            version=1,
            metadata=Metadata(
                title=title,
                number=f"{(*issuer.codes, '云政发')[0]}〔{day.year}〕{at // 20 + 1}号" if at % 10 < 7 else None,
                issuer=issuer.name,
                genre=genre,
                topic=_one(topics, chance) if at % 8 else None,
                column=_one(columns, chance),
                written_on=day,
                published_on=day + timedelta(days=chance.randrange(30)),
                validity=chance.choice(_VALIDITIES),
            ),
            file=File(sha256(f"{at}".encode()).hexdigest(), f"{title}.txt", "text/plain", len(text.encode())),
            text=text,
        )


def changed(document: Document, sentence: str) -> Document:
    """Return the next version of a document, with one more sentence."""
    return replace(document, version=document.version + 1, text=f"{document.text}\n{sentence}")


def publish(catalogue: Catalogue, made: Iterable[Document]) -> None:
    """Put versions into a catalogue, with the decision to publish that the tables require, but no files or audit log.

    ``Intake`` and ``review`` do this for one document at a time. Here it is one transaction, with a thousand rows in a
    statement.
    """
    at = _RECEIVED_AT.isoformat(timespec="microseconds")
    waiting = iter(made)
    with catalogue.writing() as connection:
        while batch := list(islice(waiting, _BATCH)):
            new = [{"id": each.id, "version": 1, "status": Status.WAITING} for each in batch if each.version == 1]
            if new:
                connection.execute(insert(states).values(received_at=at), new)
            connection.execute(insert(versions), [row(each, at) for each in batch])
            about = [{"document_id": each.id, "version": each.version, "decided_at": at} for each in batch]
            connection.execute(
                insert(prechecks).values(rules=RULES, found=0),
                [{"document_id": each.id, "version": each.version, "checked_at": at} for each in batch],
            )
            for aspect in Aspect:
                found = {"aspect": aspect, "outcome": Outcome.PASSED, "reviewer": "bench", "basis": "", "rules": ""}
                connection.execute(insert(examinations).values(**found), about)
            attribute = {"disclosure": Disclosure.ACTIVE, "ground": "", "person": "bench", "basis": ""}
            connection.execute(insert(classifications).values(**attribute), about)
            decided = connection.scalars(
                insert(decisions).returning(decisions.c.id, sort_by_parameter_order=True),
                [
                    {
                        "document_id": each.id,
                        "version": each.version,
                        "verdict": Verdict.APPROVE,
                        "reviewer": "approver",
                        "reason": "",
                        "decided_at": at,
                        # Nothing is rebuilt from records here.
                        "rests_on": {},
                    }
                    for each in batch
                ],
            ).all()
            approvals.seal(connection, catalogue.keys, decided, at)
            connection.execute(
                update(states)
                .where(states.c.id == bindparam("of"))
                .values(
                    version=bindparam("newest"),
                    status=Status.PUBLISHED.value,
                    public_version=bindparam("newest"),
                    public_decision=bindparam("decision"),
                    public_verdict=Verdict.APPROVE.value,
                ),
                [
                    {"of": each.id, "newest": each.version, "decision": decision}
                    for each, decision in zip(batch, decided, strict=True)
                ],
            )
            connection.execute(insert(changes), [{"document_id": each.id, "at": at} for each in batch])


def row(document: Document, at: str) -> dict[str, object]:
    """Return the row of a version that was received at an instant."""
    known = {each.name: getattr(document.metadata, each.name) for each in fields(Metadata)}
    return known | {
        "document_id": document.id,
        "version": document.version,
        "content": document.file.digest,
        "digest": document.file.digest,
        "file_name": document.file.name,
        "media_type": document.file.media_type,
        "size": document.file.size,
        "other_numbers": [],
        "cited_numbers": [],
        "sources": {},
        "text": document.text,
        "warnings": [],
        "received_at": at,
        "brought_by": "bench",
    }


def _one(values: Sequence[T], chance: random.Random) -> T:
    """Choose one of these, the first more often than the last, because some issuers and topics are more common."""
    return values[int(len(values) * chance.random() ** 2)]


def _stated(name: str) -> list[str]:
    """List the values that the sample's manifest states for a field."""
    lines = (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return list(dict.fromkeys(value for line in lines if (value := json.loads(line).get(name))))
