"""What a village may do by itself, and that a photo tells nothing but the picture."""

import struct
import zlib
from datetime import date

import pytest

from doudi.base.access import NATION, Actor, scope
from doudi.base.files import content_of
from doudi.base.models import AuditEntry, Post, Task, User
from doudi.kernel import clock
from doudi.kernel.problems import NotThere
from doudi.people.visits import VisitFacts
from doudi.watch import leads, loop, photos, queries
from doudi.watch.leads import LeadFacts
from doudi.watch.models import Alert
from doudi.watch.problems import OnlyTownshipCloses, PhotoUnfit, RevealWithoutReason
from doudi.watch.scan import scan
from tests.arrange import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, actor, arranging
from tests.watch.village import PERIOD, Somebody, benefit, certificate, family, state, stay

pytestmark = pytest.mark.django_db

WORKER = actor("village_worker", VILLAGE)
CLERK = actor("township_clerk", TOWNSHIP)


def visit() -> VisitFacts:
    return VisitFacts(
        purpose="预警核查", manner="入户", visited_at=clock.business_now(), visitors=("孙协理",),
        findings="看过",
    )  # fmt: skip


@pytest.fixture
def worker() -> User:
    with arranging():
        user = User.objects.create(username="cunji", name="孙协理")
        Post.objects.create(user=user, role="village_worker", place=VILLAGE, since=date(2022, 1, 1))
    return user


def received(*news: dict, known: tuple[dict, ...] = ()) -> int:
    home = family(Somebody(known=list(known), news=list(news)))
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    with scope(NATION):
        alert = Alert.objects.get(household_id=home.id)
    loop.receive_alert(alert.pk, by=CLERK)
    return alert.pk


def open_kinds(alert: int) -> set[tuple[str, str, str]]:
    with scope(NATION):
        rows = Task.objects.filter(subject=f"watch.alert:{alert}", done_at=None)
        return set(rows.values_list("kind", "role", "place"))


def test_an_alert_that_is_taken_over_is_the_villages_work_too(worker):
    alert = received(certificate("44"))
    assert open_kinds(alert) == {
        ("预警核查", "township_clerk", TOWNSHIP), ("预警走访", "village_worker", VILLAGE),
    }  # fmt: skip


def test_where_no_village_worker_is_the_township_goes_alone():
    assert {kind for kind, *_ in open_kinds(received(certificate("44")))} == {"预警核查"}


def test_the_villages_report_ends_both_tasks_and_leaves_the_townships_disposal(worker):
    alert = received(certificate("44"))
    loop.report_check(alert, visit(), "看过", "属实", "A1", True, by=WORKER)
    assert open_kinds(alert) == {("预警处置", "township_clerk", TOWNSHIP)}
    loop.close_alert(alert, by=WORKER)
    assert open_kinds(alert) == set()


def test_a_check_that_is_sent_back_goes_to_the_village_again(worker):
    alert = received(certificate("44"))
    loop.report_check(alert, visit(), "看过", "属实", "A1", True, by=WORKER)
    loop.return_alert(alert, "没有写收入", by=actor("township_leader", TOWNSHIP))
    assert {kind for kind, *_ in open_kinds(alert)} == {"预警核查", "预警走访"}


@pytest.mark.parametrize(
    ("news", "known", "verdict", "disposal"),
    [
        ((stay(12000), certificate("42")), (), "属实", "A0"),  # orange
        ((certificate("44"),), (), "属实", "A3"),  # light, but the county has to meet about it
        ((state("vehicle", date(2022, 5, 3), key="x", code="小型汽车"),), (benefit("低保"),),
         "不属实", "A0"),  # about leaving
    ],
)  # fmt: skip
def test_a_grave_alert_or_one_about_leaving_is_closed_by_the_township_only(
    worker, news, known, verdict, disposal
):
    alert = received(*news, known=known)
    loop.report_check(alert, visit(), "看过", verdict, disposal, True, by=WORKER)
    with pytest.raises(OnlyTownshipCloses):
        loop.close_alert(alert, by=WORKER)
    with scope(VILLAGE):
        offered = [verb.code for verb in queries.alert_view(alert, WORKER).verbs]
    assert "close" not in offered
    assert loop.close_alert(alert, by=CLERK).state == "已关闭"


