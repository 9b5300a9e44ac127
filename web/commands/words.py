"""The words of the command line that name one of several things: in English and in Chinese, either may be typed."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import click

from archive.decisions import corrections
from archive.decisions.relations import RelationKind
from archive.document import Aspect, Disclosure, Settlement, Validity
from archive.registers.roles import Role
from indexer import facets
from web.staff.words import OUTCOMES, STATES

T = TypeVar("T")

SETTLEMENT_LABELS = {Settlement.KEEP: "保留", Settlement.MASKED: "已遮盖", Settlement.MISTAKEN: "误报"}


class Words(click.Choice[str], Generic[T]):
    """A choice among things, each under an English and a Chinese word; its value is the thing."""

    def __init__(self, words: Mapping[T, tuple[str, str]]) -> None:
        self.things = {word.lower(): thing for thing, pair in words.items() for word in pair}
        self._pairs = ["/".join(pair) for pair in words.values()]
        super().__init__(list(self.things), case_sensitive=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the thing that a word names."""
        word = str(value).strip().lower()
        if word not in self.things:
            self.fail(f"“{value}”不在可选之列：{'、'.join(self._pairs)}。", param, ctx)
        return self.things[word]

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return what the help shows: each pair of words."""
        return f"[{'|'.join(self._pairs)}]"


STATUS = Words(
    {
        **{status: (status.value, label) for status, label in STATES.items()},
        None: ("all", "全部"),
    }
)
DISCLOSURE = Words(
    {
        Disclosure.ACTIVE: ("active", Disclosure.ACTIVE.value),
        Disclosure.ON_REQUEST: ("on-request", Disclosure.ON_REQUEST.value),
        Disclosure.WITHHELD: ("withheld", Disclosure.WITHHELD.value),
    }
)
ASPECT = Words({Aspect.TRUTHFULNESS: ("truthfulness", "真实性"), Aspect.CONFIDENTIALITY: ("confidentiality", "保密性")})
_ROLES = {
    **{Role.SOURCE: "source", Role.REVIEWER: "reviewer", Role.PUBLISHER: "publisher", Role.CLERK: "clerk"},
    **{Role.HEAD: "head", Role.AUDITOR: "auditor", Role.ADMINISTRATOR: "administrator"},
}
ROLE = Words({role: (word, role.value) for role, word in _ROLES.items()})
OUTCOME = Words({outcome: (outcome.value, label) for outcome, label in OUTCOMES.items()})
SETTLEMENT = Words({settlement: (settlement.value, label) for settlement, label in SETTLEMENT_LABELS.items()})
VALIDITY = Words(
    {
        Validity.IN_FORCE: ("in-force", Validity.IN_FORCE.value),
        Validity.NOT_YET: ("not-yet", Validity.NOT_YET.value),
        Validity.AMENDED: ("amended", Validity.AMENDED.value),
        Validity.PARTLY: ("partly", Validity.PARTLY.value),
        Validity.REPEALED: ("repealed", Validity.REPEALED.value),
        Validity.EXPIRED: ("expired", Validity.EXPIRED.value),
    }
)
FIELD = Words({name: (name, label) for name, label in corrections.LABELS.items()})
RELATION = Words({kind: (kind.name.lower(), kind.value) for kind in RelationKind})
# Of a facet the name that addresses use, by either word.
FACETS = {word: facet.name for facet in facets.FACETS for word in (facet.name, facet.label)}
# As the catalogue of disclosure and its tables call them.
FACETS |= {"体裁": "genre", "有效性": "validity"}
