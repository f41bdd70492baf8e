"""The files in ``deploy/``: systemd accepts the units, nginx asks for a password, the UI listens on this machine only.

Not here: backups (``test_backup``), what the daemon does at night (``test_nightly``). Where systemd, nginx or openssl
are not installed a test is skipped, unless ``PILOT_AREAS_REQUIRE_SERVICE`` is set.
"""

import base64
import http.server
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.project import Paths
from pipeline.runs import switching
from tests.conftest import HANGS, ROOT
from tests.faults.daemon import PROGRAMS, project_with_program

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))
SECRET = "a-password-of-the-test"


def needed(program: str) -> str:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if found is None:
        if os.environ.get("PILOT_AREAS_REQUIRE_SERVICE"):
            pytest.fail(f"{program} is not installed")
        pytest.skip(f"{program} is not installed")
    return found


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyze = needed("systemd-analyze")
    here = tmp_path / "units"
    here.mkdir()
    place = tmp_path / "opt"
    for program in ("dagster-daemon", "dagster-webserver"):
        target = place / ".venv" / "bin" / program
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROGRAMS / program, target)
    shutil.copytree(DEPLOY, place / "deploy")
    shutil.copytree(ROOT / "docs", place / "docs")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/pilot-areas", str(place))
        (here / unit.name).write_text(text, encoding="utf-8")
    for unit in sorted(here.iterdir()):
        checked = subprocess.run([analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True)
        # Warnings about other units are ignored.
        warnings = [line for line in checked.stderr.splitlines() if "pilot-areas" in line]
        assert (checked.returncode, warnings) == (0, []), checked.stderr
    for unit in here.glob("*.service"):
        rated = subprocess.run(
            [analyze, "security", "--offline=true", "--threshold=30", "--no-pager", str(unit)],
            capture_output=True,
            text=True,
        )
        level = re.search(r"Overall exposure level for \S+ ([0-9.]+)", rated.stdout)
        assert level and float(level[1]) <= 3.0, rated.stdout + rated.stderr
    broken = here / "pilot-areas-broken.service"
    broken.write_text((here / "pilot-areas-daemon.service").read_text().replace("ExecStart=/", "ExecStart=/no/"))
    assert subprocess.run([analyze, "verify", "--man=no", str(broken)], capture_output=True).returncode != 0


@pytest.mark.parametrize("unit", [u for u in UNITS if u.suffix == ".service"], ids=lambda u: u.stem)
def test_every_unit_is_closed_in(unit: Path) -> None:
    settings = dict(line.split("=", 1) for line in unit.read_text(encoding="utf-8").splitlines() if "=" in line[:40])
    assert settings["User"] == "pilot-areas"
    for name in ("PrivateTmp", "NoNewPrivileges", "ProtectHome"):
        assert settings[name] == "yes", name
    assert settings["ProtectSystem"] == "strict"
    assert settings["CapabilityBoundingSet"] == ""
    if "webserver" in unit.stem or "viewer" in unit.stem:
        assert "-h 127.0.0.1" in settings["ExecStart"]
    if "viewer" in unit.stem:
        assert "--read-only" in settings["ExecStart"]
    if "backup" not in unit.stem:
        assert settings["Environment"]
        assert "Environment=DAGSTER_HOME=/opt/pilot-areas\n" in unit.read_text(encoding="utf-8")
        assert settings["Restart"] == "always"


class Ui(http.server.BaseHTTPRequestHandler):
    """Replaces the Dagster UI behind nginx; returns the path and the authorization that it received."""

    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, "authorization": self.headers.get("Authorization", "")}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None: ...


