"""Companies stand between us and a vendor: with proxies, and with authorities of their own."""

import datetime
import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipelines.clock import now
from pipelines.sources.live import UnreachableError
from pipelines.sources.loopback import Loopback, Reply


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, Path]:
    """Files of a certificate that signed itself, for 127.0.0.1, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() - datetime.timedelta(days=1))
        .not_valid_after(now() + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = tmp_path / "authority.pem", tmp_path / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pkcs8, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, pkcs8, bare))
    return files


class _Encrypted(Loopback):
    def __init__(self, certificate: Path, key: Path) -> None:
        super().__init__(lambda _request: Reply(json={"ok": True}))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        return super().url.replace("http:", "https:")


def test_a_companys_own_authority_is_trusted_once_it_is_named(authority, client):
    with _Encrypted(*authority) as vendor:
        with pytest.raises(
            UnreachableError, match=r"certificate of 127\.0\.0\.1 is not trusted; .* network\.ca_bundle"
        ):
            client(url=vendor.url).get("/x")
        assert client(url=vendor.url, ca_bundle=str(authority[0])).get("/x").json() == {"ok": True}


@pytest.fixture
def proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy's address, and the request lines that it got."""
    lines: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def forward() -> None:
        while True:
            try:
                ours, _ = listener.accept()
            except OSError:
                return
            asked = ours.recv(65_536)
            lines.append(asked.split(b"\r\n")[0].decode())
            host, port = lines[-1].split("/")[2].split(":")
            with ours, socket.create_connection((host, int(port))) as theirs:
                theirs.sendall(asked.replace(b"Connection: keep-alive", b"Connection: close"))
                while select.select([theirs], [], [], 1)[0] and (piece := theirs.recv(65_536)):
                    ours.sendall(piece)

    threading.Thread(target=forward, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", lines
    listener.close()


def test_a_proxy_is_gone_through_once_it_is_named(vendor, client, proxy):
    address, lines = proxy
    assert client(proxy=address).get("/x").json() == {"ok": True}
    assert lines == [f"GET {vendor.url}/x HTTP/1.1"]


def test_a_proxy_that_is_not_there_is_what_the_sentence_is_about(vendor, client):
    with pytest.raises(UnreachableError, match="proxy"):
        client(proxy="http://127.0.0.1:9").get("/x")
