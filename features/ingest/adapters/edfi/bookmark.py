"""How far a pull has come: what a next one, or the same after a crash, goes on from."""

from dataclasses import dataclass, replace

from pydantic import TypeAdapter


@dataclass(frozen=True)
class Bookmark:
    """All changes up to `watermark` are in the store; None before the first full pull.

    While a pull is under way, `target` is the change version that it goes up to, `full` whether it reads everything
    into a new generation of rows, `done` the steps that are over, and `position` where in the step it stands. Rows are
    numbered as they arrive; those of this pull come after `since`.
    """

    watermark: int | None = None
    generation: int = 0
    under_way: bool = False
    full: bool = False
    target: int | None = None
    done: tuple[str, ...] = ()
    step: str = ""
    position: str = ""
    arrived: int = 0
    since: int = -1

    def begun(self, *, full: bool, target: int | None) -> "Bookmark":
        """The bookmark of a new pull; a full one fills a generation of its own."""
        return replace(
            self, under_way=True, full=full, target=target, generation=self.generation + int(full), done=(), step="",
            position="", since=self.arrived,
        )  # fmt: skip

    def at(self, step: str, position: str) -> "Bookmark":
        """The bookmark after a page of a step."""
        return replace(self, step=step, position=position, arrived=self.arrived + 1)

    def after(self, step: str) -> "Bookmark":
        """The bookmark when a step is over."""
        return replace(self, done=(*self.done, step), step="", position="")

    def finished(self) -> "Bookmark":
        """The bookmark when a pull is over."""
        return replace(self, watermark=self.target, under_way=False, done=(), step="", position="")


BOOKMARK_JSON = TypeAdapter(Bookmark)
"""How a bookmark is written to the store and read from it."""
