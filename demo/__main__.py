"""``./run demo``: a made-up county, one month through the river, and the desk."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from demo.alone import AlreadyRuns, alone

ROOT = Path(__file__).resolve().parents[1]
# What makes another county: when one of these changes, the demo is made anew.
_RECIPE = 1


def main() -> int:
    """Make what is missing, then serve until Ctrl-C."""
    told = _arguments()
    # Both ways of stopping end everything cleanly, also where a shell had switched Ctrl-C off.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    var = Path(os.environ.get("DOUDI_VAR", str(ROOT / "var" / "demo")))
    os.environ["DOUDI_VAR"] = str(var)
    os.environ["DOUDI_MOVABLE_CLOCK"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.cli.settings")
    try:
        with alone(var, told.port):
            return _run_with_database(told, var)
    except AlreadyRuns as running:
        print(running)
        return 2


def _run_with_database(told: argparse.Namespace, var: Path) -> int:
    if not told.build_only and not _port_is_free(told.port):
        print(
            f"端口 {told.port} 已被占用。请先停掉占用它的程序，或换一个端口：PORT=8001 ./run demo"
        )
        return 2
    from doudi.base.embedded import EmbeddedError, Server

    server = Server(var / "pg")
    if told.reset:
        server.destroy()
        shutil.rmtree(var, ignore_errors=True)
    try:
        info = server.start()
    except EmbeddedError as error:
        print(error)
        return 2
    os.environ["DATABASE_URL"] = info.owner_dsn
    os.environ["DATABASE_APP_URL"] = info.app_dsn
    os.environ["DATABASE_INSIGHT_URL"] = info.insight_dsn
    children: list[subprocess.Popen[bytes]] = []
    try:
        return _run(told, var, children)
    except KeyboardInterrupt:
        return 0
    finally:
        for child in reversed(children):
            _end(child)
        server.stop()
        print("已全部停止；数据留在原处，再次 ./run demo 即可继续。")


def _run(told: argparse.Namespace, var: Path, children: list[subprocess.Popen[bytes]]) -> int:
    witness_port = _free_port()
    os.environ["DOUDI_WITNESS"] = f"127.0.0.1:{witness_port}"
    children.append(
        _start("doudi.base.witness", "--folder", str(var / "witness"), "--port", str(witness_port))
    )
    import django

    django.setup()
    _wait_for(witness_port)
    done = var / "done.json"
    begun = time.monotonic()
    if not _is_done(done, told):
        if done.exists():
            print("演示县的规模变了。请用 ./run demo --reset 重建，或去掉 SCALE。")
            return 2
        build(told.scale, var)
        done.write_text(json.dumps({"recipe": _RECIPE, "scale": told.scale}))
        print(f"演示县已建好，用时 {time.monotonic() - begun:.0f} 秒。")
    if told.build_only:
        return 0
    return _serve(told.port, children)


def build(scale: float, var: Path) -> None:
    """Make the county and run its month; every step is found done when it was done before."""
    from demo import bank, clerks, finding, loading, month, office, prices
    from demo.county import generate
    from demo.progress import step
    from doudi.base import sealing, worklist
    from doudi.cli.commands.setup import set_up

    print("正在建立清水县演示数据：")
    with step("数据表、全国区划、工作日历"):
        set_up(loading.COUNTY_PLACE)
    worklist.revive_stalled()  # what a killed start left half way
    with step("造县：人口、家庭、收入、一个月的事", "人") as progress:
        county = generate(scale=scale)
        progress.count = len(county.people)
    with step("人员与家庭入库", "人") as progress:
        progress.count = loading.load(county, f"清水县-{scale}")
    with step("开通各岗位账号"):
        office.hire()
    with step("封存并送出审计存证"):
        sealing.publish()
    files = month.files_of(county, var / "files-2022-05")
    county.write_truth(var / "truth.jsonl")
    month.receive_on_time(files)
    clerks.work(county)
    sealing.publish()
    bank.pay()
    prices.judge_prices()
    month.receive_late(files)
    clerks.begin_today(county)
    with step("封存并送出审计存证"):
        sealing.publish()
    print("\n预警与真相相比（真相只有造县的人知道，阈值没有照它调）：")
    print("\n".join(f"  {line}" for line in finding.lines(finding.found(county))), end="\n\n")


def _serve(port: int, children: list[subprocess.Popen[bytes]]) -> int:
    from demo import office
    from doudi.base.roles import ROLES
    from doudi.cli.commands import serve
    from doudi.places.queries import short_name

    serve.collect()
    children.append(_start("doudi.cli", "worker"))
    children.append(subprocess.Popen(serve.command("127.0.0.1", port, 2)))
    _wait_for(port)
    print(
        f"\n兜底已打开：http://127.0.0.1:{port}\n\n  登录名        岗位              辖区      密码"
    )
    for sample in office.samples():
        label = ROLES[sample.role].label
        where = short_name(sample.place)
        print(f"  {sample.username:<12}  {_wide(label, 16)}  {_wide(where, 8)}  {office.PASSWORD}")
    print("\n按 Ctrl-C 停止。", flush=True)
    while True:
        for child in children:
            if child.poll() is not None:
                print(f"一个进程意外结束（{child.returncode}），正在全部停止。")
                return 1
        time.sleep(1)


def _wide(text: str, width: int) -> str:
    """Pad to a width counted in terminal columns, where a Chinese character takes two."""
    taken = sum(2 if ord(character) > 0x2E80 else 1 for character in text)
    return text + " " * max(width - taken, 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run demo", description="建好演示县并打开经办平台")
    parser.add_argument("--reset", action="store_true", help="删掉演示数据，从头再来")
    parser.add_argument("--build-only", action="store_true", help="建好就退出，不打开平台")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    parser.add_argument(
        "--scale",
        type=float,
        default=float(os.environ.get("SCALE", "0.1")),
        help="规模：0.1 约三万人（默认），1 为全县约三十万人",
    )
    return parser.parse_args()


def _is_done(done: Path, told: argparse.Namespace) -> bool:
    if not done.exists():
        return False
    kept = json.loads(done.read_text())
    return bool(kept == {"recipe": _RECIPE, "scale": told.scale})


def _start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", module, *arguments])


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _port_is_free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait_for(port: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as one:
            one.settimeout(1)
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"端口 {port} 上的程序 {seconds:.0f} 秒内没有启动，请查看上面的提示。")


if __name__ == "__main__":
    sys.exit(main())
