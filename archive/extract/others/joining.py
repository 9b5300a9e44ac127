"""Putting several texts behind each other in one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from archive.document import Place
from archive.extract.extraction import Extraction
from archive.extract.text.assemble import NO_TEXT
from archive.extract.text.characters import squeezed
from archive.extract.text.concealed import Concealed


def joined(lines: Sequence[str], texts: Sequence[Extraction]) -> Extraction:
    """Put texts behind lines, with the places of each, its tables numbered on."""
    paragraphs, places, tables = list(lines), list[Place](), 0
    stated: dict[str, str] = {}
    for text in texts:
        own = [text.title] if text.title else []
        at = len(paragraphs) + len(own)
        if places and places[-1].label and not (text.places and text.places[0].start == 0):
            places.append(Place(len(paragraphs), ""))
        known = {place.label for place in text.places if place.label}
        numbered = {label: f"表 {tables + number}" for number, label in enumerate(_in_order(text, known), 1)}
        places += [
            replace(place, start=place.start + at, label=numbered.get(place.label, place.label))
            for place in text.places
        ]
        tables += len(known)
        paragraphs += [*own, *text.paragraphs]
        stated |= text.stated
    day = next((text.page_date for text in texts if text.page_date), "")
    return Extraction(None, tuple(paragraphs), stated, page_date=day, places=tuple(places))


def _in_order(text: Extraction, labels: set[str]) -> Iterator[str]:
    for place in text.places:
        if place.label in labels:
            labels = labels - {place.label}
            yield place.label


def of_frames(page: Extraction, texts: Sequence[Extraction]) -> Extraction:
    """Put the texts of a page's frames behind each other, titled like the longest, else as the page is."""
    main = max(texts, key=lambda each: len(squeezed("".join(each.paragraphs))))
    whole = joined([], [replace(each, title=None) if each is main else each for each in texts])
    # What the page itself says is for browsers that show no frames.
    concealed = Concealed()
    for line in page.paragraphs:
        concealed.add("框架网页自身不显示的文字", line)
    read = (page, *texts)
    told = dict.fromkeys(told for each in read for told in each.warnings if told != NO_TEXT)
    if not whole.paragraphs and not main.title:
        told[NO_TEXT] = None
    return replace(
        whole,
        title=main.title or page.title,
        warnings=tuple(told),
        concealed=(*(line for each in read for line in each.concealed), *concealed.lines),
    )
