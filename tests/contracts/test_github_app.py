"""A GitHub App signs in by itself: with its key it asks for a token of an hour, and for another in time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

import pipelines.sources.github as github
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.github.server import Store, serve
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from tests.contracts.collecting import collected, events
from tests.contracts.played_github import FIXTURES, TOKEN, busy, connected
from tests.contracts.played_github import run as run_with_a_token

INSTALLATION = 4_711


def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def pem(private: rsa.RSAPrivateKey) -> str:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


@pytest.fixture(scope="module")
def private() -> rsa.RSAPrivateKey:
    return key()


@pytest.fixture
def store(private: rsa.RSAPrivateKey) -> Store:
    store = Store(tokens={TOKEN}, installations={"77": {INSTALLATION}})
    store.app_public_key = (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    store.record(FIXTURES)
    return store


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def run(home: Settings, site: Loopback, store: Store, secret: str, **changed: int | str) -> Collected:
    told = {"token": None, "app_id": 77, "installation_id": INSTALLATION, "private_key": SecretStr(secret)}
    return collected(home, github.SOURCE, connected(site, store, **(told | changed)), attempts=1)


def asked(site: Loopback) -> int:
    return site.count("/access_tokens")


def test_an_app_reads_what_a_token_reads_with_one_sign_in(site, store, private, settings, tmp_path):
    assert run(settings, site, store, pem(private)).errors == []
    assert asked(site) == 1
    by_token = Settings(home=tmp_path / "token")
    run_with_a_token(by_token, site, store)
    assert events(settings) == events(by_token) != []


def test_a_token_that_is_about_to_end_is_renewed_in_the_middle(site, store, private, settings):
    busy(next(iter(store.repositories.values())), 60)
    store.tokens_live = timedelta(minutes=9)
    done = run(settings, site, store, pem(private))
    assert done.errors == []
    assert asked(site) == done.requests / 2 > 4


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_token_lives_by_githubs_clock_and_not_by_ours(site, store, private, settings, hours):
    # GitHub is ahead or behind; what it says of the end of a token is of its own clock.
    site.clock_offset = timedelta(hours=hours)
    store.tokens_live = timedelta(hours=1 + hours)
    assert run(settings, site, store, pem(private)).errors == []
    assert asked(site) == 1


def test_an_enterprise_server_lets_an_app_in_below_its_own_path(site, store, private, settings):
    assert run(settings, site, store, pem(private), url=f"{site.url}/api/v3").errors == []
    assert {request.path for request in site.requests if "graphql" in request.path} == {"/api/graphql"}


@pytest.mark.parametrize(
    ("secret", "changed", "words"),
    [
        ("another", {}, "github does not take the token (A JSON web token could not be decoded)"),
        ("-----BEGIN RSA PRIVATE KEY-----\nbroken", {}, "STORYLINE_GITHUB_PRIVATE_KEY is no private key in PEM"),
        ("own", {"installation_id": 1}, "github has no /app/installations/1/access_tokens"),
        ("own", {"installation_id": None}, "a GitHub App signs in with sources.github.installation_id"),
    ],
)
def test_an_app_that_is_not_let_in_is_told_why_without_its_key(
    site, store, private, settings, caplog, secret, changed, words
):
    told = {"own": pem(private), "another": pem(key())}.get(secret, secret)
    (error, *_) = run(settings, site, store, told, **changed).errors
    assert words in error
    assert "PRIVATE KEY--" not in error + caplog.text

    collector = github.SOURCE.collector(
        connected(site, store, token=None, app_id=77, private_key=SecretStr(told), **{"installation_id": 1} | changed),
        Network(attempts=1),
    )
    assert next(iter(collector.examine())).status == "act"
    collector.close()
