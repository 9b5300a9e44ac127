"""Turn an exception into a status and a sentence. Nothing else on the web side catches them."""

import logging

from flask import Blueprint, Response, g, jsonify, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from archive.chinese.dates import OFFICE_TIME
from archive.errors import (
    BlobDamaged,
    BlobMissing,
    CatalogueDamaged,
    DocumentWithdrawn,
    GongkaiError,
    KeyUnusable,
    ListsDamaged,
    PublicityEnded,
    UnknownDocument,
    WithdrawalsDamaged,
)
from indexer.errors import BadQuery, IndexUnusable
from web.http.addresses import document_url
from web.http.parameters import BadParameter

log = logging.getLogger(__name__)
errors = Blueprint("errors", __name__)
# By then the moving window of a minute has room again for a client that stops asking.
RETRY_SECONDS = 60

WITHDRAWN = "该文件已经撤回，不再公开。"
ENDED = "该文件公示期满，不再公开。"
NOT_FOUND = "没有这个页面，或者该文件没有公开。可以回到首页检索。"
UNAVAILABLE = "检索服务暂时不可用，故障已经记录，请稍后再试。"
BROKEN = "服务出现了意外错误，已记入日志，请稍后再试。"
SENTENCES = {
    400: "请求的内容无法识别，请回到首页重新检索。",
    403: "这台机器供大家使用，文件不能存在上面。请用手机扫描文件页上的二维码，或者打印带走。",
    404: NOT_FOUND,
    405: "该地址不支持这种操作。",
    413: "提交的内容过大。",
    414: "地址过长，请缩短检索词。",
    429: "访问过于频繁，请过一会儿再试。成批取得数据请用本站提供的数据文件或者 OAI-PMH。",
}


@errors.app_errorhandler(BadQuery)
@errors.app_errorhandler(BadParameter)
def bad_request(error: GongkaiError) -> Response:
    return _answer(400, str(error))


@errors.app_errorhandler(UnknownDocument)
def unknown(_error: UnknownDocument) -> Response:
    # Hidden and unknown documents get the same answer, to the byte.
    return _answer(404, NOT_FOUND)


@errors.app_errorhandler(DocumentWithdrawn)
def withdrawn(error: DocumentWithdrawn) -> Response:
    at = error.at.astimezone(OFFICE_TIME)
    replacement = document_url(error.replacement) if error.replacement else None
    until = error.until if isinstance(error, PublicityEnded) else None
    if request.path.startswith("/api/"):
        told = {
            "error": ENDED if until else WITHDRAWN,
            "reason": error.reason,
            "withdrawn_at": at.isoformat(timespec="seconds"),
        }
        return make_response(jsonify(**told, replacement=replacement), 410)
    g.failed = True
    page = render_template("withdrawn.html", on=at.date(), reason=error.reason, replacement=replacement, until=until)
    return make_response(page, 410)


@errors.app_errorhandler(IndexUnusable)
@errors.app_errorhandler(SQLAlchemyError)
@errors.app_errorhandler(BlobDamaged)
@errors.app_errorhandler(BlobMissing)
@errors.app_errorhandler(CatalogueDamaged)
@errors.app_errorhandler(KeyUnusable)
@errors.app_errorhandler(WithdrawalsDamaged)
@errors.app_errorhandler(ListsDamaged)
def unavailable(error: Exception) -> Response:
    log.error("%s: %s", type(error).__name__, error)
    return _answer(503, UNAVAILABLE)


@errors.app_errorhandler(HTTPException)
def http(error: HTTPException) -> Response:
    status = error.code or 500
    response = _answer(status, SENTENCES.get(status, BROKEN if status >= 500 else SENTENCES[400]))
    if error.response is None and status == 405:
        methods = error.valid_methods if isinstance(error, MethodNotAllowed) else None
        response.headers["Allow"] = ", ".join(sorted(methods or ("GET", "HEAD", "OPTIONS")))
    if status == 429:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


@errors.app_errorhandler(Exception)
def unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return _answer(500, BROKEN)


def _answer(status: int, sentence: str) -> Response:
    g.failed = True
    if request.path.startswith("/api/"):
        return make_response(jsonify(error=sentence), status)
    return make_response(render_template("error.html", status=status, sentence=sentence), status)
