"""Files that come to the desk through a form."""

from __future__ import annotations

from django.http import HttpRequest

from doudi.kernel.problems import Problem

LARGEST = 200 * 1024 * 1024


class NoFile(Problem):
    """A form without its file."""

    code = "upload.no_file"
    status = 400
    say = "没有选择文件，或者文件是空的。"
    next = "请选择文件后再提交。"
    fields = ()


class FileTooLarge(Problem):
    """A file larger than any department sends."""

    code = "upload.too_large"
    status = 413
    say = "文件超过 200 MB。"
    next = "请让部门按乡镇分成几个文件再传。"
    fields = ()


def uploaded(request: HttpRequest, field: str) -> tuple[str, bytes]:
    """Name and bytes of the uploaded file."""
    file = request.FILES.get(field)
    if file is None or not file.size:
        raise NoFile()
    if file.size > LARGEST:
        raise FileTooLarge()
    return (file.name or "文件")[-200:], file.read()
