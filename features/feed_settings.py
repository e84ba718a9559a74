"""Whom a district lets have its scores in the ecosystem's own form, in `[districts.feeds]`. Off unless declared."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from features.sign_in_settings import private_address


class EdFiFeed(BaseModel):
    """An Ed-Fi API that takes scores as assessments. Its key and secret are in the environment, not here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(private_address)] = Field(
        default="", description="root of the API's data, such as https://ods.example.org/data/v3; empty for no feed"
    )
    token_url: Annotated[str, AfterValidator(private_address)] = Field(
        default="", description="where it gives tokens, such as https://ods.example.org/oauth/token"
    )
    namespace: str = Field(
        default="",
        max_length=200,
        pattern=r"^(uri://[A-Za-z0-9./_-]+)?$",
        description="the district's own namespace for OnTrack, such as uri://ontrack.lakeside.example",
    )
    client: str = Field(
        default="", description="the client of `ontrack clients create` whose scope and schools bound what is sent"
    )
    subject: str = Field(
        default="uri://ed-fi.org/AcademicSubjectDescriptor#Other",
        max_length=306,
        description="descriptor of the academic subject, which Ed-Fi asks of each assessment",
    )

    @model_validator(mode="after")
    def is_whole(self) -> Self:
        """The same; ValueError where a part is missing."""
        if self.url and not (self.token_url and self.namespace and self.client):
            raise ValueError("url needs token_url, namespace and client")
        return self


class OneRosterFeed(BaseModel):
    """A OneRoster 1.2 gradebook service that takes scores as assessment results. Key and secret: in the environment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(private_address)] = Field(
        default="",
        description="root of the gradebook service, such as https://sis.example.org/ims/oneroster/gradebook/v1p2; "
        "empty for no feed",
    )
    token_url: Annotated[str, AfterValidator(private_address)] = Field(
        default="", description="where it gives tokens, such as https://sis.example.org/token"
    )
    client: str = Field(
        default="", description="the client of `ontrack clients create` whose scope and schools bound what is sent"
    )

    @model_validator(mode="after")
    def is_whole(self) -> Self:
        """The same; ValueError where a part is missing."""
        if self.url and not (self.token_url and self.client):
            raise ValueError("url needs token_url and client")
        return self


class Feeds(BaseModel):
    """Where scores are sent with `ontrack feed`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    edfi: EdFiFeed = EdFiFeed()
    oneroster: OneRosterFeed = OneRosterFeed()
