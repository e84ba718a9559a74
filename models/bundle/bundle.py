"""The bundle: a signed folder with everything a scorer needs, read without running any code of its own.

Its digest is that of the manifest, which has the sha256 of every file but the signature and the provenance:
the same parts give the same digest. The signature covers every other file, the provenance too.
"""

import importlib.metadata
import platform
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from pydantic import TypeAdapter

from features.atomic_files import sync_folder, write_through
from models.bundle import golden_predictions as golden
from models.bundle import golden_process
from models.bundle.canonical_json import canonical_json, dictionary_json, parse_dictionary, parse_json_object, sha256_of
from models.bundle.definitions import PREPARED_TABLE, check_definitions
from models.bundle.manifest import (
    ALL_YEAR,
    BY_PART,
    MANIFEST,
    PARTS,
    PROVENANCE,
    SIGNATURE,
    BundleRefused,
    Kind,
    Manifest,
    check_manifest,
    check_signature,
    folder_name,
    read_files,
    refuse_damaged,
)
from models.bundle.model_card import render_parts
from models.bundle.signing import KeyPair, sign
from models.bundle.tree_structure import parse_trees
from models.bundle.year_parts import ServedPart, parts_json, read_parts
from models.estimators.calibration import Calibrator
from models.estimators.published_rule import RuleModel
from models.estimators.risk_model import RiskModel
from models.feature_dictionary import FeatureDictionary


@dataclass(frozen=True)
class BundleParts:
    """The parts of a bundle: a model or a rule, and what is known about it (`metrics` and `gate` as JSON).

    `name` is the outcome, or the prepared table. `parts` say what serves in which part of the school year; without
    any the scorer serves all year. No part may hold a student's row.
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
    parts: tuple[ServedPart, ...] = ()


@dataclass(frozen=True)
class Bundle:
    """A verified bundle: its scorer, what is known about it, and what serves by part of the year where it says so."""

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
    parts: tuple[ServedPart, ...] = ()


def write_bundle(bundles: Path, parts: BundleParts, keys: KeyPair, provenance: Mapping[str, str]) -> Bundle:
    """Writes the bundle of these parts to `bundles/<first 16 of its digest>`, whole or not at all.

    Writing the same parts again changes nothing and gives back the bundle that is there, with its first provenance.
    Raises BundleRefused where the written bundle does not open; ValueError where a metric is NaN.
    """
    files = encode_parts(parts)
    files[MANIFEST] = manifest_of(parts, files)
    digest = sha256_of(files[MANIFEST])
    target = bundles / folder_name(digest)
    if target.exists():
        return keep_fit(open_bundle(target, keys.public_key), parts)
    files[PROVENANCE] = canonical_json(provenance)
    files[SIGNATURE] = sign(files, keys)
    bundles.mkdir(parents=True, exist_ok=True)
    return keep_fit(replace(write_and_verify(target, files, keys.public_key), path=target), parts)


def keep_fit(bundle: Bundle, parts: BundleParts) -> Bundle:
    """The written bundle whose model still says how it was fitted, which is in no file of it."""
    if parts.model is None or not isinstance(bundle.scorer, RiskModel):
        return bundle
    return replace(bundle, scorer=replace(bundle.scorer, fit=parts.model.fit))


def open_bundle(path: Path, public_key: EllipticCurvePublicKey, *, remember: bool = True) -> Bundle:
    """Opens and verifies a bundle's folder; BundleRefused names the file that is not as it was signed.

    Checked in this order: the signature, every file's digest, whether its features are computed here as they were,
    the shape of the model's text, and, once for each model and host, its golden predictions in another process.
    With `remember`, an empty file beside the bundle says that they were checked.
    """
    files = read_files(path)
    check_signature(path, files, public_key)
    with refuse_damaged(path / MANIFEST):
        manifest = TypeAdapter(Manifest).validate_json(files[MANIFEST])
    check_manifest(path, files, manifest)
    bundle = decode_bundle(path, files, manifest)
    if manifest.kind == "model":
        verify_predictions(path, manifest, remember=remember)
    return bundle


def encode_parts(parts: BundleParts) -> dict[str, bytes]:
    """The content of every file that the manifest lists; ValueError where the parts do not belong together."""
    files = {PARTS: parts_json(parts.kind, parts.parts)} if parts.parts else {}
    files |= {
        "features.json": dictionary_json(parts.dictionary),
        "metrics.json": canonical_json(parts.metrics),
        "card.md": (parts.card + render_parts(parts.parts)).encode(),
        **encode_scorer(parts),
    }
    if parts.gate is not None:
        files["gate.json"] = canonical_json(parts.gate)
    return files


def encode_scorer(parts: BundleParts) -> dict[str, bytes]:
    """The files of the model or of the rule, with its golden predictions."""
    if parts.kind == "rule" and parts.rule and not parts.model:
        expected = canonical_json(asdict(golden.predict_golden_rule(parts.rule)))
        return {"rule.json": parts.rule.to_json().encode(), "golden.json": expected}
    if parts.kind == "model" and parts.model and not parts.rule and parts.model.dictionary == parts.dictionary:
        return {
            "model.txt": parts.model.booster_text.encode(),
            "calibrator.json": parts.model.calibrator.to_json().encode(),
            "golden.json": canonical_json(asdict(golden.predict_golden(parts.model))),
        }
    raise ValueError(f"a bundle of kind '{parts.kind}' holds one {parts.kind}, over the features of its dictionary")


def manifest_of(parts: BundleParts, files: Mapping[str, bytes]) -> bytes:
    """The manifest of these files."""
    listed = {name: (sha256_of(content), len(content)) for name, content in files.items()}
    form = BY_PART if parts.parts else ALL_YEAR
    return canonical_json(asdict(Manifest(form, parts.kind, parts.name, parts.grade_band, parts.feature_set, listed)))


def write_and_verify(target: Path, files: Mapping[str, bytes], public_key: EllipticCurvePublicKey) -> Bundle:
    """Writes the files to a folder beside the target, verifies it, and renames it to the target."""
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=".writing-"))
    try:
        for name, content in files.items():
            write_through(temporary / name, content)
        sync_folder(temporary)
        bundle = open_bundle(temporary, public_key)
        rename_unless_present(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(target.parent)
    return bundle


def rename_unless_present(temporary: Path, target: Path) -> None:
    """Renames the folder; where another process wrote the same bundle meanwhile, that one stays."""
    try:
        temporary.rename(target)
    except OSError:
        if not target.exists():
            raise


def decode_bundle(path: Path, files: Mapping[str, bytes], manifest: Manifest) -> Bundle:
    """Decodes checked files; the model's text has the structure of trees, but LightGBM has not read it yet."""
    with refuse_damaged(path / "features.json"):
        dictionary = parse_dictionary(files["features.json"])
    if manifest.feature_set != PREPARED_TABLE:
        of_rule = manifest.kind == "rule"
        check_definitions(path / "features.json", manifest.feature_set, dictionary, of_rule=of_rule)
    with refuse_damaged(path / "metrics.json"):
        metrics = parse_json_object(files["metrics.json"])
    with refuse_damaged(path / "gate.json"):
        gate = parse_json_object(files["gate.json"]) if "gate.json" in files else None
    with refuse_damaged(path / PROVENANCE):
        provenance = TypeAdapter(dict[str, str]).validate_json(files[PROVENANCE])
    return Bundle(
        kind=manifest.kind,
        digest=sha256_of(files[MANIFEST]),
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
        parts=read_parts(path, files, manifest, dictionary),
    )


