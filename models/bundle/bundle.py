"""The bundle: a signed folder with everything a scorer needs, read without running any code of its own.

Its digest is that of the manifest, which has the sha256 of every file but the signature and the provenance:
the same parts give the same digest. The signature covers every other file, the provenance too.
"""

import importlib.metadata
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from pydantic import TypeAdapter

from features.atomic_files import sync_folder, write_through
from features.definitions.catalog import SERVED
from features.settings import Refused
from models.bundle import golden_predictions as golden
from models.bundle.bundle_files import (
    canonical,
    dictionary_text,
    digest_of,
    parse_dictionary,
    parse_object,
    parse_trees,
)
from models.bundle.signing import KeyPair, KeysRefused, sign, verify
from models.estimators.calibration import Calibrator
from models.estimators.published_rule import RuleModel
from models.estimators.risk_model import RiskModel
from models.feature_dictionary import FeatureDictionary, changed_here

FORMAT = 2
MANIFEST, SIGNATURE, PROVENANCE = "manifest.json", "model.sig", "provenance.json"
SCORER_FILES = {"model": {"model.txt", "calibrator.json"}, "rule": {"rule.json"}}
ALWAYS = {"features.json", "metrics.json", "card.md", "golden.json"}
LARGEST = 64 << 20
PREPARED_TABLE = "prepared table"
"""The feature set of a bundle over the columns of a table that someone else computed."""
Kind = Literal["model", "rule"]


class BundleRefused(Refused):
    """A bundle that is not what was signed, or does not answer as it did. Exit code 5."""

    exit_code = 5


@dataclass(frozen=True)
class BundleParts:
    """What a bundle is made of: a model or a rule, and what is known about it (`metrics` and `gate` as JSON).

    `name` is the outcome, or the prepared table. No part may hold a student's row.
    """

    kind: Kind
    model: RiskModel | None
    rule: RuleModel | None
    dictionary: FeatureDictionary
    metrics: Mapping[str, object]
    card: str
    gate: Mapping[str, object] | None
    name: str
    grade_band: str
    feature_set: str


@dataclass(frozen=True)
class Bundle:
    """A verified bundle: its scorer, and what stands beside it."""

    kind: Kind
    digest: str
    path: Path
    scorer: RiskModel | RuleModel
    dictionary: FeatureDictionary
    metrics: Mapping[str, object]
    gate: Mapping[str, object] | None
    card: str
    name: str
    grade_band: str
    feature_set: str
    provenance: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """What was signed: the bundle's names, and the sha256 and size of every file."""

    format: int
    kind: Kind
    name: str
    grade_band: str
    feature_set: str
    files: dict[str, tuple[str, int]]


def write_bundle(bundles: Path, parts: BundleParts, keys: KeyPair, provenance: Mapping[str, str]) -> Bundle:
    """The bundle of these parts, whole in `bundles/<first 16 of its digest>` or not there at all.

    Writing the same parts again changes nothing and gives back the bundle that is there, with its first provenance.
    Raises BundleRefused where the written bundle does not open; ValueError where a metric is NaN.
    """
    files = encode(parts)
    files[MANIFEST] = manifest_of(parts, files)
    digest = digest_of(files[MANIFEST])
    target = bundles / folder_name(digest)
    if target.exists():
        return open_bundle(target, keys.public_key)
    files[PROVENANCE] = canonical(provenance)
    files[SIGNATURE] = sign(files, keys)
    bundles.mkdir(parents=True, exist_ok=True)
    return replace(place(target, files, keys.public_key), path=target)


def open_bundle(path: Path, public_key: EllipticCurvePublicKey) -> Bundle:
    """The bundle of a folder; BundleRefused names the file that is not as it was signed.

    Checked in this order: the signature, every file's digest, whether its features are computed here as they were,
    the shape of the model's text, and, once for each model and host, its golden predictions in another process.
    """
    files = read_files(path)
    check_signature(path, files, public_key)
    with blaming(path / MANIFEST):
        manifest = TypeAdapter(Manifest).validate_json(files[MANIFEST])
    check_manifest(path, files, manifest)
    bundle = decode(path, files, manifest)
    if manifest.kind == "model":
        check_in_child(path, manifest)
    return bundle


