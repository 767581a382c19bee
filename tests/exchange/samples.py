"""People who do not exist and the sheets in which departments write about them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from doudi.exchange.formats import FORMATS
from doudi.kernel.ids import id_check_digit
from tests.exchange.records import further

TODAY = date(2022, 6, 2)
_FAMILY, _GIVEN = "赵钱孙李周吴郑王", ("秀英", "建国", "𠮷祥", "㐂", "买买提·艾力", "芳")


def id_number(number: int) -> str:
    """A valid id of 清水县; every number has its own."""
    birth = date(1945, 1, 1) + timedelta(days=number * 37 % 24_000)
    first17 = f"620521{birth:%Y%m%d}{number // 24_000 % 10}{number % 97:02d}"
    return first17 + id_check_digit(first17)


def name(number: int) -> str:
    """A name; dozens of people share each."""
    return _FAMILY[number % 8] + _GIVEN[number % 6]


def credit_code(number: int) -> str:
    """A valid unified social credit code."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    eight = f"{number:08d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(eight, weights, strict=True))
    first = f"92620521{eight}{'0123456789X'[-total % 11]}"
    total = sum(letters.index(each) * pow(3, at, 31) for at, each in enumerate(first))
    return first + letters[-total % 31]


def record(code: str, number: int) -> dict[str, Any]:
    """One good row of a format, by column name."""
    who, number_id = name(number), id_number(number)
    return further(number, who, number_id).get(code) or {
        "medical": {
            "结算流水号": f"62052120220510{number:06d}", "参保人姓名": who, "证件号码": number_id,
            "定点医疗机构": "清水县人民医院", "出院日期": "2022-05-10", "主要诊断": "肺炎",
            "诊断编码": "J18", "总费用": f"{9000 + number}.50", "个人自付": f"{3000 + number}.25",
        },
        "disability": {
            "姓名": who, "身份证号": number_id, "残疾人证号": f"{number_id}42", "残疾类别": "肢体",
            "残疾等级": "二级", "发证日期": "2020/03/01", "证件状态": "有效",
        },
        "pension": {
            "姓名": who, "社会保障号码": number_id, "险种类型": "城乡居民基本养老保险",
            "待遇类别": "待遇领取", "发放年月": "202205", "月待遇金额": f"{120 + number % 50}.36",
            "发放状态": "已发放",
        },
        "jobless": {
            "姓名": who, "公民身份号码": number_id, "失业登记日期": "2022-05-09",
            "失业原因": "合同到期", "是否领取失业保险金": "否", "登记状态": "登记失业",
        },
        "death": {
            "姓名": who, "公民身份号码": number_id, "死亡日期": "20220511", "注销日期": "20220516",
        },
        "vehicle": {
            "号牌号码": f"甘E{number:05d}", "车辆类型": "小型轿车", "车辆品牌": "长安",
            "使用性质": "非营运", "机动车所有人": who, "身份证明号码": number_id,
            "最近登记日期": "2022-05-12", "机动车状态": "正常", "购置价": f"{500 + number}",
        },
        "cremation": {
            "火化编号": f"QSH2022{number:05d}", "逝者姓名": who, "身份证号码": number_id,
            "死亡日期": "2022.05.11", "火化日期": "2022.05.13",
        },
        "school_aid": {
            "学生姓名": who, "身份证件号": number_id, "学校名称": "永清镇中心小学", "学段": "小学",
            "年级": "三年级", "资助学期": "2022年春季学期", "资助项目": "营养改善计划",
            "资助金额": "400.00",
        },
        "admission": {
            "考生号": f"2262052{number:07d}", "姓名": who, "身份证号": number_id,
            "录取院校": "天水师范学院", "录取专业": "护理", "录取层次": "高职(专科)",
            "录取日期": "2022-05-20",
        },
        "monitored": {
            "户编号": f"6205212022{number:06d}", "户主姓名": who, "户主证件号码": number_id,
            "家庭人口数": "4", "监测对象类别": "边缘易致贫户", "风险类型": "因病",
            "识别时间": "2022-05-06", "风险是否消除": "否", "人均纯收入": "6400.00",
        },
        "enterprise": {
            "统一社会信用代码": credit_code(number), "市场主体名称": "清水县百货店",
            "市场主体类型": "个体工商户", "人员姓名": who, "证件号码": number_id, "职务": "经营者",
            "出资比例": "100%", "成立日期": "2021-05-06", "登记状态": "存续(在营、开业、在册)",
        },
    }[code]  # fmt: skip


def table(code: str, records: list[dict[str, Any]]) -> list[list[Any]]:
    """Header and rows in the order of the declaration."""
    columns = [column.name for column in FORMATS[code].columns]
    return [list(columns), *([each.get(column, "") for column in columns] for each in records)]


def good_table(code: str, count: int, first: int = 1) -> list[list[Any]]:
    """Header and so many good rows."""
    return table(code, [record(code, number) for number in range(first, first + count)])


def as_csv(
    rows: list[list[Any]], encoding: str = "utf-8", delimiter: str = ",", end: str = "\r\n"
) -> bytes:
    """These rows as a CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(
    rows: list[list[Any]], above: tuple[str, ...] = (), sheets: tuple[str, ...] = ("Sheet1",)
) -> bytes:
    """These rows as a workbook, under merged lines; further sheets get the same rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for each in sheets:
        sheet = book.add_worksheet(each)
        for line, words in enumerate(above):
            sheet.merge_range(line, 0, line, max(1, len(rows[0]) - 1), words)
        for line, cells in enumerate(rows, start=len(above)):
            for at, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(line, at, cell)
                elif isinstance(cell, date):
                    sheet.write_datetime(line, at, cell, day)
                elif cell is not None:
                    sheet.write_number(line, at, cell)
    book.close()
    return out.getvalue()


def as_json(rows: list[list[Any]], encoding: str = "utf-8") -> bytes:
    """These rows as JSON lines."""
    lines = [
        json.dumps(dict(zip(rows[0], row, strict=True)), ensure_ascii=False) for row in rows[1:]
    ]
    return "\n".join(lines).encode(encoding)


def as_xml(rows: list[list[Any]], encoding: str = "utf-8") -> bytes:
    """These rows as XML, one element a record, under a head that is no record."""
    records = "\n".join(
        "<record>"
        + "".join(
            f"<{word}>{escape(str(cell))}</{word}>" for word, cell in zip(rows[0], row, strict=True)
        )
        + "</record>"
        for row in rows[1:]
    )
    head = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<data><head><unit>某局</unit></head><rows>\n'
    )
    return f"{head}{records}\n</rows></data>".encode(encoding)


def as_fixed(rows: list[list[Any]], encoding: str = "gb18030", end: str = "\r\n") -> bytes:
    """These rows at the fixed places of their format, without a header."""
    widths = next(
        form.widths for form in FORMATS.values() if [each.name for each in form.columns] == rows[0]
    )
    lines = []
    for row in rows[1:]:
        cells = [str(cell).encode("gb18030") for cell in row]
        assert all(len(c) <= width for c, width in zip(cells, widths, strict=True))
        lines.append(b"".join(c.ljust(width) for c, width in zip(cells, widths, strict=True)))
    return end.join(line.decode("gb18030") for line in lines).encode(encoding)
