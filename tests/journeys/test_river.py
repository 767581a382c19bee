"""The river in a browser: from a department's file to money on a card, and everyone can see why.

One journey through pages only. What a person would read, the test reads; what a person would
type, it types. Between the days the clock is moved, as in the demo.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from doudi.base.worklist import drain
from doudi.kernel import clock
from doudi.payments import bankfile
from tests.journeys import town
from tests.journeys.browsing import Office, Seat
from tests.journeys.conftest import move_to
from tests.journeys.town import (
    APPROVER,
    CHIEF,
    CLERK,
    HEAD,
    LEADER,
    MAKER,
    RELEASER,
    REVIEWER,
    SECOND_CLERK,
    WIFE,
)

pytestmark = pytest.mark.browser

NOTICE_IS_OVER = datetime(2022, 6, 14, 9, 0, tzinfo=clock.SHANGHAI)  # eight days later
PAY_DAY = datetime(2022, 7, 4, 9, 0, tzinfo=clock.SHANGHAI)
# 二类 of 2022 in Gansu's countryside, 417.00 a month, for each of three people.
DUE_YUAN = "1,251.00"
CHAIN = ("预警", "走访", "申请", "授权", "核对", "公示", "审核", "决定", "发放")


def test_from_a_departments_file_to_money_on_a_card(office: Office, tmp_path: Path) -> None:
    deliver_the_file(office)
    alert = take_the_alert(office)
    case = apply_for_help(office, alert)
    collect_consents_and_check(office)
    investigate(office, case)
    give_the_first_opinion(office, case)
    post_and_end_the_notice(office, case)
    review_and_decide(office, case)
    batch = make_the_batch(office)
    release_the_batch(office, batch)
    settle_with_the_bank(office, batch, tmp_path)
    read_the_aid_chain(office)


def deliver_the_file(office: Office) -> None:
    """The county's reviewer uploads the sheet; the page counts while the work list reads it."""
    reviewer = office.seat(REVIEWER)
    page = reviewer.page
    reviewer.go("部门数据")
    page.get_by_label("文件").set_input_files(
        {"name": "医保局_2022年5月.xlsx", "mimeType": "application/octet-stream",
         "buffer": town.medical_file()}
    )  # fmt: skip
    page.get_by_label("所属期").fill("2022-05")
    page.get_by_label("提供依据").fill("数据共享协议")
    reviewer.shot("deliveries")
    reviewer.press("接收")
    reviewer.sees("正在处理")
    drain()
    expect(page.get_by_text("正在处理")).to_have_count(0)
    told = [_figure(reviewer, label) for label in ("读取", "＝ 采用", "＋ 退回", "匹配到人")]
    read, accepted, rejected, matched = told
    assert (read, rejected, matched) == (4, 2, 2)
    assert read == accepted + rejected
    rejects = page.locator("tbody tr")
    expect(rejects).to_have_count(2)
    expect(rejects.nth(0)).to_contain_text("证件号码")
    expect(rejects.nth(1)).to_contain_text("2022-05-32")
    reviewer.shot("delivery")
    reviewer.is_accessible()
    with page.expect_download() as download:
        reviewer.press("下载退回清单（标红）")
    assert download.value.suggested_filename.endswith(".xlsx")


def _figure(seat: Seat, label: str) -> int:
    """The number that stands under a label."""
    under = seat.page.locator(".subheader", has_text=label).locator("xpath=following-sibling::*[1]")
    return int(under.inner_text().split()[0].replace(",", ""))


def take_the_alert(office: Office) -> str:
    """The township's clerk finds it in today's work, receives it, visits and reports."""
    clerk = office.seat(CLERK)
    page = clerk.page
    clerk.go("今日工作")
    page.locator("table").get_by_role("link", name=WIFE.name).first.click()
    clerk.sees_heading(WIFE.name)
    page.go_back()
    clerk.shot("today", phone=True)
    clerk.is_accessible()
    page.locator("table").get_by_role("link", name=WIFE.name).first.click()
    clerk.sees("43,600.00")
    clerk.shot("alert", phone=True)
    clerk.is_accessible()
    clerk.press("接收这条预警")
    clerk.sees("已接收")
    page.get_by_label("走访人", exact=True).fill("王经办、村协理员孙某")
    page.get_by_label("发现的情况").fill("女主人脑出血后不能劳动，丈夫在家照料，孩子上小学。")
    page.get_by_label("走访人已签字").check()
    page.get_by_label("在场家庭成员已签字").check()
    page.get_by_label("结论").select_option("属实")
    page.get_by_label("处置").select_option("A2")
    page.get_by_label("已向家庭当面讲清政策").check()
    clerk.shot("alert-report")
    clerk.press("提交核查")
    clerk.sees("核查已反馈")
    clerk.shot("alert-checked")
    return page.url


