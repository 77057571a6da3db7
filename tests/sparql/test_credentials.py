"""A password goes to the server that asks for it, and nowhere else."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from etl.errors import StoreError
from etl.sparql.connection import Connection
from etl.sparql.credentials import Credentials, SignIn
from etl.sparql.patience import Patience
from etl.stores.servers import KINDS, checked_url, endpoints
from proxy import Fault, Proxy, proxied
from published import Publisher
from records import Film
from servers import Oxigraph
from thoroughness import THOROUGH

SECRET = "s3cr3t-Pa55word"
USER = "editor"
BASIC = "Basic " + base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
TOKEN = "t0ken-of-the-editor"


@pytest.fixture
def guarded(spare: Oxigraph) -> Iterator[Proxy]:
    """A server that asks who one is, and repeats in its answer what it was told."""
    with proxied(spare.url, secret=BASIC) as between:
        yield between


def run(
    folder: Path, *arguments: str, **environment: str
) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run a command; give what it said, and all command lines of the machine meanwhile."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ETL_", "NETRC"))}
    process = subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "ignore", "-m", "etl", *arguments],
        cwd=folder,
        env=inherited | {"NETRC": os.devnull, "ETL_STORE_PATIENCE": "0.3"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = set[str]()
    while process.poll() is None:
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                lines.add(place.read_text("utf-8", "replace"))
            except OSError:  # it has ended
                continue
        time.sleep(0.05)
    out, err = process.communicate()
    done = subprocess.CompletedProcess(arguments, process.returncode, out, err)
    return done, "\n".join(lines)


def leaks(folder: Path, *texts: str) -> list[str]:
    """Name where a secret can be read: in what was said, or in a file of the workspace."""
    secrets = [SECRET, TOKEN, BASIC.removeprefix("Basic ")]
    found = [f"said: {text}" for text in texts for each in secrets if each in text]
    files = (path for path in folder.rglob("*") if path.is_file())
    return found + [
        str(path) for path in files if any(each.encode() in path.read_bytes() for each in secrets)
    ]


def records(folder: Path) -> None:
    (folder / "films").mkdir()
    (folder / "films" / "1.txt").write_text(Film(1, "Heat", actors="Al Pacino").text, "utf-8")


def test_a_password_is_used_and_appears_nowhere(tmp_path: Path, guarded: Proxy) -> None:
    records(tmp_path)
    added, _ = run(
        tmp_path, "store", "add", "main", guarded.url, "--kind", "Oxigraph", ETL_STORE_USER=USER
    )
    assert added.returncode == 0, added.stderr
    signed = {"ETL_STORE_USER": USER, "ETL_STORE_PASSWORD": SECRET}
    done, lines = run(tmp_path, "load", "films", "--store", "main", **signed)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("main: ")
    again, more = run(tmp_path, "runs", **signed)
    assert leaks(tmp_path, done.stdout, done.stderr, lines, again.stdout, more) == []


def test_a_wrong_token_appears_nowhere_either(tmp_path: Path, guarded: Proxy) -> None:
    records(tmp_path)
    run(tmp_path, "store", "add", "main", guarded.url, "--kind", "Oxigraph")
    done, lines = run(tmp_path, "load", "films", "--store", "main", ETL_STORE_TOKEN=TOKEN)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: {guarded.url}/query: the server does not accept")
    assert leaks(tmp_path, done.stdout, done.stderr, lines) == []


def test_what_a_server_repeats_of_a_password_is_struck_out(
    guarded: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETL_STORE_TOKEN", TOKEN)
    monkeypatch.setenv("ETL_STORE_PATIENCE", "0.2")
    guarded.secret, guarded.echo = None, True
    guarded.likely, guarded.faults = 1.0, [Fault("500")]
    connection = Connection(guarded.url)
    with pytest.raises(StoreError) as error:
        connection.send(connection.request("GET", guarded.url))
    connection.close()
    assert str(error.value) == f"{guarded.url}: the server failed: you are Bearer … (500)"


def test_a_netrc_file_is_read(
    tmp_path: Path, guarded: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "netrc"
    file.write_text(f"machine 127.0.0.1 login {USER} password {SECRET}\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    desk = Publisher(tmp_path / "desk", endpoints(KINDS["oxigraph"], guarded.url, None))
    desk.write(Film(1, "Heat"))
    desk.load()
    desk.publish()
    assert desk.there() == desk.here()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Credentials()),
        ({"ETL_STORE_USER": USER}, Credentials(USER, "")),
        ({"ETL_STORE_USER": USER, "ETL_STORE_PASSWORD": "x"}, Credentials(USER, "x")),
        ({"ETL_STORE_TOKEN": "x", "ETL_STORE_USER": USER}, Credentials(token="x")),
    ],
)
def test_credentials_come_from_the_environment(
    environment: dict[str, str], expected: Credentials
) -> None:
    assert Credentials.found("nowhere.example", {"NETRC": os.devnull} | environment) == expected


def test_credentials_do_not_show_themselves() -> None:
    text = f"{Credentials(USER, SECRET)!r} {Credentials(token=TOKEN)!r}"
    assert SECRET not in text
    assert TOKEN not in text


@pytest.mark.parametrize(
    "challenge", ['Basic realm="x"', 'Digest realm="x", nonce="1", qop="auth"']
)
def test_the_scheme_is_the_one_that_the_server_asks_for(challenge: str) -> None:
    sign_in = SignIn(Credentials(USER, SECRET))
    for expected_trials in (3 if challenge.startswith("Digest") else 2, 1):
        request = httpx.Request("POST", "http://127.0.0.1/update", content=b"x")
        flow = sign_in.auth_flow(request)
        sent = [next(flow).headers.get("Authorization", "")]
        try:
            while True:
                refused = httpx.Response(
                    401 if not sent[-1] else 200,
                    headers={"WWW-Authenticate": challenge},
                    request=request,
                )
                sent.append(flow.send(refused).headers.get("Authorization", ""))
        except StopIteration:
            pass
        assert len(sent) == expected_trials
        assert sent[-1].startswith(challenge.partition(" ")[0])
        assert SECRET not in "".join(sent)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://editor:s3cr3t@127.0.0.1:7878", "a URL with a user name or password in it"),
        ("http://editor@127.0.0.1:7878/x", "a URL with a user name or password in it"),
        ("editor:s3cr3t@127.0.0.1", "expected a URL such as"),
        ("ftp://127.0.0.1", "expected a URL such as"),
        ("http://127.0.0.1:99999", "expected a URL such as"),
        ("http://127.0.0.1/?access-token=s3cr3t", "expected a URL without"),
    ],
)
def test_a_url_that_is_not_one_or_holds_a_password_is_refused(url: str, said: str) -> None:
    with pytest.raises(StoreError) as error:
        checked_url(url)
    assert str(error.value).startswith(f"--store: {said}")
    assert "s3cr3t" not in f"{error.value} {error.value.hint}"


@pytest.mark.parametrize("text", ["soon", "-1", "0", "1e3", "inf"])
def test_a_time_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match=r"^ETL_STORE_TIMEOUT: expected a number of seconds"):
        Patience.from_environment({"ETL_STORE_TIMEOUT": text})


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Make a certificate that only vouches for itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        if THOROUGH:
            pytest.fail("openssl is absent")
        pytest.skip("openssl is absent: it makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = str(folder / "certificate.pem"), str(folder / "key.pem")
    options = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=films -addext".split()
    command = [
        openssl,
        *options,
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        key,
        "-out",
        certificate,
    ]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def test_a_certificate_is_verified_and_an_authority_can_be_named(
    tmp_path: Path,
    spare: Oxigraph,
    certificate: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ETL_STORE_PATIENCE", "0.1")
    with proxied(spare.url, certificate=certificate) as between:
        desk = Publisher(tmp_path, endpoints(KINDS["oxigraph"], between.url, None))
        desk.write(Film(1, "Heat"))
        desk.load()
        with pytest.raises(StoreError) as error:
            desk.publish()
        assert str(error.value).startswith(
            f"{between.url}/query: cannot be reached: certificate verify failed"
        )
        monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
        desk.publish()
        assert desk.there() == desk.here()


def test_a_redirection_is_not_followed_with_a_password(
    guarded: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETL_STORE_USER", USER)
    monkeypatch.setenv("ETL_STORE_PASSWORD", SECRET)
    guarded.likely, guarded.faults = 1.0, [Fault("307")]
    connection = Connection(guarded.url)
    with pytest.raises(StoreError) as error:
        connection.send(connection.request("GET", guarded.url))
    connection.close()
    assert str(error.value) == f"{guarded.url}: leads to another address (307)"
    assert error.value.hint == "use http://elsewhere.example/ itself"
