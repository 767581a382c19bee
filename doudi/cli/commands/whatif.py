"""``doudi whatif``: change figures of the law over a registry, and see whom it moves."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doudi.cli.commands import decide

if TYPE_CHECKING:
    from doudi.rules.batch.whatif import Answer, Cliff, Effect, Moved

HELP = "政策试算：改几个参数，看登记库里谁纳入、谁退出、增减多少钱、哪里有陡坡"
EXAMPLE = "doudi whatif 登记库 --on 2022-06-01 --patch 提标20元.yaml"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("registry", type=Path, metavar="登记库", help="写法见 docs/registry.md")
    parser.add_argument("--on", required=True, metavar="日期", help="按哪一天的规定，如 2022-06-01")
    parser.add_argument(
        "--patch", action="append", default=[], type=Path, metavar="文件",
        help="一个情景（YAML），写法见 docs/registry.md；可以写几个，一遍算完",
    )  # fmt: skip
    parser.add_argument(
        "--cliff", default="1", metavar="元",
        help="每月多收入这么多元时，谁反而更少；几档用逗号隔开，写 0 不算",
    )  # fmt: skip
    parser.add_argument(
        "--details", type=Path, metavar="文件夹", help="把金额有变化的每一户写成 Parquet"
    )
    decide.add_choices(parser)


def run(told: argparse.Namespace) -> int:
    """0 computed; 4 computed, but some values could not be used."""
    from doudi.rules.batch.scenario import read_scenario
    from doudi.rules.batch.whatif import whatif
    from doudi.rules.book import rulebook

    tables = rulebook().tables
    answer = whatif(
        told.registry,
        decide.day(told.on),
        [read_scenario(path, tables) for path in told.patch],
        programmes=decide.programmes(told.only),
        cliffs=_steps(told.cliff),
        details=told.details,
        form=told.form,
    )
    if told.json:
        print(json.dumps(_plain(answer), ensure_ascii=False))
    else:
        _say(answer)
    return 4 if answer.faults.found else 0


def _steps(text: str) -> tuple[int, ...]:
    from doudi.rules.batch.scenario import ScenarioRefused

    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and len(part) < 7 for part in parts):
        raise ScenarioRefused(name="--cliff", why=f"应是整数元，如 1 或 1,100，写的是“{text}”")
    return tuple(int(part) * 100 for part in parts if int(part))


def _say(answer: Answer) -> None:
    print(
        f"按 {answer.on} 的规定，{answer.households:,} 户 {answer.persons:,} 人，"
        f"用{answer.form}形式；{answer.unable:,} 户因缺资料有算不出的项目。"
    )
    _say_cliffs("现行规定", answer.cliffs)
    for effect in answer.effects:
        _say_effect(effect)
    decide.say_faults(answer.faults.sentences())


def _say_effect(effect: Effect) -> None:
    from doudi.cli.table import table

    print(f"\n情景：{effect.name}\n")
    changed = [(code, moved) for code, moved in effect.programmes.items() if _moves(moved)]
    if not changed:
        print("没有任何变化。")
        return
    head = (
        "项目", "原有", "现有", "纳入户", "纳入人", "退出户", "退出人", "增额", "减额",
        "原金额（元）", "增减（元）",
    )  # fmt: skip
    print("\n".join(table(head, [_row(code, moved) for code, moved in changed])))
    print(
        f"\n每月合计：{effect.winners:,} 户增加 {decide.yuan(effect.gained)} 元，"
        f"{effect.losers:,} 户减少 {decide.yuan(effect.lost)} 元。"
    )
    if effect.bands:
        print("\n".join(table(("每户每月增减", "户数"), list(_bands(effect)))))
    print("\n分乡镇（增减最多的 20 项）：")
    places = sorted(effect.places.items(), key=lambda each: -abs(_difference(each[1])))
    rows = [_row(f"{place} {code}", moved) for (place, code), moved in places if _moves(moved)]
    print("\n".join(table(("地区 项目", *head[1:]), rows[:20])))
    _say_cliffs(effect.name, effect.cliffs)


def _row(name: str, moved: Moved) -> tuple[str, ...]:
    counts = (
        moved.holders_before, moved.holders_after, moved.households_in, moved.persons_in,
        moved.households_out, moved.persons_out, moved.more, moved.less,
    )  # fmt: skip
    money = (decide.yuan(moved.fen_before), decide.yuan(_difference(moved)))
    return (name, *(f"{count:,}" for count in counts), *money)


def _moves(moved: Moved) -> bool:
    return any(
        (moved.persons_in, moved.persons_out, moved.more, moved.less, _difference(moved),
         moved.households_in, moved.households_out)
    )  # fmt: skip


def _difference(moved: Moved) -> int:
    return moved.fen_after - moved.fen_before


def _bands(effect: Effect) -> list[tuple[str, str]]:
    from doudi.rules.batch.whatif import BANDS

    def words(band: int) -> str:
        edges = (0, *(fen // 100 for fen in BANDS))
        what = "增加" if band > 0 else "减少"
        low = edges[abs(band) - 1]
        above = f"{low} 元以上" if abs(band) == len(edges) else f"{low} 至 {edges[abs(band)]} 元"
        return f"{what} {above}"

    return [(words(band), f"{count:,}") for band, count in sorted(effect.bands.items())]


def _say_cliffs(name: str, cliffs: list[Cliff]) -> None:
    for cliff in cliffs:
        step = cliff.step // 100
        if not cliff.households:
            print(f"陡坡（{name}）：每月多收入 {step} 元，没有一户因此反而更少。")
            continue
        lost = "、".join(f"{code} {count:,} 户" for code, count in cliff.lost.most_common())
        print(
            f"陡坡（{name}）：每月多收入 {step} 元，{cliff.households:,} 户反而更少，"
            f"共少 {decide.yuan(cliff.fen)} 元，最多的一户少 {decide.yuan(cliff.largest)} 元"
            + (f"；失去 {lost}。" if lost else "。")
        )


def _plain(answer: Answer) -> dict[str, Any]:
    from dataclasses import asdict

    def cliffs(each: list[Cliff]) -> list[dict[str, Any]]:
        return [asdict(cliff) | {"lost": dict(cliff.lost)} for cliff in each]

    return {
        "on": answer.on.isoformat(),
        "form": answer.form,
        "households": answer.households,
        "persons": answer.persons,
        "unable": answer.unable,
        "cliffs": cliffs(answer.cliffs),
        "scenarios": [
            {
                "name": effect.name,
                "programmes": {code: asdict(moved) for code, moved in effect.programmes.items()},
                "places": [
                    {"place": place, "programme": code, **asdict(moved)}
                    for (place, code), moved in effect.places.items()
                ],
                "winners": effect.winners,
                "losers": effect.losers,
                "gained_fen": effect.gained,
                "lost_fen": effect.lost,
                "bands": {str(band): count for band, count in sorted(effect.bands.items())},
                "cliffs": cliffs(effect.cliffs),
            }
            for effect in answer.effects
        ],
        "faults": answer.faults.sentences(),
    }