def folder_name(digest: str) -> str:
    """The folder of the bundle with that digest."""
    return digest[:16]


def encode(parts: BundleParts) -> dict[str, bytes]:
    """The content of every file that the manifest lists; ValueError where the parts do not belong together."""
    files = {
        "features.json": dictionary_text(parts.dictionary),
        "metrics.json": canonical(parts.metrics),
        "card.md": parts.card.encode(),
        **encode_scorer(parts),
    }
    return files if parts.gate is None else {**files, "gate.json": canonical(parts.gate)}


def encode_scorer(parts: BundleParts) -> dict[str, bytes]:
    """The files of the model or of the rule, with its golden predictions."""
    if parts.kind == "rule" and parts.rule and not parts.model:
        expected = canonical(asdict(golden.golden_of_rule(parts.rule)))
        return {"rule.json": parts.rule.to_json().encode(), "golden.json": expected}
    if parts.kind == "model" and parts.model and not parts.rule and parts.model.dictionary == parts.dictionary:
        return {
            "model.txt": parts.model.booster_text.encode(),
            "calibrator.json": parts.model.calibrator.to_json().encode(),
            "golden.json": canonical(asdict(golden.golden_of(parts.model))),
        }
    raise ValueError(f"a bundle of kind '{parts.kind}' holds one {parts.kind}, over the features of its dictionary")


def manifest_of(parts: BundleParts, files: Mapping[str, bytes]) -> bytes:
    """The manifest of these files."""
    listed = {name: (digest_of(content), len(content)) for name, content in files.items()}
    return canonical(asdict(Manifest(FORMAT, parts.kind, parts.name, parts.grade_band, parts.feature_set, listed)))


