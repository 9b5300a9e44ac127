"""Liveness and readiness, for monitoring and for the web server in front."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify, make_response
from sqlalchemy.exc import SQLAlchemyError

from archive.errors import GongkaiError
from indexer.sync import lag
from web.http.current import services
from web.http.edition import edition as edition_of
from web.installation.services import Services

health = Blueprint("health", __name__)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What ``/readyz`` reports. ``edition`` names what pages show, ``generation`` the index that answers.

    ``lag`` counts the changes that the index lacks. ``age_seconds`` counts from when it was last up to date, None if no
    job has recorded that or if the record can't be believed, which ``warning`` says. ``night_age_seconds`` counts from
    when all jobs of a night were last done, None if they never were.
    """

    ready: bool
    edition: str
    generation: str
    cursor: int
    lag: int
    documents: int
    age_seconds: int | None
    warning: str = ""
    night_age_seconds: int | None = None


def readiness(services: Services) -> Readiness:
    """Return the state of the index. Raises IndexUnusable if none answers."""
    engine, now = services.engine, edition_of(services)
    documents = engine.count()
    age, night = (round((datetime.now(UTC) - at).total_seconds()) if at else None for at in (now.as_of, now.night))
    behind = lag(services.catalogue, engine)
    return Readiness(True, now.token, engine.generation(), engine.cursor(), behind, documents, age, now.doubt, night)


@health.get("/healthz")
def healthz() -> Response:
    """Say that the process answers, and check nothing else."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
def readyz() -> Response:
    """Say whether searches are answered, with the index's generation, cursor, lag and age."""
    try:
        return jsonify(asdict(readiness(services())))
    except (GongkaiError, SQLAlchemyError) as error:
        told = str(error) if isinstance(error, GongkaiError) else "数据库不可用。"
        return make_response(jsonify(ready=False, error=told), 503)


@health.get("/edition")
def edition() -> Response:
    """Return the edition's name as a header for a cache to rely on (see ``docs/nginx.conf``)."""
    token = edition_of(services()).token
    return Response(f"{token}\n", mimetype="text/plain", headers={"X-Edition": token})