def apply_for_help(office: Office, alert: str) -> str:
    """The clerk accepts the application; what departments know is filled in already."""
    clerk = office.seat(CLERK)
    page = clerk.page
    page.goto(alert)
    clerk.press("受理低保申请")
    clerk.sees_heading("受理低保申请")
    expect(page.get_by_label("申请方式")).to_have_value("主动发现")
    expect(page.get_by_label("经营净收入").first).to_have_value("1800.00")
    applicant = page.get_by_label("申请人", exact=True)
    applicant.select_option(label=f"{HEAD.name}（户主，47 岁）")
    page.get_by_label("申请理由").fill("妻子患脑出血，无劳动能力，医疗支出大，家庭收入很少。")
    page.get_by_label("评定类别").select_option("二类")
    clerk.shot("case-new")
    clerk.is_accessible()
    page.get_by_role("button", name="受理", exact=True).click()
    clerk.sees("已受理")
    clerk.shot("case-accepted")
    return page.url


def collect_consents_and_check(office: Office) -> None:
    """Both adults sign, and not the child; then the check is asked for and finished."""
    clerk = office.seat(CLERK)
    page = clerk.page
    forms = page.get_by_role("button", name=re.compile("登记 .+ 的授权书"))
    expect(forms).to_have_count(2)
    with clerk.refused(409):
        clerk.press("核对授权齐全")
    clerk.sees(f"{HEAD.name}、{WIFE.name}")
    clerk.shot("consents-missing")
    page.go_back()
    for name in (HEAD.name, WIFE.name):
        clerk.press(f"登记 {name} 的授权书")
        expect(page.get_by_text("已签署")).not_to_have_count(0)
    expect(page.get_by_text("已签署")).to_have_count(2)
    clerk.shot("consents")
    clerk.press("核对授权齐全")
    clerk.press("提请信息核对")
    clerk.sees("信息核对报告")
    clerk.shot("check-report")
    clerk.press("信息核对完成")
    clerk.sees_heading("待调查")


def investigate(office: Office, case: str) -> None:
    """Who accepted is told that somebody else must go; the second clerk goes."""
    first = office.seat(CLERK)
    blocked = first.page.locator("[id='case.investigate']")
    expect(blocked).to_contain_text("受理与调查分开，须由其他人办理")
    expect(blocked.get_by_role("button")).to_have_count(0)
    first.shot("investigation-blocked")

    second = office.seat(SECOND_CLERK)
    page = second.page
    page.goto("/")
    page.locator("table").get_by_role("link", name=f"{HEAD.name}：入户调查").click()
    page.wait_for_url(case)
    page.get_by_label("走访人", exact=True).fill("李经办、村委会委员周某")
    page.get_by_label("发现的情况").fill("人口、收入和财产与申报一致，邻里走访一致。")
    page.get_by_label("走访人已签字").check()
    page.get_by_label("在场家庭成员已签字").check()
    page.get_by_label("评定类别").select_option("二类")
    page.get_by_label("经营净收入").first.fill("1500.00")
    second.shot("investigation")
    second.is_accessible()
    page.locator("[id='case.investigate']").get_by_role("button").click()
    second.sees_heading("待初审")


def give_the_first_opinion(office: Office, case: str) -> None:
    """The township's leader sees what the rules make of it, with the articles, and agrees."""
    leader = office.seat(LEADER)
    page = leader.page
    leader.page.goto(case)
    measured = page.locator(".card", has=page.get_by_role("heading", name="按今天已知的情况测算"))
    expect(measured).to_contain_text("符合")
    expect(measured).to_contain_text(f"每月 {DUE_YUAN} 元")
    measured.get_by_text("逐条依据").click()
    expect(measured.locator(".why small").first).to_be_visible()
    expect(measured).to_contain_text("最低生活保障审核确认办法")
    leader.shot("first-opinion", phone=True)
    leader.is_accessible()
    form = page.locator("[id='case.first_opinion']")
    form.get_by_label("同意", exact=True).check()
    form.get_by_label("理由").fill("收入和财产符合规定，同意上报。")
    form.get_by_role("button").click()
    leader.sees_heading("待公示")


def post_and_end_the_notice(office: Office, case: str) -> None:
    """The notice hangs for seven days, and no clerk can take it down before."""
    clerk = office.seat(CLERK)
    page = clerk.page
    page.goto(case)
    page.get_by_label("张贴地点").fill("樊峡村村务公开栏")
    page.locator("[id='case.post_notice']").get_by_role("button").click()
    clerk.sees_heading("公示中")
    clerk.shot("notice")
    end = page.locator("[id='case.end_notice']").get_by_role("button")
    with clerk.refused(409):
        end.click()
    clerk.sees("才满期")
    clerk.sees("张贴当天不计入七日")
    clerk.shot("notice-too-early")
    move_to(NOTICE_IS_OVER)
    page.goto(case)
    end.click()
    clerk.sees_heading("待审核")


