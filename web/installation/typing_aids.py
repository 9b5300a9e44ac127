"""Suggestions while typing, and corrections of what was typed.

Both are built from the live index's vocabulary, which takes seconds if it is large. A server builds them in the
background after a switch and offers the former ones until then. Either is shown only if a search for it would find
something public.
"""

import logging
import re
import threading
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from archive.chinese.text import normalise
from indexer.asking.synonyms import SynonymFile
from indexer.engine import Engine, Vocabulary
from indexer.helping.corrections import Corrector
from indexer.helping.suggestions import Suggester
from web.installation.memory import settle

T = TypeVar("T")
_AGAIN_SECONDS = 30.0
_PLACE = re.compile(r"(\w{2,4}?)([县市区镇乡])")
log = logging.getLogger(__name__)


class TypingAids:
    """The suggester and the corrector. In the ``background`` they are built without making any request wait."""

    def __init__(self, engine: Engine, synonyms: SynonymFile, background: bool = False) -> None:
        def suggester(vocabulary: Vocabulary) -> Suggester:
            known = (*engine.analyzer().own_words, *(pair.word for pair in synonyms.current().pairs))
            return Suggester(vocabulary, vocabulary.words().keys() & known)

        def corrector(vocabulary: Vocabulary) -> Corrector:
            words = Counter(vocabulary.words())
            # 云政发 from 云政发〔2019〕6号, which no dictionary has.
            codes = Counter(normalise(number.partition("〔")[0]) for _, number in vocabulary.numbers)
            # 云溪 and 云溪县 from 云溪县财政局, which no dictionary has either.
            places = Counter(
                {
                    name: words[f"{place[1]}{place[2]}"] or 1
                    for place in map(_PLACE.match, vocabulary.issuers)
                    if place
                    for name in (place[1], f"{place[1]}{place[2]}")
                }
            )
            analyzer = engine.analyzer()
            known = (*analyzer.own_words, *codes, *places)
            words |= codes
            words |= places
            made = Corrector(
                words, analyzer.function_words, analyzer.is_word, known, [title for _, title in vocabulary.titles]
            )
            made.prepare()
            return made

        self.suggester = Made(engine, suggester, background)
        self.corrector = Made(engine, corrector, background)

    @property
    def made(self) -> tuple[str, str]:
        """The generations of the index that the offers were made from."""
        return self.suggester.made, self.corrector.made


class Made(Generic[T]):
    """Something built from the vocabulary and rebuilt when the index changes."""

    def __init__(self, engine: Engine, make: Callable[[Vocabulary], T], background: bool) -> None:
        self._engine = engine
        self._make = make
        self._background = background
        self._lock = threading.Lock()
        self._of: Vocabulary | None = None
        self._made: T | None = None
        self._again_at = 0.0
        # The generation it was made from, "" before that: the same in each process that has made it.
        self.made = ""

    def current(self) -> T | None:
        """Return the one for the live index; while that is built in the background, the former one or None.

        Raises IndexUnusable.
        """
        vocabulary = self._engine.vocabulary()
        if vocabulary is self._of:
            return self._made
        generation = self._engine.generation()
        if self._engine.vocabulary() is not vocabulary:
            # The index was switched in between.
            return self.current()
        with self._lock:
            if vocabulary is self._of or monotonic() < self._again_at:
                return self._made
            if not self._background:
                self._made = self._make(vocabulary)
                self.made = generation
                self._of = vocabulary
                return self._made
            self._of = vocabulary
        threading.Thread(target=self._remake, args=(vocabulary, generation), name="offers", daemon=True).start()
        return self._made

    def _remake(self, vocabulary: Vocabulary, generation: str) -> None:
        try:
            made = self._make(vocabulary)
        except Exception:
            # Searches work without them, and building is tried again later.
            log.exception("offers could not be made")
            with self._lock:
                self._of, self._again_at = None, monotonic() + _AGAIN_SECONDS
            return
        with self._lock:
            if vocabulary is self._of:
                self._made = made
                self.made = generation
        settle()
