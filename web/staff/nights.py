"""For whoever looks after the installation: what each night did, and what failed."""

from flask import Blueprint, render_template

from archive.registers.roles import Act
from web.http.current import services
from web.installation.nights import WELL, Outcome, is_late, label, last_good, when
from web.installation.nights import nights as recorded
from web.staff.guard import allowed

nights = Blueprint("nights", __name__)
SHOWN = 60


@nights.get("/nights")
@allowed(Act.SEE_NIGHTS)
def page() -> str:
    """The last sixty nights, the newest first: whether each was well, and what its steps say."""
    data = services().settings.data
    found = recorded(data, SHOWN)
    return render_template(
        "desk/nights.html",
        **{"nights": found, "late": is_late(good := last_good(data)), "good": good},
        **{"well": WELL, "skipped": Outcome.SKIPPED, "label": label, "when": when},
    )