@dataclass
class Site:
    """nginx with the example before a folder of pages and two UIs."""

    http: int
    https: int
    maps: Path
    context: ssl.SSLContext

    def ask(self, path: str, user: str = "", password: str = SECRET, method: str = "GET") -> tuple[int, bytes, dict]:
        request = urllib.request.Request(f"https://127.0.0.1:{self.https}{path}", method=method)
        if user:
            request.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=self.context))
        try:
            with opener.open(request, timeout=HANGS) as answer:
                return answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), dict(error.headers)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    nginx, openssl = needed("nginx"), needed("openssl")
    place = tmp_path_factory.mktemp("nginx")
    place.chmod(0o755)
    for parent in place.parents:
        if "pytest" in parent.name:
            parent.chmod(0o755)
    paths = Paths.of(place / "project")
    with switching.building(paths) as folder:
        for part in ("processed", "maps", "inputs"):
            (folder / part).mkdir()
        (folder / "processed" / "run.json").write_text("{}")
        (folder / "maps" / "index.html").write_text("<!doctype html>หน้า")
        (folder / "maps" / "downloads").mkdir()
        (folder / "maps" / "downloads" / "a.csv").write_text("1")
        switching.switch_to(paths, folder, "run-1-x")
    (paths.maps / ".hidden").write_text("secret")
    (place / "outside.txt").write_text("secret")
    os.chown(place / "outside.txt", 65534, 65534)
    (paths.maps / "out.txt").symlink_to(place / "outside.txt")
    subprocess.run(
        [
            openssl,
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            place / "key",
            "-out",
            place / "crt",
        ],
        check=True,
        capture_output=True,
    )
    hashed = subprocess.run([openssl, "passwd", "-apr1", SECRET], check=True, capture_output=True, text=True)
    for name in ("planners", "analysts"):
        (place / name).write_text(f"one-of-the-{name}:{hashed.stdout.strip()}\n")
    ports = {name: free_port() for name in ("http", "https", "ui", "view")}
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", ports[name]), Ui) for name in ("ui", "view")]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    example = (DEPLOY / "pilot-areas.nginx.conf").read_text(encoding="utf-8")
    example = re.sub(r"^ *listen \[::\].*\n", "", example, flags=re.MULTILINE)
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{ports['http']};",
        "listen 443 ssl;": f"listen 127.0.0.1:{ports['https']} ssl;",
        "/etc/nginx/tls/pilot-areas.crt": str(place / "crt"),
        "/etc/nginx/tls/pilot-areas.key": str(place / "key"),
        "/etc/nginx/pilot-areas.": f"{place}/",
        "/opt/pilot-areas/maps/": f"{paths.maps}/",
        "127.0.0.1:3000": f"127.0.0.1:{ports['ui']}",
        "127.0.0.1:3001": f"127.0.0.1:{ports['view']}",
    }.items():
        assert old in example, old
        example = example.replace(old, new)
    (place / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {place}/pid; error_log {place}/error.log; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; access_log off; client_body_temp_path {place}/body;"
        f" proxy_temp_path {place}/proxy; {example} }}"
    )
    checked = subprocess.run([nginx, "-t", "-c", place / "nginx.conf"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr
    running = subprocess.Popen([nginx, "-c", place / "nginx.conf"], stderr=subprocess.PIPE)
    found = Site(ports["http"], ports["https"], paths.maps, ssl.create_default_context(cafile=str(place / "crt")))
    try:
        for _ in range(10 * HANGS):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", found.https)) == 0:
                    break
            time.sleep(0.1)
        yield found
    finally:
        running.terminate()
        running.communicate(timeout=HANGS)
        for server in servers:
            server.shutdown()
            server.server_close()


EVERYWHERE = ("/", "/maps/index.html", "/maps/downloads/a.csv", "/view/graphql", "/graphql", "/runs", "/nothing")


@pytest.mark.parametrize("path", EVERYWHERE)
def test_access_needs_a_password(path: str, site: Site) -> None:
    for user, password in (("", ""), ("one-of-the-planners", "wrong"), ("nobody", SECRET)):
        status, content, _ = site.ask(path, user, password)
        assert status == 401
        assert "หน้า" not in content.decode()


def test_planners_read_the_pages_and_nothing_else(site: Site) -> None:
    status, content, headers = site.ask("/maps/index.html", "one-of-the-planners")
    assert (status, content.decode()) == (200, "<!doctype html>หน้า")
    for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Strict-Transport-Security"):
        assert name in headers
    assert headers["Cache-Control"] == "no-cache"
    assert re.fullmatch("nginx", headers["Server"])
    assert site.ask("/maps/downloads/a.csv", "one-of-the-planners")[0] == 200
    assert site.ask("/view/runs", "one-of-the-planners")[0] == 200
    assert site.ask("/graphql", "one-of-the-planners")[0] == 401  # that is for analysts
    for method in ("PUT", "POST", "DELETE", "PATCH", "MKCOL", "PROPFIND"):
        assert site.ask("/maps/index.html", "one-of-the-planners", method=method)[0] in (403, 405)
    assert (site.maps / "index.html").read_text(encoding="utf-8") == "<!doctype html>หน้า"


@pytest.mark.parametrize(
    "path",
    [
        "/maps/.hidden",
        "/maps/out.txt",
        "/maps/../outside.txt",
        "/maps/..%2f..%2foutside.txt",
        "/maps../outside.txt",
        "/maps/%2e%2e/%2e%2e/outside.txt",
        "/maps/downloads/",
        "/maps//etc/passwd",
    ],
)
def test_only_the_pages_are_served(path: str, site: Site) -> None:
    status, content, _ = site.ask(path, "one-of-the-planners")
    assert status in (400, 401, 403, 404)
    assert b"secret" not in content
    assert b"root:" not in content


def test_analysts_reach_the_ui_which_never_sees_their_password(site: Site) -> None:
    for path in ("/graphql", "/locations"):
        status, content, _ = site.ask(path, "one-of-the-analysts", method="POST")
        assert status == 200
        assert json.loads(content) == {"path": path, "authorization": ""}


def test_plain_http_leads_to_tls_of_today_only(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.http), timeout=HANGS) as plain:
        plain.sendall(b"GET /maps/index.html HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        output = b"".join(iter(lambda: plain.recv(4096), b""))
    assert output.startswith(b"HTTP/1.1 308")
    assert b"Location: https://x/maps/index.html" in output
    old = subprocess.run(
        [
            needed("openssl"),
            "s_client",
            "-connect",
            f"127.0.0.1:{site.https}",
            "-tls1_1",
            "-cipher",
            "DEFAULT:@SECLEVEL=0",
        ],
        input="",
        capture_output=True,
        text=True,
        timeout=HANGS,
    )
    assert "Cipher is (NONE)" in old.stdout


@pytest.mark.parametrize("unit", ["pilot-areas-webserver", "pilot-areas-viewer"])
def test_the_ui_of_a_unit_starts_on_this_machine_only(unit: str, tmp_path: Path) -> None:
    root = project_with_program(tmp_path / "project")
    unit_text = (DEPLOY / f"{unit}.service").read_text(encoding="utf-8")
    command = re.search(r"^ExecStart=(.*)$", unit_text, re.MULTILINE)[1].split()
    port = str(free_port())
    command[command.index("-p") + 1] = port
    command[0] = str(PROGRAMS / Path(command[0]).name)
    prefix = command[command.index("--path-prefix") + 1] if "--path-prefix" in command else ""
    environment = {**os.environ, "DAGSTER_HOME": str(root), "PYTHONPATH": str(root)}
    with (tmp_path / "log").open("wb") as log:
        ui = subprocess.Popen(
            command, cwd=root, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    launch = """mutation { launchRun(executionParams: {selector: {
      repositoryLocationName: "pipeline.orchestration.definitions", repositoryName: "__repository__",
      jobName: "everything"}, mode: "default"}) { __typename } }"""
    try:
        reply = ask_graphql(port, prefix, "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }")
        assert reply["data"]["repositoriesOrError"]["nodes"] == [{"name": "__repository__"}]
        sockets = [line.split() for t in ("tcp", "tcp6") for line in Path(f"/proc/net/{t}").read_text().splitlines()]
        listening = [s[1] for s in sockets if s[3] == "0A" and s[1].endswith(f":{int(port):04X}")]
        assert listening == [f"0100007F:{int(port):04X}"]
        started = ask_graphql(port, prefix, launch)["data"]["launchRun"]["__typename"]
        assert started == ("UnauthorizedError" if "viewer" in unit else "LaunchRunSuccess")
    finally:
        os.killpg(ui.pid, signal.SIGINT)
        try:
            ui.wait(timeout=HANGS)
        except subprocess.TimeoutExpired:
            os.killpg(ui.pid, signal.SIGKILL)
            ui.wait()


def ask_graphql(port: str, prefix: str, question: str) -> dict:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{prefix}/graphql",
        json.dumps({"query": question}).encode(),
        {"Content-Type": "application/json"},
    )
    for _ in range(2 * HANGS):
        try:
            with urllib.request.urlopen(request, timeout=HANGS) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.5)
    raise AssertionError("the UI does not answer")
