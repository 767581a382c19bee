"""Why a whole file cannot be read: each a sentence and the step that leads out of it."""

from doudi.kernel.problems import Problem


class FileRefused(Problem):
    """Group: nothing in the file could be used."""


class EmptyFile(FileRefused):
    code = "file.empty"
    say = "文件是空的，没有任何内容。"
    next = "请让来源部门重新导出，打开确认有数据后再上传。"


class FileTooLarge(FileRefused):
    code = "file.too_large"
    say = "文件有 {size} MB，超过 {limit} MB 的上限。"
    next = "请按乡镇或按月拆成几个文件分别上传。"
    fields = ("size", "limit")


class NotASheet(FileRefused):
    code = "file.not_a_sheet"
    say = "这不是表格文件，内容是{found}，与扩展名无关。"
    next = "请上传 xlsx、xls、csv 表格，或每行一条的 JSON、XML；其他文件先另存为表格。"
    fields = ("found",)


class DamagedWorkbook(FileRefused):
    code = "file.damaged"
    say = "工作簿打不开：{why}。"
    next = "可能没有下载完整。请在电脑上用表格软件打开确认，另存为 xlsx 后重新上传。"
    fields = ("why",)


class LockedWorkbook(FileRefused):
    code = "file.locked"
    say = "工作簿设了打开密码，无法读取。"
    next = "请来源部门去掉密码后另存，再通过政务外网传送。"


class UnpacksTooLarge(FileRefused):
    code = "file.unpacks_too_large"
    say = "工作簿展开后有 {size} MB，远大于正常表格，已拒绝打开。"
    next = "请确认文件来源；确属正常数据的，另存为 csv 或拆分后上传。"
    fields = ("size",)


class TooManyRows(FileRefused):
    code = "file.too_many_rows"
    say = "表格超过 {limit} 行。"
    next = "请按乡镇拆成几个文件分别上传；如果下方是空白行，请删除空白行后另存。"
    fields = ("limit",)


class TooWide(FileRefused):
    code = "file.too_wide"
    say = "表格范围太大：{rows} 行 × {columns} 列。"
    next = "多半是右侧或下方很远处有零星内容。请删除多余的行列后另存，重新上传。"
    fields = ("rows", "columns")


class WrongEncoding(FileRefused):
    code = "file.wrong_encoding"
    say = "文字编码无法识别，第 {line} 行起出现乱码。"
    next = "请在表格软件中打开，另存为 xlsx，或“CSV UTF-8”格式后重新上传。"
    fields = ("line",)


class BrokenCsv(FileRefused):
    code = "file.broken_csv"
    say = "第 {line} 行附近引号不成对或单元格过长，后面的内容连成了一格。"
    next = "请用表格软件打开原始数据，另存为 xlsx 后重新上传。"
    fields = ("line",)


class NotJsonLines(FileRefused):
    code = "file.not_json_lines"
    say = "这是 JSON，但不是每行一条记录（第 {line} 行）。"
    next = '请让来源部门按每行一条 {{"列名": "内容"}} 导出，证件号码写成带引号的文字；或改报表格。'
    fields = ("line",)


class DamagedXml(FileRefused):
    code = "file.damaged_xml"
    say = "XML 第 {line} 行起读不下去：{why}。"
    next = "请让来源部门重新导出；去掉文档类型定义，每条记录一个元素、每列一个子元素。"
    fields = ("line", "why")


class HeaderNotFound(FileRefused):
    code = "file.header_not_found"
    say = "前 {rows} 行里没有找到“{label}”的表头。"
    next = "请核对选择的文件类型；表头要包含：{wanted}。"
    fields = ("rows", "label", "wanted")


class MissingColumns(FileRefused):
    code = "file.missing_columns"
    say = "第 {line} 行的表头缺少“{label}”必需的列：{columns}。"
    next = "请来源部门按模板补上这些列后重新导出；列名可以参照格式说明。"
    fields = ("line", "label", "columns")


class MissingFields(FileRefused):
    code = "file.missing_fields"
    say = "记录里缺少“{label}”必需的字段：{columns}。"
    next = "请核对选择的文件类型；字段名要与格式说明里的列名一致。"
    fields = ("label", "columns")


class TableHidden(FileRefused):
    code = "file.table_hidden"
    say = "看得见的工作表里没有“{label}”的表头；另有隐藏的工作表没有读取：{sheets}。"
    next = "数据在隐藏的工作表里的，请取消隐藏、核对内容后重新上传。"
    fields = ("label", "sheets")


class TwoTables(FileRefused):
    code = "file.two_tables"
    say = "同一张工作表里有两张表：第 {line} 行是另一个表头，列的顺序与上面不同。"
    next = "请把两张表分成两个文件分别上传，避免后一张表的内容读错列。"
    fields = ("line",)


class MergedEverywhere(FileRefused):
    code = "file.merged"
    say = "表格里合并单元格太多，看不出每一行的内容。"
    next = "请取消全部合并单元格，逐行填写后重新上传。"


class ColumnTwice(FileRefused):
    code = "file.column_twice"
    say = "表头里“{column}”出现了两次，不知道以哪一列为准。"
    next = "请删去或改名其中一列后重新上传。"
    fields = ("column",)


class SeveralSheets(FileRefused):
    code = "file.several_sheets"
    say = "工作簿里有几张表都有数据：{sheets}。"
    next = "请把每张表另存为一个文件，分别上传。"
    fields = ("sheets",)


class NoRows(FileRefused):
    code = "file.no_rows"
    say = "找到了表头，但下面没有数据行。"
    next = "确实没有数据的月份不必上传；否则请重新导出。"


class IdsBecameNumbers(FileRefused):
    code = "file.ids_became_numbers"
    say = "“{column}”列被表格软件变成了数字（例如 {example}），后几位已经丢失，无法恢复。"
    next = "请从原系统重新导出，先把该列设为“文本”，不要打开后直接保存 csv。"
    fields = ("column", "example")


class IdsLostDigits(FileRefused):
    code = "file.ids_lost_digits"
    say = "“{column}”列有 {count} 个号码以 000 结尾，是表格软件保存时丢掉了后三位，无法恢复。"
    next = "请从原系统重新导出，先把该列设为“文本”，不要打开后直接保存。"
    fields = ("column", "count")
