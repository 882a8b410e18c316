"""A real Unleash server on a PostgreSQL of its own, and whoever changes flags there by its admin API.

The server comes from the npm registry (`make unleash`), PostgreSQL from Debian. PostgreSQL refuses to run as root, so
root starts it as the user that Debian made for it.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / ".unleash"
SERVER = INSTALLED / "node_modules" / "unleash-server" / "dist" / "server.js"
TOKEN = "*:*.adm1n"
# What the server calls itself in its links, and so in a recording of it.
CALLED = "https://unleash.acme.example"


def missing() -> str | None:
    """What a real server lacks on this machine, None where it lacks nothing."""
    if not (INSTALLED / ".ready").exists():
        return "the Unleash server was not fetched: run `make unleash`"
    return None if _programs() else "PostgreSQL is absent (on Debian: apt-get install postgresql)"


def _programs() -> Path | None:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parents[1].name))
    found = debian[-1] if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass
class Admin:
    """Changes flags as a person does in the server's pages: over its admin API.

    Attributes:
        server: what answers at `url`.
    """

    url: str
    server: "Server"
    project: str = "default"
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, headers={"Authorization": TOKEN}, timeout=30)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"/api/admin{path}", json=body)
        assert answer.status_code < 400, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None

    def _flag(self, name: str) -> str:
        return f"/projects/{self.project}/features/{name}"

    def sign_in(self, name: str, email: str) -> None:
        """Act as a person of that name from now on."""
        password = "Str0ng-enough-for-a-test"
        user = {"username": name, "email": email, "name": name.title(), "rootRole": 1, "password": password}
        self.ask("POST", "/user-admin", {**user, "sendEmail": False})
        self.http = httpx.Client(base_url=self.url, timeout=30)
        answer = self.http.post("/auth/simple/login", json={"username": name, "password": password})
        assert answer.status_code == 200, answer.text

    def create(self, name: str, **properties: Any) -> None:
        self.ask("POST", f"/projects/{self.project}/features", {"name": name, "type": "release", **properties})

    def add(self, flag: str, environment: str, **strategy: Any) -> str:
        return str(self.ask("POST", f"{self._flag(flag)}/environments/{environment}/strategies", strategy)["id"])

    def update(self, flag: str, environment: str, strategy_id: str, **strategy: Any) -> None:
        self.ask("PUT", f"{self._flag(flag)}/environments/{environment}/strategies/{strategy_id}", strategy)

    def remove(self, name: str, environment: str, strategy_id: str) -> None:
        self.ask("DELETE", f"{self._flag(name)}/environments/{environment}/strategies/{strategy_id}")

    def turn(self, name: str, environment: str, *, on: bool) -> None:
        self.ask("POST", f"{self._flag(name)}/environments/{environment}/{'on' if on else 'off'}")

    def archive(self, name: str) -> None:
        self.ask("DELETE", self._flag(name))

    def revive(self, name: str) -> None:
        self.ask("POST", f"/archive/revive/{name}")

    def delete(self, name: str) -> None:
        self.ask("DELETE", f"/archive/{name}")

    def segment(self, name: str, *people: str) -> int:
        constraints = [{"contextName": "userId", "operator": "IN", "values": list(people)}]
        return int(self.ask("POST", "/segments", {"name": name, "constraints": constraints})["id"])


@contextmanager
def running() -> Iterator[Admin]:
    """A server of its own with an empty database; ended with the context."""
    # Below pytest's own folder nobody but the tester may look, and PostgreSQL runs as somebody else.
    folder = Path(tempfile.mkdtemp(prefix="unleash-"))
    try:
        with _postgresql(folder), Server(folder) as server:
            yield Admin(server.url, server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _postgresql(folder: Path) -> Iterator[None]:
    programs = _programs()
    assert programs is not None
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]

    def run(program: str, *arguments: str) -> None:
        # Its output goes to a file: the server that it starts would hold a pipe open.
        with (folder.parent / f"{folder.name}.log").open("a") as log:
            command = [*as_user, str(programs / program), *arguments]
            subprocess.run(command, cwd="/", stdout=log, stderr=log, check=True, timeout=120)

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "unleash", "--auth=trust", "-E", "UTF8", "--no-sync")
    settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-o", settings, "-l", str(folder / "server.log"), "start")
    try:
        run("createdb", "-h", str(folder), "-U", "unleash", "unleash")
        yield
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        (folder.parent / f"{folder.name}.log").unlink(missing_ok=True)


class Server:
    """A context: inside it the server's program runs, and answers at `url`."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._environment = {
            "PATH": os.environ["PATH"],  # noqa: TID251 - of the tester's machine, where node lies
            "TZ": "UTC",
            "DATABASE_HOST": str(folder),
            "DATABASE_USERNAME": "unleash",
            "DATABASE_PASSWORD": "none",
            "DATABASE_NAME": "unleash",
            "DATABASE_SSL": "false",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(port),
            "UNLEASH_URL": CALLED,
            "INIT_ADMIN_API_TOKENS": TOKEN,
            "ENABLE_OAS": "true",
            "LOG_LEVEL": "error",
            "CHECK_VERSION": "false",
            "SEND_TELEMETRY": "false",
        }

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._program.kill()
        self._program.wait(30)
        self._said.close()

    def start(self) -> None:
        """Start the program, on what its database holds, and wait until it answers."""
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        self._program = subprocess.Popen(
            ["node", str(SERVER)], cwd=INSTALLED, env=self._environment, stdout=self._said, stderr=self._said
        )
        for _ in range(240):
            if self.ended() is not None:
                break
            try:
                if httpx.get(f"{self.url}/health", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.25)
        raise AssertionError(f"the Unleash server did not start: {self.ended()}")

    def ended(self) -> str | None:
        """Say how the program ended by itself and its last words, None while it runs."""
        if self._program.poll() is None:
            return None
        self._said.seek(0)
        return f"ended with {self._program.returncode}: {self._said.read()[-2_000:].decode(errors='replace')}"
