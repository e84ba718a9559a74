"""Keys: made once, readable by their owner alone, and refused with a way out when they are not right."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from features.errors import Refused
from models.bundle.signing import KeysRefused, ensure_keys, load_public_key, sign, verify

FILES = {"model.txt": b"trees", "manifest.json": b"{}"}


def test_what_was_signed_verifies_and_anything_else_is_refused(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path / "a")
    signature = sign(FILES, keys)
    verify(FILES, signature, load_public_key(tmp_path / "a"))
    for other in ({**FILES, "model.txt": b"treeS"}, {**FILES, "more.py": b""}, {"model.txt": b"trees"}):
        with pytest.raises(KeysRefused, match="changed after signing"):
            verify(other, signature, keys.public_key)
    with pytest.raises(KeysRefused, match="another installation"):
        verify(FILES, signature, ensure_keys(tmp_path / "b").public_key)
    for nothing in (b"", b"{}", b"not json", signature[:-40]):
        with pytest.raises(KeysRefused, match="not one of this installation"):
            verify(FILES, nothing, keys.public_key)


def test_anyone_with_the_public_key_can_check_a_signature_without_us(tmp_path: Path) -> None:
    """With the command that the signing library brings; and it bites."""
    keys = ensure_keys(tmp_path / "keys")
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name, content in {**FILES, "model.sig": sign(FILES, keys)}.items():
        (folder / name).write_bytes(content)
    command = [sys.executable, "-m", "model_signing", "verify", "key", str(folder)]
    command += ["--signature", str(folder / "model.sig"), "--public_key", str(tmp_path / "keys" / "signing.pub")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (folder / "model.txt").write_bytes(b"other trees")
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def test_the_client_of_an_online_service_is_not_imported(tmp_path: Path) -> None:
    """It is more than half of what the signing library imports, and asks a network."""
    program = f"""
import sys
from pathlib import Path
from models.bundle.signing import ensure_keys, sign, verify
keys = ensure_keys(Path({str(tmp_path)!r}))
verify({FILES!r}, sign({FILES!r}, keys), keys.public_key)
print("model_signing" in sys.modules, "sigstore" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    first = ensure_keys(tmp_path / "keys")
    before = (tmp_path / "keys" / "signing.key").read_bytes()
    again = ensure_keys(tmp_path / "keys")
    assert again.public_key == first.public_key
    assert (tmp_path / "keys" / "signing.key").read_bytes() == before
    assert sorted(os.listdir(tmp_path / "keys")) == ["signing.key", "signing.pub"]


def test_keys_asked_for_at_the_same_time_are_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(ensure_keys, [tmp_path / "keys"] * 16))
    assert len({keys.public_key.public_numbers() for keys in made}) == 1
    assert sorted(os.listdir(tmp_path / "keys")) == ["signing.key", "signing.pub"]


def test_the_private_key_is_its_owners_alone_and_never_shown(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / "signing.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "signing.pub").stat().st_mode) == 0o600
    assert str(keys.private_key.private_numbers().private_value) not in repr(keys)
    assert repr(keys) == "KeyPair(…)"


def test_a_private_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    (tmp_path / "signing.key").chmod(0o640)
    with pytest.raises(KeysRefused, match="chmod 600"):
        ensure_keys(tmp_path)


def test_a_lost_public_key_comes_back_from_the_private_one(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path)
    (tmp_path / "signing.pub").unlink()
    assert ensure_keys(tmp_path).public_key == keys.public_key
    assert load_public_key(tmp_path) == keys.public_key


def test_a_place_that_only_checks_does_not_make_a_key_of_its_own(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    (tmp_path / "signing.key").unlink()
    with pytest.raises(KeysRefused, match="Restore"):
        ensure_keys(tmp_path)
    assert not (tmp_path / "signing.key").exists()


def test_halves_of_two_pairs_are_refused(tmp_path: Path) -> None:
    ensure_keys(tmp_path / "a")
    ensure_keys(tmp_path / "b")
    (tmp_path / "a" / "signing.pub").write_bytes((tmp_path / "b" / "signing.pub").read_bytes())
    with pytest.raises(KeysRefused, match="not the public half"):
        ensure_keys(tmp_path / "a")


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_an_unreadable_key_is_refused_with_a_way_out(tmp_path: Path, content: bytes) -> None:
    ensure_keys(tmp_path)
    (tmp_path / "signing.key").write_bytes(content)
    with pytest.raises(KeysRefused, match="restore it"):
        ensure_keys(tmp_path)
    (tmp_path / "signing.pub").write_bytes(content)
    with pytest.raises(KeysRefused, match="restore it"):
        load_public_key(tmp_path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    rsa = generate_private_key(public_exponent=65537, key_size=2048)
    private, public = tmp_path / "signing.key", tmp_path / "signing.pub"
    private.write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private.chmod(0o600)
    public.write_bytes(rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(KeysRefused, match="expected a private key on the curve P-256"):
        ensure_keys(tmp_path)
    with pytest.raises(KeysRefused, match="expected a public key on the curve P-256"):
        load_public_key(tmp_path)


def test_an_absent_public_key_is_refused_as_a_matter_of_the_environment(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no such file; copy it") as refused:
        load_public_key(tmp_path)
    assert refused.value.exit_code == 5
