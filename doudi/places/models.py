"""Administrative divisions as they were named from a day until a day."""

from django.db import models

from doudi.base.access import Guarded, open_table


class Division(Guarded):
    """One division: the key is code and level, because four codes stand on several levels.

    (金门县, 东莞市, 中山市, 儋州市 in the 2023 list.) Elsewhere a place is carried as its code.
    """

    guard = open_table()

    code = models.CharField("代码", max_length=12)
    level = models.SmallIntegerField("级别")  # 1 省 2 市 3 县 4 乡 5 村
    name = models.CharField("名称", max_length=60)
    initials = models.CharField("拼音首字母", max_length=60)
    since = models.DateField("自")
    before = models.DateField("至（不含）", null=True)
    successor = models.CharField("继承代码", max_length=12, default="")
    source = models.CharField("来源", max_length=120)

    class Meta:
        verbose_name = "行政区划"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "level", "since"], name="one_division_per_code_level_and_day"
            )
        ]
        indexes = [
            models.Index(fields=["initials"], name="division_by_initials"),
        ]
