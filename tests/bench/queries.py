"""Making queries from the documents that are searched, the same in every run over them."""

import random
import re
from collections import Counter
from collections.abc import Sequence

from archive.chinese.text import normalise
from archive.document import Document
from indexer.analyzer import Analyzer
from web.search.params import SearchForm

SEED = 711
# Shares of documents that contain a word, from very common to rare words.
SHARES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.002, 0.0)
LENGTHS = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20)
_WORD = re.compile(r"[\u4e00-\u9fff]{2,6}")
_SENTENCE = re.compile(r"[\u4e00-\u9fff]{14,40}")
_QUOTES = re.compile(r"[\"']")


def queries(documents: Sequence[Document], analyzer: Analyzer) -> dict[str, list[SearchForm]]:
    """Make searches of each kind from a few hundred of the documents."""
    chance = random.Random(SEED)  # noqa: S311  # made-up queries
    words = _words(documents, analyzer, chance)
    named = chance.sample(list(documents), 12)
    numbers = [each.metadata.number for each in documents if each.metadata.number][:6]
    sentences = [found[0] for each in chance.sample(list(documents), 24) if (found := _SENTENCE.search(each.text))]
    filters = [
        {name: (str(getattr(each.metadata, name)),) for name in names}
        for each, names in zip(
            [each for each in documents if each.metadata.topic and each.metadata.validity],
            [["genre"], ["issuer"], ["topic"], ["column"], ["validity"], ["genre", "validity"], ["issuer", "genre"]],
            strict=False,
        )
    ]
    typed = {
        "one word": words,
        "several words": [" ".join(chance.sample(words, count)) for count in (2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4)],
        "sentence": sentences[:10],
        "title": [each.metadata.title for each in named[:8]],
        "number": [*numbers[:3], *(each.translate(str.maketrans("〔〕", "[]")) for each in numbers[3:])],
        "phrase": [f"“{text}”" for text in phrases(documents, 2)],
    }
    forms = {kind: [SearchForm(q=q) for q in texts] for kind, texts in typed.items()}
    forms["filtered"] = [SearchForm(q=q, filters=chosen) for q, chosen in zip(("", *words[::4]), filters, strict=False)]
    return forms


def phrases(documents: Sequence[Document], each: int) -> list[str]:
    """Choose phrases: ``each`` of every length, as many with punctuation inside, and some that no document contains."""
    chance = random.Random(SEED)  # noqa: S311  # made-up queries
    texts = [_QUOTES.sub("", normalise(chance.choice(document.text.splitlines()))) for document in documents]
    found: dict[str, None] = {}
    for length in LENGTHS:
        starts = [(text, chance.randrange(len(text) - length)) for text in texts if len(text) > length]
        runs = [run for text, at in starts if (run := text[at : at + length])[0].isalnum() and run[-1].isalnum()]
        found |= dict.fromkeys([run for run in runs if run.isalnum()][:each])
        found |= dict.fromkeys([run for run in runs if not run.isalnum()][:each])
    whole = "\n".join(lines(document.text) for document in documents)
    ends = [text[:-1] for text in texts if len(text) > 5]
    nowhere = (one[-4:] + other[:4] for one, other in zip(ends, reversed(ends), strict=True))
    return [*found, *[text for text in nowhere if text not in whole][: each * 2]]


def lines(text: str) -> str:
    """Return the search form of a text, line by line, as an index reads it."""
    return "\n".join(map(normalise, text.splitlines()))


def _words(documents: Sequence[Document], analyzer: Analyzer, chance: random.Random) -> list[str]:
    """Choose words from very common to rare, three for each share."""
    counts = Counter(word for document in documents for word in set(analyzer.words(lines(document.text))))
    words = sorted(word for word in counts.keys() - analyzer.function_words if _WORD.fullmatch(word))
    chance.shuffle(words)
    words.sort(key=counts.__getitem__, reverse=True)
    found: list[str] = []
    for share in SHARES:
        found += [word for word in words if counts[word] <= max(1, share * len(documents)) and word not in found][:3]
    return found
