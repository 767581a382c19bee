"""Strict reading of YAML: a key said twice or a decimal fraction is a fault, never a surprise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from doudi.rules.errors import RuleRefused

# The same loader in C, where the installed PyYAML has it: a third of the start of a command.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(_Loader):  # type: ignore[misc]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise RuleRefused(f"{node.start_mark.name}：“{key}”写了两次。")
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made

    def refuse_float(self, node: yaml.ScalarNode) -> None:
        raise RuleRefused(
            f"{node.start_mark.name} 第 {node.start_mark.line + 1} 行：{node.value} 是小数。"
            "金额请加引号，比例请用万分比。"
        )


_Strict.add_constructor("tag:yaml.org,2002:float", _Strict.refuse_float)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a file; raises `RuleRefused` for repeated keys and for fractions."""
    with path.open(encoding="utf-8") as stream:
        content = yaml.load(stream, Loader=_Strict)  # noqa: S506 (a stricter SafeLoader)
    if not isinstance(content, dict):
        raise RuleRefused(f"{path.name} 应是“名称: 内容”的列表。")
    return content
