"""What somebody had typed into a form when their session ended: it is there again after they have signed in."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select

from archive.registers.staff import Staff, instant, now
from archive.registers.staff_tables import drafts

_LONGEST = 200


def keep(staff: Staff, account: str, form: str, values: Mapping[str, Sequence[str]]) -> None:
    """Keep what was typed into a form, in place of what was kept of it before; of a field that repeats, each value."""
    with staff.writing() as connection:
        connection.execute(delete(drafts).where(_is(account, form)))
        row = {
            "account_id": account,
            "form": form[:_LONGEST],
            "values": {name: [*each] for name, each in values.items()},
            "kept_at": instant(now()),
        }
        connection.execute(insert(drafts).values(**row))


def of(staff: Staff, account: str, form: str) -> dict[str, list[str]]:
    """Return what was kept of a form; {} if nothing."""
    with staff.reading() as connection:
        found = connection.execute(select(drafts.c["values"]).where(_is(account, form))).scalar()
    # There are some from when of each field one value was kept.
    return {name: [each] if isinstance(each, str) else each for name, each in (found or {}).items()}


def drop(staff: Staff, account: str, form: str) -> None:
    """Forget what was kept of a form, which has been sent."""
    with staff.writing() as connection:
        connection.execute(delete(drafts).where(_is(account, form)))


def forget(staff: Staff, before: datetime) -> int:
    """Forget what was kept before an instant, and return how many forms that were."""
    with staff.writing() as connection:
        return connection.execute(delete(drafts).where(drafts.c.kept_at < instant(before))).rowcount


def _is(account: str, form: str) -> ColumnElement[bool]:
    return (drafts.c.account_id == account) & (drafts.c.form == form[:_LONGEST])
