"""What the staff's tables and folders keep for a time only, and what of it is over."""

from datetime import timedelta
from pathlib import Path

from archive.registers import drafts, jobs, masking, sessions, uploads
from archive.registers.staff import Staff, now

# What somebody had typed when a session ended, and has not come back for.
DRAFTS = timedelta(days=180)


def clean(staff: Staff, data: Path) -> dict[str, int]:
    """Delete what is kept for a time that is over; return how many there were of each, by what it is called."""
    at = now()
    ended, old = sessions.sweep(staff, at)
    return {
        "过期的登录状态": ended,
        "期满的登录记录": old,
        "没有再用的草稿": drafts.forget(staff, at - DRAFTS),
        "期满的遮盖": jobs.forget_maskings(staff, at - masking.KEPT),
        "没有传完的上传": len(uploads.sweep(data, jobs.unfinished(staff))),
    }
