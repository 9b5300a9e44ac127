"""Turn an exception at the desk into a status and a sentence that says what to do."""

import logging

from flask import Blueprint, Response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from archive.errors import AccountRefused, GongkaiError, UnknownDocument, UnknownEntry, UnknownRequest
from web.staff.arriving import TOO_LARGE, takes_files

log = logging.getLogger(__name__)
mistakes = Blueprint("mistakes", __name__)
SENTENCES = {
    400: "这个表单不是由当前页面提交的，或者已经过期，没有进行任何操作。请回到原来的页面，刷新后再试。",
    403: "您的账号没有这项权限。如果工作需要，请系统管理员调整角色。",
    404: "没有这一页，或者您的账号看不到这份文件。",
    405: "这个地址不支持这种操作。",
    413: "提交的内容太大，没有保存。请缩短后再试。",
}


@mistakes.app_errorhandler(UnknownDocument)
def unknown(_error: UnknownDocument) -> Response:
    return _answer(404, SENTENCES[404])


@mistakes.app_errorhandler(UnknownRequest)
def unregistered(_error: UnknownRequest) -> Response:
    return _answer(404, "没有这件申请。请在登记簿里按登记号查找。")


@mistakes.app_errorhandler(UnknownEntry)
def unentered(error: UnknownEntry) -> Response:
    return _answer(404, f"{error}请在登记簿里查找。")


@mistakes.app_errorhandler(AccountRefused)
def refused(error: AccountRefused) -> Response:
    return _answer(409, str(error))


@mistakes.app_errorhandler(HTTPException)
def http(error: HTTPException) -> Response:
    status = error.code or 500
    sentence = (
        TOO_LARGE
        if status == 413 and takes_files(request.method, request.path)
        else SENTENCES.get(status, SENTENCES[400])
    )
    return _answer(status, sentence)


@mistakes.app_errorhandler(GongkaiError)
@mistakes.app_errorhandler(SQLAlchemyError)
def unusable(error: Exception) -> Response:
    log.error("%s: %s", type(error).__name__, error)
    told = str(error) if isinstance(error, GongkaiError) else "数据库暂时不能使用"
    return _answer(503, f"{told} 没有进行任何操作，请告诉维护人员。")


@mistakes.app_errorhandler(Exception)
def unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return _answer(500, "工作台出现了意外错误，已记入日志。操作可能没有进行，请刷新页面核对。")


def _answer(status: int, sentence: str) -> Response:
    return Response(render_template("desk/mistake.html", status=status, sentence=sentence), status)
