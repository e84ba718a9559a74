"""What `ontrack doctor` finds about keys, releases and their bundles. Makes no key and changes nothing."""

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from features.errors import Refused
from features.health import HealthCheck
from features.settings import Settings
from models.bundle.bundle import open_bundle
from models.bundle.signing import PRIVATE, PUBLIC, KeysRefused, load_public_key, read_private_key
from models.bundle.year_parts import describe_parts
from models.pool.learned_from import withdrawn
from models.releases import Release, ReleaseKey, current_release, release_log

TRAIN = "run `ontrack train`, then `ontrack promote`"


def check_keys(home: Path) -> Iterator[HealthCheck]:
    """Whether the signing keys are there and belong together."""
    folder = home / "keys"
    private, public = (folder / PRIVATE).exists(), (folder / PUBLIC).exists()
    if not private and not public:
        used = (home / "releases").is_dir()
        said, do = "no signing keys", f"restore {folder} from its back-up" if used else "the first training makes them"
        yield HealthCheck("keys", "wrong" if used else "look", said, do)
    elif not private:
        said = f"no {PRIVATE}: this place can check bundles, not sign them"
        yield HealthCheck("keys", "look", said, "restore it from its back-up where models are trained here")
    else:
        yield judge_pair(folder)


def judge_pair(folder: Path) -> HealthCheck:
    """Whether a private key can be used and its public half is beside it."""
    try:
        if load_public_key(folder) == read_private_key(folder / PRIVATE).public_key:
            return HealthCheck("keys", "ok", "both signing keys are here and belong together")
    except KeysRefused as refused:
        return HealthCheck("keys", "wrong", str(refused))
    said = f"{PUBLIC} is not the public half of {PRIVATE}"
    return HealthCheck("keys", "wrong", said, "restore both from the same back-up")


def check_releases(settings: Settings, district_id: str) -> Iterator[HealthCheck]:
    """What serves a district since when, and whether every bundle that it can go back to verifies."""
    folders = sorted(path for path in (settings.home / "releases" / district_id).glob("*/*") if path.is_dir())
    if not folders:
        yield HealthCheck("serves", "look", "nothing serves yet", TRAIN, district_id)
        return
    for folder in folders:
        yield from check_release(settings, ReleaseKey(district_id, folder.parent.name, folder.name))


def check_release(settings: Settings, key: ReleaseKey) -> Iterator[HealthCheck]:
    """One outcome and grade band: what serves, and each bundle of its log."""
    home = settings.home
    current, log = current_release(home, key), release_log(home, key)
    if current is None:
        yield HealthCheck("serves", "look", f"{key.outcome}, grades {key.grade_band}: nothing", TRAIN, key.district_id)
        return
    public_key = load_public_key(home / "keys")
    for release in {release.digest: release for release in (*log, current)}.values():
        yield judge_bundle(release, public_key, settings, serves=release.digest == current.digest)


def judge_bundle(
    release: Release, public_key: EllipticCurvePublicKey, settings: Settings, *, serves: bool
) -> HealthCheck:
    """Whether a release's bundle is what was signed, in the words of what serves or of what served."""
    key, name = release.key, "serves" if serves else "bundle"
    what = f"{key.outcome}, grades {key.grade_band}: {release.release_id}"
    try:
        bundle = open_bundle(release.bundle_path, public_key, remember=False)
    except Refused as refused:
        do = "restore its back-up, or `ontrack rollback`" if serves else "restore its back-up"
        return HealthCheck(name, "wrong", f"{what}: {refused}", do, key.district_id)
    gone = withdrawn(bundle.metrics, settings)
    if gone and serves:
        said = f"{what}: its rule serves in the model's place: records it learned from are not lent any more"
        return HealthCheck(name, "look", f"{said} ({'; '.join(gone)})", "train the pool again", key.district_id)
    scorer, comma = (describe_parts(bundle.parts), ",") if bundle.parts else (f"the {bundle.kind}", "")
    since = f"{scorer}{comma} since {release.at:%Y-%m-%d %H:%M} UTC" if serves else f"{scorer}, served before, verifies"
    return HealthCheck(name, "ok", f"{what}, {since}", district=key.district_id)
