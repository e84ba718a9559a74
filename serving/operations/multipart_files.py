"""Takes the files out of a multipart body while it arrives, part by part, straight to disk."""

import re

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from serving.operations.uploads import UploadFolder, UploadRefused
from serving.web.problems import Mistake


class MultipartFiles:
    """Takes the files of a multipart body out of it while it arrives; nothing is held in memory."""

    def __init__(self, folder: UploadFolder, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise UploadRefused(415, Mistake(pointer="#", detail="expected multipart/form-data or application/zip"))
        self.folder = folder
        self.header, self.value = b"", b""
        self.disposition = ""
        self.complete = False
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self.begin_part,
                "on_header_field": self.add_to_header,
                "on_header_value": self.add_to_value,
                "on_header_end": self.end_header,
                "on_headers_finished": self.begin_file,
                "on_part_data": lambda data, start, end: folder.write(data[start:end]),
                "on_part_end": folder.end,
                "on_end": self.finish,
            },
        )

    def feed(self, content: bytes) -> None:
        """Takes the next bytes of the body; UploadRefused where it is not multipart."""
        try:
            self.parser.write(content)
        except FormParserError:
            raise broken_off() from None

    def close(self) -> None:
        """Ends the body; UploadRefused where it broke off."""
        if not self.complete:
            raise broken_off()

    def begin_part(self) -> None:
        """Forgets the headers of the part before."""
        self.header, self.value, self.disposition = b"", b"", ""

    def add_to_header(self, data: bytes, start: int, end: int) -> None:
        """Adds to the name of a header."""
        self.header += data[start:end]

    def add_to_value(self, data: bytes, start: int, end: int) -> None:
        """Adds to the value of a header."""
        self.value += data[start:end]

    def end_header(self) -> None:
        """Keeps the header that names the part."""
        if self.header.lower() == b"content-disposition":
            self.disposition = self.value.decode("utf-8", "replace")
        self.header, self.value = b"", b""

    def begin_file(self) -> None:
        """Begins the file of a part; UploadRefused for a part that is no file."""
        _, options = parse_options_header(self.disposition.encode())
        if b"filename" not in options:
            pointer = f"#/files/{len(self.folder.names)}"
            raise UploadRefused(422, Mistake(pointer=pointer, detail="expected a file, with its name"))
        self.folder.begin(sent_name(self.disposition))

    def finish(self) -> None:
        """Notes that the last part has ended."""
        self.complete = True


def sent_name(disposition: str) -> str:
    """The name of a file as it was sent, with any folders in it: the library would take them away."""
    found = re.search(r'filename="((?:[^"\\]|\\.)*)"|filename=([^;\s]+)', disposition)
    return "" if found is None else (found[1] if found[1] is not None else found[2])


def broken_off() -> UploadRefused:
    """The refusal of a body that is not multipart up to its end."""
    return UploadRefused(400, Mistake(pointer="#", detail="expected multipart/form-data up to its last boundary"))
