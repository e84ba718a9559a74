"""Uploads: files of an import, written to disk as they arrive, in a folder of their own until the import ends."""

import os
import re
import shutil
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from features.atomic_files import sync_folder
from features.ingest.adapters.csv_files import SUFFIXES
from features.settings import Settings
from serving.web.problems import Mistake

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()-]{0,119}")
ENDINGS = (*SUFFIXES, ".zip")
MOST_FILES = 200
CUT_OFF = timedelta(days=1)
"""How old an upload is that will not go on."""
PLAIN = "a plain name such as attendance.csv: letters, digits, spaces and . _ - ( ), at most 120, no folders"


class UploadRefused(Exception):  # noqa: N818 - the design's word
    """An upload that cannot be taken, with its HTTP status and what was expected where."""

    def __init__(self, status: int, mistake: Mistake) -> None:
        self.status, self.mistake = status, mistake
        super().__init__(mistake.detail)


def upload_folder(settings: Settings, district_id: str, operation_id: str) -> Path:
    """Where the files of an import are until it ends."""
    return settings.home / "uploads" / district_id / operation_id


def remove_upload(settings: Settings, district_id: str, operation_id: str) -> None:
    """Removes the files of an import, which hold students' records."""
    shutil.rmtree(upload_folder(settings, district_id, operation_id), ignore_errors=True)


def remove_cut_off_uploads(settings: Settings, district_id: str, wanted: Collection[str], now: datetime) -> None:
    """Removes what uploads left that broke off with the server: folders of a day ago that no operation waits for."""
    for folder in (settings.home / "uploads" / district_id).glob("import-*"):
        age = now.timestamp() - folder.stat().st_mtime
        if folder.name not in wanted and age > CUT_OFF.total_seconds():
            shutil.rmtree(folder, ignore_errors=True)


class UploadFolder:
    """A folder that is filled with files whose names are checked; nothing in it is read before `seal`."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        self.names: list[str] = []
        self.written = 0
        self.file: BinaryIO | None = None
        folder.mkdir(parents=True, mode=0o700)

    def begin(self, name: str) -> None:
        """Begins a file; UploadRefused for a name that is not plain, or was there before."""
        pointer = f"#/files/{len(self.names)}"
        if not NAME.fullmatch(name):
            raise UploadRefused(422, Mistake(pointer=pointer, detail=f"expected {PLAIN}"))
        if not name.lower().endswith(ENDINGS):
            raise UploadRefused(
                415, Mistake(pointer=pointer, detail=f"expected a name that ends in {', '.join(ENDINGS)}")
            )
        if name.casefold() in map(str.casefold, self.names):
            raise UploadRefused(422, Mistake(pointer=pointer, detail="expected every name once"))
        if len(self.names) >= MOST_FILES:
            raise UploadRefused(413, Mistake(pointer=pointer, detail=f"expected at most {MOST_FILES} files"))
        self.names.append(name)
        self.file = os.fdopen(os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, content: bytes) -> None:
        """Adds to the file that was begun; UploadRefused beyond the limit."""
        self.written += len(content)
        if self.written > self.most_bytes:
            raise UploadRefused(413, Mistake(pointer="#", detail=f"expected at most {self.most_bytes:,} bytes in all"))
        if self.file is not None:
            self.file.write(content)

    def end(self) -> None:
        """Ends the file: it is on disk."""
        if self.file is not None:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            self.file = None

    def seal(self) -> Path:
        """The folder with all files on disk; UploadRefused where there is none."""
        self.end()
        if not self.names:
            expected = 'expected files: multipart/form-data with parts named "files", or one application/zip'
            raise UploadRefused(422, Mistake(pointer="#/files", detail=expected))
        sync_folder(self.folder)
        sync_folder(self.folder.parent)
        return self.folder

    def discard(self) -> None:
        """Removes what was written."""
        if self.file is not None:
            self.file.close()
        shutil.rmtree(self.folder, ignore_errors=True)