def test_an_alert_of_another_village_is_not_there_for_a_village_worker(worker):
    home = family(Somebody(news=[certificate("44")]), place=f"{OTHER_TOWNSHIP[:9]}201")
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    with scope(NATION):
        alert = Alert.objects.get(household_id=home.id).pk
    with pytest.raises(NotThere):
        loop.report_check(alert, visit(), "看过", "属实", "A1", True, by=WORKER)


SECRET = b"GPS 34.75,106.13 Sun's phone"


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(tail: bytes = b"") -> bytes:
    return b"".join([
        b"\xff\xd8", segment(0xE0, b"JFIF\0"), segment(0xE1, b"Exif\0\0" + SECRET),
        segment(0xE2, b"MPF" + SECRET), segment(0xFE, SECRET), segment(0xDB, b"\0" * 65),
        segment(0xC0, b"\x08\0\x01\0\x01\x01"), segment(0xDA, b"\x01"),
        b"\x12\xff\x00\x34\xff\xd0\x56", segment(0xC4, b"\xff\xd9"), segment(0xDA, b"\x02"),
        b"\x78\xff\xd9", tail,
    ])  # fmt: skip


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png() -> bytes:
    return b"".join([
        b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", b"\0" * 13), chunk(b"tEXt", SECRET),
        chunk(b"eXIf", SECRET), chunk(b"IDAT", b"pixels"), chunk(b"IEND", b""), SECRET,
    ])  # fmt: skip


def test_place_time_and_owner_are_taken_off_a_photo_and_the_picture_stays():
    plain, media_type = photos.without_traces(jpeg(SECRET))
    assert media_type == "image/jpeg"
    assert SECRET not in plain
    assert plain.startswith(b"\xff\xd8\xff\xe0")
    # All scans are there, tables between them too, up to the end and no further.
    assert plain.endswith(segment(0xDA, b"\x02") + b"\x78\xff\xd9")
    assert photos.without_traces(plain) == (plain, media_type)
    plain, media_type = photos.without_traces(png())
    assert (media_type, SECRET in plain) == ("image/png", False)
    assert b"pixels" in plain


@pytest.mark.parametrize("made", [jpeg(), png()], ids=["jpeg", "png"])
def test_no_cut_photo_passes_and_none_breaks_the_reader(made):
    for length in range(len(made)):
        whole = photos_or_none(made[:length])
        assert whole is None or whole == photos.without_traces(made)[0]


def photos_or_none(content: bytes) -> bytes | None:
    try:
        return photos.without_traces(content)[0]
    except PhotoUnfit:
        return None


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"GIF89a", "不是 JPG 或 PNG"), (b"<svg onload=x>", "不是"), (b"\xff\xd8\xff", "不完整"),
     (b"\xff\xd8\xff" + b"0" * photos.LARGEST, "超过")],
)  # fmt: skip
def test_what_is_no_photo_is_refused_with_its_reason(content, why):
    with pytest.raises(PhotoUnfit) as refused:
        leads.report_lead(LeadFacts(VILLAGE, "张家", "摔伤"), photo=content, by=WORKER)
    assert why in str(refused.value)


def test_a_photo_is_kept_with_its_lead_and_nobody_reads_who_told_without_a_reason():
    lead = leads.report_lead(
        LeadFacts(VILLAGE, "张家", "摔伤", reporter="李四"), photo=jpeg(), by=WORKER
    )
    with scope(VILLAGE):
        kept = content_of(lead.photo)
    assert kept == photos.without_traces(jpeg())[0]
    with scope(TOWNSHIP):
        with pytest.raises(RevealWithoutReason):
            leads.reveal_reporter(lead.pk, " ", by=CLERK)
        assert leads.reveal_reporter(lead.pk, "核实", by=CLERK) == "李四"
    assert AuditEntry.objects.filter(kind="R", name=f"watch.lead:{lead.pk}").count() == 1
    details = "".join(AuditEntry.objects.values_list("detail", flat=True))
    assert "李四" not in details