def review_and_decide(office: Office, case: str) -> None:
    """The county reviews and decides; the page of the amount says why, and computes it again."""
    reviewer, chief = office.seat(REVIEWER), office.seat(CHIEF)
    reviewer.page.goto(case)
    form = reviewer.page.locator("[id='case.review']")
    form.get_by_label("同意", exact=True).check()
    form.get_by_label("理由").fill("材料齐全，程序合规。")
    reviewer.shot("review")
    form.get_by_role("button").click()
    reviewer.sees_heading("待决定")

    chief.go("今日工作")
    chief.page.locator("table").get_by_role("link", name=HEAD.name).click()
    form = chief.page.locator("[id='case.decide']")
    form.get_by_label("确认", exact=True).check()
    form.get_by_label("理由").fill("人均收入低于标准，财产符合规定。")
    chief.shot("decide")
    form.get_by_role("button").click()
    chief.sees_heading("已确认")
    chief.sees("自 2022-07-01 起发")
    chief.shot("case", phone=True)
    chief.is_accessible()
    chief.press("为什么是这个数")
    chief.sees("结果一致")
    chief.sees(DUE_YUAN)
    chief.sees(HEAD.name)
    expect(chief.page.locator(".why small").first).to_be_visible()
    chief.sees("最低生活保障审核确认办法")
    chief.shot("why", phone=True)
    chief.press("全部展开")
    chief.sees(f"{WIFE.name}：残疾等级")
    chief.sees("417.00")
    chief.is_accessible()


def make_the_batch(office: Office) -> str:
    """In July the maker accrues and makes the batch, and cannot approve it in another post."""
    move_to(PAY_DAY)
    maker = office.seat(MAKER)
    page = maker.page
    maker.go("资金发放")
    maker.press("计提 2022-07")
    maker.sees("新增应发 1 笔")
    maker.press("编制批次")
    maker.sees("已编制，共 1 笔")
    maker.shot("batch-made")
    batch = page.url

    _switch(maker, "发放复核岗")
    page.goto(batch)
    with maker.refused(403):
        maker.press("复核通过")
    maker.sees("是您本人办的，不能再由您")
    maker.sees("它认人不认岗")
    maker.shot("batch-not-ones-own")
    _switch(maker, "发放经办岗")
    return batch


def _switch(seat: Seat, post: str) -> None:
    """Act in another post, through the menu behind one's name."""
    seat.page.get_by_role("banner").get_by_role("button", name=seat.who.name).click()
    seat.page.get_by_role("banner").get_by_role("button", name=post).click()
    expect(seat.page.locator(".page-pretitle")).to_contain_text(post)


def release_the_batch(office: Office, batch: str) -> None:
    """A second person approves, a third releases."""
    approver, releaser = office.seat(APPROVER), office.seat(RELEASER)
    approver.page.goto(batch)
    approver.press("复核通过")
    approver.sees("已复核，等待放行")
    releaser.page.goto(batch)
    releaser.shot("batch-approved")
    releaser.press("放行")
    releaser.sees("银行代发文件已送出")
    releaser.sees("分文不差")


def settle_with_the_bank(office: Office, batch: str, folder: Path) -> None:
    """The bank's file is fetched and read, its answer is uploaded, and the batch adds up."""
    maker = office.seat(MAKER)
    page = maker.page
    page.goto(batch)
    with page.expect_download() as download:
        maker.press("下载银行代发文件")
    sent = folder / "sent.txt"
    download.value.save_as(sent)
    lines = bankfile.read_batch(sent.read_bytes())
    assert [(line.holder_name, line.fen) for line in lines] == [(HEAD.name, 125_100)]

    number = Path(download.value.suggested_filename).stem
    answer = bankfile.build_return(
        number, [bankfile.ReturnLine(1, line.reference, True, line.fen) for line in lines]
    )
    page.get_by_label("银行回盘文件").set_input_files(
        {"name": f"{number}-回盘.txt", "mimeType": "text/plain", "buffer": answer}
    )
    maker.press("导入回盘")
    maker.sees("到账 1 笔，失败 0 笔")
    drain()  # the aid chain is told by the worker
    assert [_figure(maker, what) for what in ("应发", "已到账", "失败", "在途")] == [1, 1, 0, 0]
    maker.sees("分文不差")
    maker.shot("batch", phone=True)
    maker.is_accessible()
    maker.go("资金发放")
    maker.shot("batches")
    maker.is_accessible()


def read_the_aid_chain(office: Office) -> None:
    """One household, one chain: every step of the way stands there, the newest first."""
    clerk = office.seat(CLERK)
    page = clerk.page
    clerk.go("人员家庭")
    page.get_by_label("查找", exact=True).press_sequentially("王有田")
    page.locator("#found").get_by_role("link", name="救助链").click()
    chain = page.locator("ol.chain > li")
    kinds = [
        text.split(" · ")[0] for text in chain.locator("strong:first-of-type").all_inner_texts()
    ]
    assert set(CHAIN) <= set(kinds), kinds
    expect(chain.filter(has_text="发放").first).to_contain_text(DUE_YUAN)
    clerk.sees("1,251.00 元/月")
    clerk.shot("chain", phone=True)
    clerk.is_accessible()
    page.locator("main").get_by_role("link", name=WIFE.name).click()
    clerk.sees_heading(WIFE.name)
    clerk.shot("person")
    clerk.is_accessible()
