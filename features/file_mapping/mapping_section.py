"""What every table of `ontrack.toml` about files has in common."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


class MappingSection(BaseModel):
    """A table of `ontrack.toml` about files: unknown keys are refused.

    Settings that `came_later` are dumped where they are set only: the digest of a load stays the one it was before.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    came_later: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def without_unused(self, dump: SerializerFunctionWrapHandler) -> dict[str, object]:
        """The section without the later settings that say nothing here."""
        dumped: dict[str, object] = dump(self)
        fields = type(self).model_fields
        unset = {name for name in self.came_later if getattr(self, name) == fields[name].default}
        return {name: value for name, value in dumped.items() if name not in unset}
