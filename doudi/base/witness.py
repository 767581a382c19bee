"""The witness outside: a small receiver that appends chain values to a file of its own.

It runs as another process, on another machine where there is one, and knows nothing of the
database: ``python -m doudi.base.witness --folder F --port P``. One JSON object per line in, one
receipt per line out. What it has written, the database's administrator cannot take back.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import socketserver
import time
from pathlib import Path
from typing import Any

from doudi.kernel.problems import Problem

TIMEOUT_S = 5.0


class WitnessSilent(Problem):
    """The receiver did not take the value."""

    code = "audit.witness_silent"
    status = 503
    say = "存证接收程序没有应答（{address}）。"
    next = "请检查 doudi witness 是否在运行、网络是否通；半小时内恢复不影响办理。"
    fields = ("address",)


def address() -> tuple[str, int]:
    """Where the receiver listens: ``DOUDI_WITNESS=host:port``; default 127.0.0.1:8521."""
    host, _, port = os.environ.get("DOUDI_WITNESS", "127.0.0.1:8521").rpartition(":")
    return host, int(port)


def send(value: dict[str, Any]) -> dict[str, Any]:
    """Send one value and return the receipt; raises ``WitnessSilent``."""
    host, port = address()
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT_S) as line:
            line.sendall(json.dumps(value).encode() + b"\n")
            answer = line.makefile("rb").readline()
    except OSError as error:
        raise WitnessSilent(address=f"{host}:{port}") from error
    if not answer.endswith(b"\n"):
        raise WitnessSilent(address=f"{host}:{port}")
    receipt: dict[str, Any] = json.loads(answer)
    return receipt


class _Receiver(socketserver.StreamRequestHandler):
    timeout = TIMEOUT_S

    def handle(self) -> None:
        try:
            value = json.loads(self.rfile.readline(65536))
        except ValueError:
            return  # somebody who only knocked, or did not finish the line
        value["witnessed_us"] = time.time_ns() // 1000
        path: Path = self.server.path  # type: ignore[attr-defined]
        with path.open("ab") as file:
            file.write(json.dumps(value, sort_keys=True).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.wfile.write(json.dumps({"witnessed_us": value["witnessed_us"]}).encode() + b"\n")


def serve(folder: Path, port: int, host: str = "127.0.0.1") -> socketserver.TCPServer:
    """A receiver writing ``folder/witness.jsonl``; the caller runs ``serve_forever``."""
    folder.mkdir(parents=True, exist_ok=True)
    socketserver.TCPServer.allow_reuse_address = True
    server = socketserver.TCPServer((host, port), _Receiver)
    server.path = folder / "witness.jsonl"  # type: ignore[attr-defined]
    return server


def main() -> None:
    """Run the receiver until it is stopped."""
    told = argparse.ArgumentParser(description="接收审计存证；例：--folder /srv/witness")
    told.add_argument("--folder", type=Path, required=True)
    told.add_argument("--port", type=int, default=8521)
    told.add_argument("--host", default="127.0.0.1")
    chosen = told.parse_args()
    with serve(chosen.folder, chosen.port, chosen.host) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
