"""A pull: the first one reads everything, later ones what changed, until the store holds what the server holds.

In each window of change versions come key changes, deletes and changes, in that order; rows are found by the id that
the server gives, which none of them changes. The first pull reads without a window: whatever changes meanwhile comes
with the next one, which follows at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from features.ingest.adapters.edfi.api import ChangeVersions, EdFiApi, Page, id_of, member_of
from features.ingest.adapters.edfi.bodies import Body, cells_of, text_of
from features.ingest.adapters.edfi.bookmark import Bookmark
from features.ingest.adapters.edfi.resources import Resource
from features.ingest.adapters.edfi.store import Cells, ResourceStore
from features.ingest.network.http_client import NotFound, Unavailable
from features.ingest.network.refusal import SourceRefused
from features.progress import Progress

MOST_WINDOWS = 5
"""Windows of changes that one pull reads after another, while the server changes under it."""

NEEDED = ("schools", "calendarDates", "students", "studentSchoolAssociations")
"""Resources without which nothing can be loaded."""


@dataclass(frozen=True)
class EdFiPull:
    """The pull of one source into its store."""

    api: EdFiApi
    store: ResourceStore
    progress: Progress

    @property
    def resources(self) -> Sequence[Resource]:
        """The resources that are read, those that others refer to before them."""
        return self.store.resources

    def run(self) -> None:
        """Brings the store to the state of the server; killed, the next call goes on from the last page."""
        bookmark = self.store.bookmark()
        if bookmark.under_way and self.can_go_on(bookmark):
            self.read_window(bookmark)
        for _ in range(MOST_WINDOWS):
            window = self.next_window(self.store.bookmark())
            if window is None:
                return
            self.store.add(self.resources[0], (), window)
            self.read_window(window)
            if window.target is None:  # a server that tracks no changes: everything was read
                return

    def can_go_on(self, bookmark: Bookmark) -> bool:
        """Whether the pull that was killed can still be finished."""
        versions = self.api.change_versions()
        if bookmark.target is None or versions is None:
            return bookmark.target is None and versions is None
        return bookmark.target <= versions.newest and (bookmark.full or still_told(bookmark, versions))

    def next_window(self, bookmark: Bookmark) -> Bookmark | None:
        """What to read next; None where nothing has changed."""
        versions = self.api.change_versions()
        if versions is None:
            return bookmark.begun(full=True, target=None)
        if bookmark.watermark is None or not still_told(bookmark, versions):
            return bookmark.begun(full=True, target=versions.newest)
        if versions.newest == bookmark.watermark and not bookmark.under_way:
            return None
        return bookmark.begun(full=False, target=versions.newest)

    def read_window(self, bookmark: Bookmark) -> None:
        """Reads what a bookmark says is left of a window, and finishes it.

        That a step without rows is over is written with the next rows: after a crash it is read once more.
        """
        for one, step in self.steps(bookmark):
            name, arrived = f"{one.name}{step}", bookmark.arrived
            if name not in bookmark.done:
                bookmark = self.read_step(bookmark, one, step).after(name)
                if bookmark.arrived > arrived:
                    self.store.add(one, (), bookmark)
        self.store.finish(bookmark)

    def steps(self, bookmark: Bookmark) -> Iterator[tuple[Resource, str]]:
        """The steps of a window."""
        if not bookmark.full:
            yield from ((one, "/keyChanges") for one in self.resources)
            yield from ((one, "/deletes") for one in reversed(self.resources))
        yield from ((one, "") for one in self.resources)

    def read_step(self, bookmark: Bookmark, one: Resource, step: str) -> Bookmark:
        """Reads the pages of one step into the store, from where an earlier reading stood."""
        name, rows = f"{one.name}{step}", 0
        position = bookmark.position if bookmark.step == name else ""
        try:
            for page in self.api.pages(name, self.window(bookmark), position):
                if not page.bodies:
                    continue
                bookmark = bookmark.at(name, page.position)
                self.keep(one, step, page, bookmark)
                rows += len(page.bodies)
                self.progress(f"{name}: {rows:,} rows")
        except NotFound:  # a resource, or changes of it, that this server does not have
            if name in NEEDED:
                raise
        except Unavailable:
            raise
        except SourceRefused:  # what it gave cannot be right: this step begins anew
            self.store.add(one, (), replace(bookmark, step="", position=""))
            raise
        return bookmark

    def window(self, bookmark: Bookmark) -> Mapping[str, str | int]:
        """The parameters of a window of changes; none where everything is read."""
        if bookmark.full or bookmark.target is None:
            return {}
        return {"minChangeVersion": (bookmark.watermark or 0) + 1, "maxChangeVersion": bookmark.target}

    def keep(self, one: Resource, step: str, page: Page, bookmark: Bookmark) -> None:
        """Puts the rows of a page into the store, with the bookmark after it."""
        ids = [id_of(body, one.name) for body in page.bodies]
        if step == "/keyChanges":
            self.store.add(one, self.with_new_keys(one, page.bodies, bookmark.generation), bookmark)
        elif step == "/deletes":
            self.store.add(one, [(row_id, {}) for row_id in ids], bookmark, gone=True)
        else:
            rows = [(row_id, cells_of(one, body)) for row_id, body in zip(ids, page.bodies, strict=True)]
            self.store.add(one, rows, bookmark)

    def with_new_keys(self, one: Resource, changes: Sequence[Body], generation: int) -> list[tuple[str, Cells]]:
        """The rows of key changes with their new keys, in the order of the changes."""
        held = self.store.latest(one, [id_of(body, one.name) for body in changes], generation)
        for body in sorted(changes, key=version_of):
            row_id = id_of(body, one.name)
            if row_id in held:
                held[row_id] = {**held[row_id], **new_key(one, body)}
        return list(held.items())


def still_told(bookmark: Bookmark, versions: ChangeVersions) -> bool:
    """Whether the server can tell every change since the watermark; one put back to an earlier state cannot."""
    return bookmark.watermark is not None and versions.oldest - 1 <= bookmark.watermark <= versions.newest


def version_of(body: Body) -> int:
    """The change version of a key change."""
    found = body.get("changeVersion")
    return found if isinstance(found, int) else 0


def new_key(one: Resource, body: Body) -> dict[str, str | None]:
    """The columns that a key change gives a new value: those whose path ends with the name of a member of the key."""
    values = member_of(body, "newKeyValues")
    new = values if isinstance(values, dict) else {}
    leaves = {column: path.partition("|")[0].rpartition(".")[2] for column, path in one.columns.items()}
    return {column: text_of(new[leaf]) for column, leaf in leaves.items() if leaf in new}
