"""C text made a library: compiled once, kept under the hash of all it was made from, loaded.

What is loaded runs with our rights. So a library comes from the package itself, or from a folder
that nobody but this user (and root) can write to.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import platform
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from doudi.kernel.problems import Problem

SHIPPED = Path(__file__).parent / "libraries"
_FLAGS = ("-fwrapv", "-fPIC", "-shared", "-nostdlib", "-w", "-x", "c")
_LONG = 2000  # lines; a longer text is optimised less: twice as soon ready, a tenth slower
_PATIENCE = 120.0  # seconds for one library; the whole law takes one or two
_NAMES = ("cc", "gcc", "clang")


class NoCompiler(Problem):
    """Machine code can be neither found nor made here; the array form computes the same."""

    code = "rules.no_compiler"
    status = 503
    say = "这台机器上不能生成机器码：{why}。"
    next = "可以改用数组方式计算，结果相同；要用机器码，请安装 gcc 或 clang 后再试。"
    fields = ("why",)


class CacheRefused(Problem):
    """The folder for machine code could be written to by somebody else."""

    code = "rules.cache_refused"
    status = 500
    say = "不能在“{folder}”存放机器码：{why}。"
    next = "请换一个只有本用户能写入的文件夹，或收回他人的写入权限。"
    fields = ("folder", "why")


def compiler() -> tuple[str, ...] | None:
    """The C compiler as a command: `$CC`, or the first of cc, gcc and clang that is there."""
    if os.name != "posix":
        return None
    asked = shlex.split(os.environ.get("CC", ""))
    if asked:
        return tuple(asked) if shutil.which(asked[0]) else None
    return next(((name,) for name in _NAMES if shutil.which(name)), None)


def _flags(text: str) -> tuple[str, ...]:
    return ("-O2" if text.count("\n") < _LONG else "-O1", *_FLAGS)


@functools.cache
def _speaks(command: tuple[str, ...]) -> str:
    """What a compiler says of itself; part of the name of what it makes."""
    try:
        said = subprocess.run(
            [*command, "--version"], capture_output=True, timeout=_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoCompiler(why=f"编译器 {command[0]} 不能运行") from error
    return said.stdout.decode(errors="replace")


def _machine() -> str:
    return f"{sys.platform} {platform.machine()}"


def shipped_name(text: str) -> str:
    """The file name of a library that a wheel brings for this kind of machine."""
    return _name(_machine(), text)


def _made_name(text: str, command: tuple[str, ...]) -> str:
    return _name(_machine(), _speaks(command), *command, *_flags(text), text)


def _name(*made_from: str) -> str:
    return f"law-{hashlib.sha256(chr(10).join(made_from).encode()).hexdigest()}.so"


def shipped(text: str) -> ctypes.CDLL | None:
    """The library of this text that came with the package, if any."""
    path = SHIPPED / shipped_name(text)
    return ctypes.CDLL(str(path)) if path.is_file() else None


def library(text: str, cache: Path | None) -> ctypes.CDLL:
    """The library of this text: shipped, kept, or made now; raises `NoCompiler`, `CacheRefused`."""
    found = shipped(text)
    if found is not None:
        return found
    command = compiler()
    if command is None:
        raise NoCompiler(why="没有 C 编译器，也没有随带的机器码")
    folder = private_folder(cache)
    path = folder / _made_name(text, command)
    if not path.exists():
        build(text, path, command)
    _refuse_if_others_write(path)
    return ctypes.CDLL(str(path))


def build(text: str, path: Path, command: tuple[str, ...]) -> None:
    """Compile into a file of its own and put it in place whole; raises `NoCompiler`."""
    handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".part")
    os.close(handle)
    try:
        _compile(text, unfinished, command)
        os.chmod(unfinished, 0o700)
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished)
        raise


def _compile(text: str, to: str, command: tuple[str, ...]) -> None:
    try:
        done = subprocess.run(
            [*command, *_flags(text), "-o", to, "-"],
            input=text.encode(),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NoCompiler(why=f"编译器 {command[0]} 超过 {_PATIENCE:.0f} 秒没有做完") from error
    except OSError as error:
        raise NoCompiler(why=f"编译器 {command[0]} 不能运行") from error
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise NoCompiler(why=f"编译器 {command[0]} 报错 {''.join(last)[:200]}")


def private_folder(cache: Path | None = None) -> Path:
    """The folder for libraries, made if need be; raises `CacheRefused` if others can write to it.

    Not told: `$XDG_CACHE_HOME/doudi`, or else a folder of this user among the temporary ones.
    """
    if cache is None:
        home = os.environ.get("XDG_CACHE_HOME", "")
        temporary = Path(tempfile.gettempdir()) / f"doudi-{os.getuid()}"
        cache = Path(home) / "doudi" if os.path.isabs(home) else temporary
    cache = Path(os.path.abspath(cache))
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            cache.mkdir(mode=0o700)
    except OSError as error:
        raise CacheRefused(folder=str(cache), why=error.strerror or "不能创建") from error
    folder = cache.resolve()
    if cache.is_symlink() or not folder.is_dir():
        raise CacheRefused(folder=str(cache), why="它不是文件夹")
    for each in (folder, *folder.parents):
        _refuse_if_others_write(each)
    if folder.stat().st_uid != os.getuid():
        raise CacheRefused(folder=str(folder), why="它属于别的用户")
    return folder


def _refuse_if_others_write(path: Path) -> None:
    """What others may write, they may replace; a sticky folder keeps each one's files his own."""
    state = path.lstat()
    if stat.S_ISLNK(state.st_mode):
        raise CacheRefused(folder=str(path), why="它是指向别处的链接")
    if state.st_uid not in (0, os.getuid()):
        raise CacheRefused(folder=str(path), why="它属于别的用户")
    kept = stat.S_ISDIR(state.st_mode) and state.st_mode & stat.S_ISVTX
    if state.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not kept:
        raise CacheRefused(folder=str(path), why="别的用户也能写入")
