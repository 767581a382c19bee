"""The visit form, shared by alerts and cases: who went, when, how, what was found, who signed."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from doudi.base.files import keep
from doudi.kernel import clock
from doudi.kernel.problems import Problem, require
from doudi.people.visits import VisitFacts

MANNERS = ("入户", "电话", "视频")
LARGEST_PHOTO = 10 * 1024 * 1024


class VisitTimeUnreadable(Problem):
    """The time of a visit cannot be read."""

    code = "visit.time_unreadable"
    status = 400
    say = "走访时间没有填，或者不是日期时间。"
    next = "请按“年-月-日 时:分”填写走访时间。"
    fields = ()


class PhotoTooLarge(Problem):
    """A photo is no picture, or larger than a phone makes them."""

    code = "visit.photo_unusable"
    status = 400
    say = "照片“{name}”不是 JPG/PNG 图片，或者超过 10 MB。"
    next = "请重新拍摄或压缩后再上传；没有照片也可以先保存。"
    fields = ("name",)


def read_visit_form(request: HttpRequest, purpose: str, subject: str) -> VisitFacts:
    """The visit as the form tells it; raises a problem for what cannot be read."""
    return VisitFacts(
        purpose=purpose,
        manner=request.POST.get("manner", "入户")
        if request.POST.get("manner") in MANNERS
        else "入户",
        visited_at=_moment(request.POST.get("visited_at", "")),
        visitors=tuple(
            name.strip()
            for name in request.POST.get("visitors", "").replace("，", "、").split("、")
            if name.strip()
        ),
        findings=request.POST.get("findings", "").strip(),
        subject=subject,
        family_signed=request.POST.get("family_signed") == "1",
        visitors_signed=request.POST.get("visitors_signed") == "1",
    )


def _moment(text: str) -> datetime:
    try:
        told = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise VisitTimeUnreadable() from error
    return told if told.tzinfo else told.replace(tzinfo=clock.SHANGHAI)


def read_photos(request: HttpRequest) -> list[tuple[str, bytes]]:
    """The pictures of a form, checked by their first bytes."""
    photos = []
    for file in request.FILES.getlist("photos"):
        name = file.name or "照片"
        require(file.size is not None and file.size <= LARGEST_PHOTO, PhotoTooLarge(name=name))
        content = file.read()
        picture = content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        require(picture, PhotoTooLarge(name=name))
        photos.append((name, content))
    return photos


__all__ = ["MANNERS", "keep", "read_photos", "read_visit_form"]
