"""The files of a month as departments lay them out: names, headers, and who stands in them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from demo.county import stories
from demo.county.dirt import Columns
from demo.county.lives import days_back
from demo.county.model import Disability, Enterprise, Monitored, PersonSeed, Vehicle
from demo.county.month import Death, Inpatient
from demo.county.numbers import credit_code

if TYPE_CHECKING:
    from demo.county.county import County

Entry = tuple[PersonSeed, Any]
_DISABILITIES = ("", "视力", "听力", "言语", "肢体", "智力", "精神", "多重")
_LEVELS = ("", "一级", "二级", "三级", "四级")


class Desk:
    """What every department knows: how to write a place; and a source of what means nothing."""

    def __init__(self, county: County, rng: random.Random) -> None:
        self.county = county
        self.rng = rng
        self.villages = {village.code: village for village in county.places.villages}
        self.away = dict(county.places.away)

    def town(self, person: PersonSeed) -> str:
        """The township of registration."""
        return self.county.places.towns.get(person.registered_place[:9], "县外")

    def address(self, person: PersonSeed) -> str:
        """The full address of registration."""
        village = self.villages.get(person.registered_place)
        if village is None:
            return self.away[person.registered_place] + person.address * bool(person.local_id)
        return f"甘肃省天水市清水县{village.town}{village.short}{person.address}"

    def kin(self, person: PersonSeed) -> PersonSeed | None:
        """Somebody grown of the same household, for the columns that ask for relatives."""
        if not person.local_id:
            return None
        members = self.county.members(self.county.household_of(person))
        grown = [p for p in members if p.age >= 18 and p.local_id != person.local_id]
        return grown[0] if grown else None


@dataclass(slots=True, frozen=True)
class Department:
    """One file of one department."""

    label: str
    file: str
    encoding: str  # xlsx, gb18030, utf-8-sig, utf-8
    title: tuple[str, ...]  # rows above the header, xlsx only
    header: tuple[str, ...]
    columns: Columns
    entries: Callable[[County], Iterator[Entry]]
    row: Callable[[Desk, PersonSeed, Any, int], list[Any]]
    outsiders: float = 0.012  # share of rows about people of other counties
    total_at: tuple[int, ...] = ()  # amounts summed up in a last row 合计


def _stays(county: County) -> Iterator[Entry]:
    for stay in sorted(county.events.stays, key=lambda stay: (stay.discharged, stay.number)):
        yield county.person(stay.person_local_id), stay


def _stay_row(desk: Desk, person: PersonSeed, stay: Inpatient, line: int) -> list[Any]:
    insured = "城镇职工基本医疗保险" if person.work == "退休" else "城乡居民基本医疗保险"
    number = stay.number if person.local_id else f"620521{stay.discharged:%Y%m%d}9{line:05d}"
    return [
        str(line), number, person.name, person.id_number, insured, desk.town(person), stay.hospital,
        stay.grade, stay.admitted, stay.discharged, stay.discharged, stay.disease[1],
        stay.disease[0],
        stay.total, stay.basic, stay.serious, stay.aid, stay.self_pay, "",
    ]  # fmt: skip


def _certificates(county: County) -> Iterator[Entry]:
    for known in (county.disabilities, county.events.disabilities):
        for local_id in sorted(known):
            yield county.person(local_id), known[local_id]


def _certificate_row(
    desk: Desk, person: PersonSeed, disability: Disability, line: int
) -> list[Any]:
    kin = desk.kin(person)
    # The number holds the id, so it must follow the person the row is about.
    number = f"{person.id_number}{disability.type}{disability.level}"
    return [
        person.name, person.sex, person.id_number, number, _DISABILITIES[disability.type],
        _LEVELS[disability.level], disability.issued, "有效", person.phone, desk.address(person),
        kin.name if kin else "",
    ]  # fmt: skip


def _pensions(county: County) -> Iterator[Entry]:
    for person in county.people:
        income = county.income(person)
        new = county.events.pensions.get(person.local_id)
        if new:
            yield person, (new, "企业职工基本养老保险", "正常退休(新增)")
        elif income.pension_employee:
            kind = "机关事业单位养老保险" if person.local_id % 3 == 0 else "企业职工基本养老保险"
            yield person, (income.pension_employee, kind, "正常退休")
        elif income.pension_base:
            yield (
                person,
                (income.pension_base + income.pension_account, "城乡居民基本养老保险", "待遇领取"),
            )


def _pension_row(desk: Desk, person: PersonSeed, paid: Any, line: int) -> list[Any]:
    fen, kind, treatment = paid
    return [
        f"62052{line:08d}", person.name, person.id_number, kind, treatment, "202205", fen, "已发放",
        desk.town(person), person.phone,
    ]  # fmt: skip


def _jobless(county: County) -> Iterator[Entry]:
    for known in (county.unemployed, county.events.unemployed):
        for local_id in sorted(known):
            yield county.person(local_id), known[local_id]


def _jobless_row(desk: Desk, person: PersonSeed, registered: date, line: int) -> list[Any]:
    reason = desk.rng.choice(("合同到期", "单位裁员", "疫情影响停工", "个体停业"))
    return [
        person.name, person.id_number, person.sex, person.education, registered, reason,
        desk.rng.choice(("是", "否", "否")), desk.town(person), person.phone, "登记失业",
    ]  # fmt: skip


def _deaths(county: County) -> Iterator[Entry]:
    for local_id, death in sorted(county.events.deaths.items()):
        if death.deregistered:
            yield county.person(local_id), death


def _death_row(desk: Desk, person: PersonSeed, death: Death, line: int) -> list[Any]:
    kin = desk.kin(person)
    return [
        str(line), person.name, person.sex, person.id_number, desk.address(person), death.died,
        death.cause, death.deregistered, kin.name if kin else "村委会",
        f"{desk.town(person)}派出所",
    ]  # fmt: skip


def _cremations(county: County) -> Iterator[Entry]:
    for local_id, death in sorted(county.events.deaths.items()):
        if death.cremated:
            yield county.person(local_id), death


def _cremation_row(desk: Desk, person: PersonSeed, death: Death, line: int) -> list[Any]:
    kin = desk.kin(person)
    return [
        f"QSH2022{line:04d}", person.name, person.sex, str(person.age), person.id_number,
        desk.address(person), death.died, death.cremated or death.died + timedelta(days=2),
        death.cause,
        kin.name if kin else "", "亲属" if kin else "", kin.phone if kin else "",
        desk.rng.choice(("自行安葬", "寄存", "公墓")),
    ]  # fmt: skip


def _vehicles(county: County) -> Iterator[Entry]:
    for known in (county.vehicles, county.events.vehicles):
        for local_id in sorted(known):
            yield county.person(local_id), known[local_id]


def _vehicle_row(desk: Desk, person: PersonSeed, vehicle: Vehicle, line: int) -> list[Any]:
    plate_kind = {"普通二轮摩托车": "普通摩托车", "三轮汽车": "低速车"}.get(
        vehicle.type, "小型汽车"
    )
    first = vehicle.registered - timedelta(days=desk.rng.choice((0, 0, 0, 900)))
    plate = vehicle.plate if person.local_id else f"陕A{line:05d}"
    return [
        plate_kind, plate, vehicle.type, vehicle.brand, "非营运", person.name, person.id_number,
        first, vehicle.registered, "正常", str(vehicle.value_fen // 10000), desk.address(person),
    ]  # fmt: skip


def _pupils(county: County) -> Iterator[Entry]:
    poor = {h.local_id for h in county.households if h.group != "普通"} | set(county.monitored)
    for local_id in sorted(county.schools):
        person = county.person(local_id)
        school = county.schools[local_id]
        if not school.stage.startswith("大学"):
            yield person, (school, person.household_id in poor)


def _pupil_row(desk: Desk, person: PersonSeed, attends: Any, line: int) -> list[Any]:
    school, poor = attends
    aid, fen = {
        "学前": ("学前教育免保教费", 50000), "小学": ("营养改善计划", 40000),
        "初中": ("营养改善计划", 40000),
        "普通高中": ("免学杂费", 40000), "中等职业学校": ("中职免学费", 100000),
    }[school.stage]  # fmt: skip
    if poor and school.stage != "学前":
        aid = "家庭经济困难学生生活补助" if school.stage in ("小学", "初中") else "国家助学金"
        fen = {"小学": 50000, "初中": 62500}.get(school.stage, 100000)
    kin = desk.kin(person)
    return [
        f"G{person.id_number}", person.name, person.id_number, person.sex, school.name,
        school.stage,
        school.grade, "2022年春季学期", aid, fen, kin.name if kin else "",
        kin.id_number if kin else "",
    ]  # fmt: skip


def _admitted(county: County) -> Iterator[Entry]:
    for local_id, place in sorted(county.events.students.items()):
        yield county.person(local_id), place


def _admitted_row(desk: Desk, person: PersonSeed, place: Any, line: int) -> list[Any]:
    college, subject = place
    school = desk.county.schools.get(person.local_id)
    return [
        f"2262052{line:07d}", person.name, person.id_number, school.name if school else "县外中学",
        college, subject, "高职(专科)", date(2022, 5, 8 + line % 18), desk.address(person),
        person.phone,
    ]  # fmt: skip


def _monitored(county: County) -> Iterator[Entry]:
    known = {**county.monitored, **county.events.monitored}
    for household_id in sorted(known, key=lambda each: (county.household(each).place, each)):
        yield county.person(county.household(household_id).head), known[household_id]


def _monitored_row(desk: Desk, person: PersonSeed, monitored: Monitored, line: int) -> list[Any]:
    household = desk.county.household_of(person) if person.local_id else None
    village = desk.villages.get(person.registered_place)
    per_head = desk.county.per_head_fen(household) * 12 if household else 600000
    return [
        str(line), desk.town(person), village.short if village else "", f"6205212022{line:06d}",
        person.name, person.id_number, str(household.size if household else 3), monitored.kind,
        monitored.risk, monitored.since, "否", per_head, f"{desk.town(person)}帮扶干部",
    ]  # fmt: skip


def _traders(county: County) -> Iterator[Entry]:
    for known in (county.enterprises, county.events.enterprises):
        for local_id in sorted(known):
            yield county.person(local_id), known[local_id]


def _trader_row(desk: Desk, person: PersonSeed, enterprise: Enterprise, line: int) -> list[Any]:
    uscc = enterprise.uscc if person.local_id else credit_code("92", 500_000 + line)
    return [
        uscc, enterprise.name, enterprise.type, person.name, person.id_number, enterprise.role,
        f"{enterprise.share}%", enterprise.founded, "存续(在营、开业、在册)",
        max(enterprise.founded, days_back(desk.rng, 30, 60)), desk.address(person),
    ]  # fmt: skip


DEPARTMENTS: tuple[Department, ...] = (
    Department(
        stories.MEDICAL, "医保局_2022年5月住院费用结算明细.xlsx", "xlsx",
        ("清水县医疗保障局2022年5月住院费用结算明细表",
         "填报单位：清水县医疗保障局　　结算时间：2022-05-01至2022-05-31　　金额单位：元"),
        ("序号", "结算流水号", "参保人姓名", "证件号码", "险种类型", "参保乡镇", "定点医疗机构",
        "医院等级",
         "入院日期", "出院日期", "结算时间", "主要诊断", "诊断编码", "总费用", "基本医保支付",
         "大病保险支付", "医疗救助支付", "个人自付", "备注"),
        Columns(2, 3, (8, 9, 10), (13, 14, 15, 16, 17)), _stays, _stay_row, total_at=(13, 14, 15,
        16, 17),
    ),
    Department(
        stories.DISABLED, "残联_持证残疾人名册_20220531.csv", "gb18030", (),
        ("姓名", "性别", "身份证号", "残疾人证号", "残疾类别", "残疾等级", "发证日期", "证件状态",
        "联系电话",
         "户籍地址", "监护人"),
        Columns(0, 2, (6,), (), "%Y/%m/%d"), _certificates, _certificate_row,
    ),
    Department(
        stories.PENSION, "人社局_养老金发放明细_202205.csv", "utf-8-sig", (),
        ("个人编号", "姓名", "社会保障号码", "险种类型", "待遇类别", "发放年月", "月待遇金额(元)",
        "发放状态",
         "所属乡镇", "联系电话"),
        Columns(1, 2, (), (6,)), _pensions, _pension_row,
    ),
    Department(
        stories.JOBLESS, "人社局_登记失业人员_202205.csv", "utf-8-sig", (),
        ("姓名", "公民身份号码", "性别", "文化程度", "失业登记日期", "失业原因",
        "是否领取失业保险金",
         "所属乡镇", "联系电话", "登记状态"),
        Columns(0, 1, (4,)), _jobless, _jobless_row,
    ),
    Department(
        stories.DEATH, "公安局_死亡注销户口人员_2022年5月.xlsx", "xlsx",
        ("清水县公安局2022年5月死亡注销户口人员名单",),
        ("序号", "姓名", "性别", "公民身份号码", "户籍地址", "死亡日期", "死亡原因", "注销日期",
        "申报人",
         "受理派出所"),
        Columns(1, 3, (5, 7), (), "%Y%m%d"), _deaths, _death_row,
    ),
    Department(
        stories.VEHICLE, "公安局交警大队_机动车登记信息_20220531.csv", "gb18030", (),
        ("号牌种类", "号牌号码", "车辆类型", "车辆品牌", "使用性质", "机动车所有人", "身份证明号码",
         "初次登记日期", "最近登记日期", "机动车状态", "购置价(百元)", "住所详细地址"),
        Columns(5, 6, (7, 8)), _vehicles, _vehicle_row,
    ),
    Department(
        stories.CREMATION, "殡仪馆_火化登记台账_2022年5月.xlsx", "xlsx",
        ("清水县殡仪馆火化登记台账（2022年5月）",
         "说明：火化日期以火化证为准；身份证号由家属口述的请核对。　填表日期：2022年6月1日"),
        ("火化编号", "逝者姓名", "性别", "年龄", "身份证号码", "户籍所在地", "死亡日期", "火化日期",
        "死亡原因",
         "家属姓名", "与逝者关系", "家属电话", "骨灰去向"),
        Columns(1, 4, (6, 7), (), "%Y.%m.%d"), _cremations, _cremation_row, outsiders=0.06,
    ),
    Department(
        stories.AID_AT_SCHOOL, "教育局_学生资助名册_2022年春季.csv", "utf-8", (),
        ("学籍号", "学生姓名", "身份证件号", "性别", "学校名称", "学段", "年级", "资助学期",
        "资助项目",
         "资助金额", "监护人姓名", "监护人身份证件号"),
        Columns(1, 2, (), (9,)), _pupils, _pupil_row,
    ),
    Department(
        stories.STUDENT, "教育局_高职分类考试新录取学生_2022.csv", "utf-8", (),
        ("考生号", "姓名", "身份证号", "毕业中学", "录取院校", "录取专业", "录取层次", "录取日期",
        "家庭住址",
         "联系电话"),
        Columns(1, 2, (7,)), _admitted, _admitted_row,
    ),
    Department(
        stories.MONITORED, "乡村振兴局_防返贫监测对象_202205.xlsx", "xlsx",
        ("清水县防止返贫监测对象台账", "导出日期：2022-05-31　　单位：户、人、元"),
        ("序号", "乡镇", "行政村", "户编号", "户主姓名", "户主证件号码", "家庭人口数",
        "监测对象类别", "风险类型",
         "识别时间", "风险是否消除", "人均纯收入(元)", "帮扶联系人"),
        Columns(4, 5, (9,), (11,)), _monitored, _monitored_row,
    ),
    Department(
        stories.ENTERPRISE, "市场监管局_市场主体人员信息_20220531.csv", "utf-8-sig", (),
        ("统一社会信用代码", "市场主体名称", "市场主体类型", "人员姓名", "证件号码", "职务",
        "出资比例",
         "成立日期", "登记状态", "核准日期", "经营场所"),
        Columns(3, 4, (7, 9)), _traders, _trader_row,
    ),
)  # fmt: skip
