"""Which documents fold into one line of a result: near-duplicates, and former versions of one statute.

Both are worked out for a whole index at once, so that a page of results needs no text. Near-duplicates are looked for
among documents that share a band of their sketches, and join the first document, by id, that they are alike to. Former
versions are repealed or expired documents that are called like exactly one that is not, or its near-duplicates, of the
same issuer.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from archive.chinese.text import normalise
from archive.document import LAPSED
from indexer.duplicates import READ, Sketch, alike, bands, sketch_of_form
from indexer.engine import Folds, Vocabulary

# With how many others, those with most bands in common first, a document is compared at most.
_COMPARED = 12
_LAPSED = frozenset(validity.value for validity in LAPSED)
_VERSION = re.compile(r"\([^()]*\)|[《》\s]|暂行|试行|(?:修订|修正)(?:案|本)?$")
_ISSUED = re.compile(r"(?:印发|发布|公布|颁布)(.{4,}?)的(?:通知|决定|令)$")
# A shorter name is no statute's.
_SHORTEST = 4


def folds(vocabulary: Vocabulary) -> Folds:
    """Work out what folds in an index. It takes about 0.3 ms a document."""
    lapsed = {id for id, values in vocabulary.values("validity").items() if not _LAPSED.isdisjoint(values)}
    leaders = near_duplicates(vocabulary)
    # A leader that is a former version itself leads to the one in force, so that a group is known by its last leader.
    onward = _former(vocabulary, leaders, lapsed)
    together: dict[str, list[str]] = {}
    for id in leaders.keys() | onward.keys() | set(leaders.values()) | set(onward.values()):
        leader = leaders.get(id, id)
        together.setdefault(onward.get(leader, leader), []).append(id)
    groups = {id: number for number, ids in enumerate(together.values()) for id in ids}
    former = [id for ids in together.values() if not lapsed.issuperset(ids) for id in ids if id in lapsed]
    return Folds(groups, frozenset(former))


def near_duplicates(vocabulary: Vocabulary) -> dict[str, str]:
    """Return for each document that says nearly the same as one before it, by id, the id of the first."""
    ids, rows = [], []
    for id, text in vocabulary.texts(READ):
        if len(row := bands(sketch_of_form(text))):
            ids.append(id)
            rows.append(row)
    if not rows:
        return {}
    # Lists of all keys would take 100 MB for 50,000 documents.
    _, which, count = np.unique(np.stack(rows), return_inverse=True, return_counts=True)
    shared = which.reshape(len(ids), -1)
    common = count[shared] > 1
    keys = {ids[at]: shared[at][common[at]].tolist() for at in np.flatnonzero(common.any(axis=1)).tolist()}
    return _leaders(keys, {id: sketch_of_form(text) for id, text in vocabulary.texts(READ, keys)})


def _leaders(keys: Mapping[str, Sequence[int]], sketches: Mapping[str, Sketch]) -> dict[str, str]:
    """Return for each of these documents, which share a key with another, the first that it is alike to."""
    leading: dict[int, list[str]] = {}
    found: dict[str, str] = {}
    for id in sorted(keys):
        near = Counter(leader for key in keys[id] for leader in leading.get(key, ()))
        ranked = sorted(near, key=lambda leader: (-near[leader], leader))[:_COMPARED]
        leader = next((each for each in ranked if alike(sketches[each], sketches[id])), None)
        if leader is not None:
            found[id] = leader
            continue
        for key in keys[id]:
            leading.setdefault(key, []).append(id)
    return found


def _former(vocabulary: Vocabulary, leaders: Mapping[str, str], lapsed: Collection[str]) -> dict[str, str]:
    """Return for each former version of a statute, or the first of its kind, what is in force, or the first of that."""
    issuer = vocabulary.values("issuer")
    called: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for id, title in vocabulary.titles if lapsed else ():
        if len(name := statute(title)) >= _SHORTEST:
            called.setdefault((name, tuple(issuer.get(id, ()))), []).append(id)
    found: dict[str, str] = {}
    for ids in called.values():
        current = {leaders.get(id, id) for id in ids if id not in lapsed}
        if len(current) == 1:
            (head,) = current
            found |= {former: head for id in ids if id in lapsed and (former := leaders.get(id, id)) != head}
    return found


def statute(title: str) -> str:
    """Return what a statute is called in each of its versions, from its title.

    >>> statute("关于印发《云溪县医疗救助办法（试行）》的通知"), statute("云溪县医疗救助暂行办法(2019年修订)")
    ('云溪县医疗救助办法', '云溪县医疗救助办法')
    """
    name = normalise(title)
    issued = _ISSUED.search(name)
    return _VERSION.sub("", issued[1] if issued else name)
