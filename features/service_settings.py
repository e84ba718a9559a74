"""Where the service listens, what it asks of people who sign in, and how it treats lists, in `[service]`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from features.sign_in_settings import SecondFactor, private_address


class Service(BaseModel):
    """Where the service listens and how long people stay signed in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="port to listen on")
    url: str = Field(
        default="",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+)?$",
        description="the address people and programs use, such as https://ontrack.example.org; empty for host and port",
    )
    hosts: tuple[str, ...] = Field(
        default=(), description="further names under which the service answers, beside `host` and that of `url`"
    )
    database: str = Field(default="", description="SQLAlchemy address; empty for a SQLite file in `home`")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="port of this machine for Prometheus, apart from the pages; 0 for none"
    )
    traces_url: Annotated[str, AfterValidator(private_address)] = Field(
        default="",
        description="address of an OpenTelemetry collector for traces of requests, such as "
        "http://127.0.0.1:4318/v1/traces; empty for none",
    )
    requests_a_minute: int = Field(
        default=30_000, ge=1, description="requests that one program may send to one process of the service in a minute"
    )
    session_hours: int = Field(default=12, ge=1, le=24, description="longest time signed in")
    idle_minutes: int = Field(default=30, ge=1, description="signed out after this long without a request")
    second_factor: tuple[SecondFactor, ...] = Field(
        default=(), description="roles and permissions with which a password needs a code of an app beside it"
    )
    bands: tuple[float, float] = Field(
        default=(0.25, 0.50), description="risk from which a student shows some, and many, signals"
    )
    random_share: float = Field(
        default=0.0, ge=0, le=0.5, description="share of a list's places drawn at random among students not listed"
    )
    list_margin: float = Field(
        default=0.10,
        ge=0,
        le=0.5,
        description="share of a list's places above and below its cut, within which students listed last time go first",
    )
    largest_import_mb: int = Field(
        default=2048, ge=1, le=65536, description="largest body of an import over the API, in mebibytes"
    )
    webhooks_to_loopback: bool = Field(
        default=False, description="whether webhooks may lead to this machine, for trials; never to a private network"
    )
    changes_minutes: int = Field(
        default=5, ge=0, le=1440, description="minutes after which the worker loads records sent one by one"
    )
    keep_runs: Literal["month_ends", "all"] = Field(
        default="month_ends",
        description="which runs of earlier school years stay in the service database: the last of each month, or all",
    )

    @property
    def public_url(self) -> str:
        """The address that people and programs use."""
        return self.url or f"http://{self.host}:{self.port}"