def decode_scorer(path: Path, files: Mapping[str, bytes], dictionary: FeatureDictionary) -> RiskModel | RuleModel:
    """Decodes the model or the rule; a rule's golden predictions are checked here, as it cannot harm a process."""
    if "rule.json" in files:
        with refuse_damaged(path / "rule.json"):
            rule = RuleModel.from_json(files["rule.json"].decode())
        with refuse_damaged(path / "golden.json"):
            golden.check_rule(rule, golden.parse_golden_rule(files["golden.json"]))
        return rule
    with refuse_damaged(path / "model.txt"):
        text = files["model.txt"].decode()
        parse_trees(text, dictionary)
    with refuse_damaged(path / "calibrator.json"):
        calibrator = Calibrator.from_json(files["calibrator.json"].decode())
    return RiskModel(text, calibrator, dictionary)


def verify_predictions(path: Path, manifest: Manifest, *, remember: bool) -> None:
    """Raise BundleRefused unless a child process gets the golden predictions; checked once per model and host."""
    asked_of = [manifest.files[name][0] for name in ("model.txt", "calibrator.json", "features.json", "golden.json")]
    marker = path.parent / ".verified" / sha256_of("\n".join([*asked_of, *host_versions()]).encode())[:16]
    if marker.exists():
        return
    wrong = golden_process.check_in_child_process(path)
    if wrong:
        raise BundleRefused(f"{path / 'model.txt'}: {wrong}; train again")
    if not remember:
        return
    with suppress(OSError):  # where bundles are read only, the child is asked each time
        marker.parent.mkdir(exist_ok=True)
        marker.touch()


def host_versions() -> list[str]:
    """This machine, and the versions that read a model here."""
    return [platform.node(), platform.machine(), platform.python_version(), importlib.metadata.version("lightgbm")]