def place(target: Path, files: Mapping[str, bytes], public_key: EllipticCurvePublicKey) -> Bundle:
    """The bundle read back from a folder beside the target, which is then renamed to it."""
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=".writing-"))
    try:
        for name, content in files.items():
            write_through(temporary / name, content)
        temporary.chmod(0o755)
        sync_folder(temporary)
        bundle = open_bundle(temporary, public_key)
        rename_unless_there(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(target.parent)
    return bundle


def rename_unless_there(temporary: Path, target: Path) -> None:
    """The folder under its own name; where another process wrote the same bundle meanwhile, that one stays."""
    try:
        temporary.rename(target)
    except OSError:
        if not target.exists():
            raise


def read_files(path: Path) -> dict[str, bytes]:
    """Every file of a bundle's folder; BundleRefused where there is something else, or a part is missing."""
    if path.is_symlink() or not path.is_dir():
        raise BundleRefused(f"{path}: no such folder; a bundle is a folder that `ontrack train` writes")
    entries = sorted(path.iterdir())
    for entry in entries:
        if entry.is_symlink() or not entry.is_file():
            raise BundleRefused(f"{entry}: expected a plain file; copy the bundle again from where it was made")
        if entry.stat().st_size > LARGEST:
            raise BundleRefused(f"{entry}: larger than {LARGEST} bytes; copy the bundle again from where it was made")
    files = {entry.name: entry.read_bytes() for entry in entries}
    for name in (MANIFEST, SIGNATURE, PROVENANCE):
        if name not in files:
            raise BundleRefused(f"{path / name}: missing; copy the bundle again from where it was made")
    return files


def check_signature(path: Path, files: Mapping[str, bytes], public_key: EllipticCurvePublicKey) -> None:
    """Raise BundleRefused unless the key's holder signed exactly these files."""
    signed = {name: content for name, content in files.items() if name != SIGNATURE}
    try:
        verify(signed, files[SIGNATURE], public_key)
    except KeysRefused as error:
        raise BundleRefused(f"{path}: {SIGNATURE}: {error}") from None


def check_manifest(path: Path, files: Mapping[str, bytes], manifest: Manifest) -> None:
    """Raise BundleRefused unless the folder holds what the manifest lists, byte for byte, and nothing else."""
    if manifest.format != FORMAT:
        raise BundleRefused(f"{path / MANIFEST}: format {manifest.format}; this version reads {FORMAT}: train again")
    needed = ALWAYS | SCORER_FILES[manifest.kind]
    present = set(files) - {MANIFEST, SIGNATURE, PROVENANCE}
    for name in sorted(present ^ set(manifest.files) | needed - present):
        state = "missing" if name not in present else "not listed in the manifest"
        raise BundleRefused(f"{path / name}: {state}; copy the bundle again from where it was made")
    for name, (digest, size) in manifest.files.items():
        if len(files[name]) != size or digest_of(files[name]) != digest:
            raise BundleRefused(f"{path / name}: not what was signed; copy the bundle again from where it was made")


def check_features(path: Path, manifest: Manifest, dictionary: FeatureDictionary) -> None:
    """Raise BundleRefused where this version of OnTrack does not compute the features, or the rule, as it did."""
    if manifest.feature_set == PREPARED_TABLE:
        return
    if manifest.feature_set not in SERVED:
        raise BundleRefused(f"{path / 'features.json'}: no feature set {manifest.feature_set!r} here; train again")
    changed = changed_here(dictionary, SERVED[manifest.feature_set], of_rule=manifest.kind == "rule")
    if changed:
        names = ", ".join(changed)
        raise BundleRefused(f"{path / 'features.json'}: computed in another way here: {names}; train again")


@contextmanager
def blaming(file: Path) -> Iterator[None]:
    """A place where a content that cannot be read becomes a refusal naming its file."""
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise BundleRefused(f"{file}: damaged before it was signed: {error}; train again") from None


def decode(path: Path, files: Mapping[str, bytes], manifest: Manifest) -> Bundle:
    """The bundle of checked files; its model's text has the shape of trees, but was not yet read by LightGBM."""
    with blaming(path / "features.json"):
        dictionary = parse_dictionary(files["features.json"])
    check_features(path, manifest, dictionary)
    with blaming(path / "metrics.json"):
        metrics = parse_object(files["metrics.json"])
    with blaming(path / "gate.json"):
        gate = parse_object(files["gate.json"]) if "gate.json" in files else None
    with blaming(path / PROVENANCE):
        provenance = TypeAdapter(dict[str, str]).validate_json(files[PROVENANCE])
    return Bundle(
        kind=manifest.kind,
        digest=digest_of(files[MANIFEST]),
        path=path,
        scorer=decode_scorer(path, files, dictionary),
        dictionary=dictionary,
        metrics=metrics,
        gate=gate,
        card=files["card.md"].decode(),
        name=manifest.name,
        grade_band=manifest.grade_band,
        feature_set=manifest.feature_set,
        provenance=provenance,
    )


def decode_scorer(path: Path, files: Mapping[str, bytes], dictionary: FeatureDictionary) -> RiskModel | RuleModel:
    """The model or the rule; a rule's golden predictions are checked here, as nothing in it can harm a process."""
    if "rule.json" in files:
        with blaming(path / "rule.json"):
            rule = RuleModel.from_json(files["rule.json"].decode())
        with blaming(path / "golden.json"):
            golden.check_rule(rule, golden.parse_golden_rule(files["golden.json"]))
        return rule
    with blaming(path / "model.txt"):
        text = files["model.txt"].decode()
        parse_trees(text, dictionary)
    with blaming(path / "calibrator.json"):
        calibrator = Calibrator.from_json(files["calibrator.json"].decode())
    return RiskModel(text, calibrator, dictionary)


def check_in_child(path: Path, manifest: Manifest) -> None:
    """Raise BundleRefused unless a child process gets the golden predictions; asked once per model and host."""
    asked_of = [manifest.files[name][0] for name in ("model.txt", "calibrator.json", "features.json", "golden.json")]
    marker = path.parent / ".verified" / digest_of("\n".join([*asked_of, *this_host()]).encode())[:16]
    if marker.exists():
        return
    wrong = golden.ask_in_child(path)
    if wrong:
        raise BundleRefused(f"{path / 'model.txt'}: {wrong}; train again")
    with suppress(OSError):  # where bundles are read only, the child is asked each time
        marker.parent.mkdir(exist_ok=True)
        marker.touch()


def this_host() -> list[str]:
    """This machine, and the versions that read a model here."""
    return [platform.node(), platform.machine(), platform.python_version(), importlib.metadata.version("lightgbm")]
