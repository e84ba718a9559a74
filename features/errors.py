"""Everything that OnTrack refuses, and with which exit code a command ends for it.

A message says what is wrong, where, and what to do. Packages above declare their own refusals below these:

    Refused                3  input that cannot be used
      SettingsRefused      2  an ontrack.toml that cannot be used
      NothingKnown         3  a date or a cohort about which the warehouse has no record
      MachineRefused       5  a disk that is full or fails, memory that is short
      DataRefused          3  files that cannot be loaded (features.ingest.findings)
      SourceRefused        5  a source behind a network that cannot be read (features.ingest.network.refusal)
        Unavailable        5  a server that gives no whole answer (features.ingest.network.http_client)
        NotFound           5  an address that its server does not have (features.ingest.network.http_client)
      SparkRefused         5  a Spark that is not installed, cannot start or fails (features.lake.session)
      WorkerLost           5  a worker of a fit that ended or fell silent (models.partitions.workers)
      BundleRefused        5  a bundle that is not what was signed (models.bundle.manifest)
      KeysRefused          5  signing keys that are absent or unusable (models.bundle.signing)
      ReleaseRefused       3  a release that cannot be made or read (models.releases)
      GateRefused          4  a bundle without the right to serve (models.release_checks)
      SharedFileRefused    3  a shared file that is not what a district signed (models.collaborative.shared_file)
      SpecRefused          2  the spec of a prepared table (training.prepared_table.spec)
      NotJudgeable         3  an outcome that no known school year can judge (training.cohort_examples)
      UnknownStaff         3  a person who is not in the district's staff (serving.access.accounts)
      UnknownDistrict      3  a district without a scoring run (serving.access.api_keys)
      PermissionRefused    2  a permission that does not exist (serving.access.permissions)
      RoleRefused          2  a role or school that does not exist (serving.access.role_assignments)
      ScopeRefused         2  an API scope that does not exist (serving.access.api_keys)
      SecretsKeyRefused    5  a key of sealed secrets that cannot be used (serving.access.sealed_secrets)
      FeedRefused          3  scores that another system did not take (serving.feeds.sender)
      PacketRefused        3  a transfer packet that is not what its sender signed (serving.movers.packet_file)
      UnknownKey           3  an API key that does not exist (serving.access.api_keys)
"""


class Refused(Exception):  # noqa: N818 - the design's word
    """Input that cannot be used: the message says what, where, and what to do. Exit code 3."""

    exit_code = 3


class SettingsRefused(Refused):
    """An `ontrack.toml` that cannot be used. Exit code 2."""

    exit_code = 2


class NothingKnown(Refused):
    """A date or a cohort about which the warehouse has no record. Exit code 3."""


class MachineRefused(Refused):
    """What the machine could not do: its disk is full or fails, or memory is short. Exit code 5."""

    exit_code = 5
