"""XML read as data only: no DTD, no entity, nothing fetched, and no larger than a document is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from accounts_link.imports.shapes import FileError

MAX_BYTES = 30 * 2**20  # with what is embedded
MAX_DEPTH = 40
MAX_ELEMENTS = 250_000
MAX_ATTRIBUTES = 40  # of one element
CHUNK = 2**16  # bytes

Names = dict[str, str]  # a namespace and what stands for it


@dataclass(slots=True)
class Element:
    """One element: where it stands, what it says, what stands in it."""

    name: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, *path: str) -> Iterator[Element]:
        """Yield every element down this path of names."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def first(self, *path: str) -> Element | None:
        """Return the first element down this path that is filled in, or holds others."""
        return next((one for one in self.all(*path) if one.text or one.children), None)

    def said(self, *path: str) -> str:
        """Return what the first element down this path says; empty when there is none."""
        found = self.first(*path)
        return found.text if found else ""


def read_xml(content: bytes, name: str, names: Names) -> Element:
    """Return the root of a document. Elements of a namespace in `names` go by its prefix there.

    Raises FileError when it is no XML, holds a DTD or an entity, or is larger than a document.
    """
    if len(content) > MAX_BYTES:
        raise FileError(f"“{name}” is larger than {MAX_BYTES // 2**20} MB; a document is not.")
    builder = _Builder(name, names)
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.place = parser.parser
    try:
        for start in range(0, len(content), CHUNK):
            parser.feed(content[start : start + CHUNK])
        root: Element = parser.close()
    except DefusedXmlException:
        raise FileError(
            f"“{name}” holds a DTD or an entity, which no invoice needs; it was not read further."
        ) from None
    except ParseError as error:
        raise FileError(f"“{name}” is no sound XML: {error}. Export it again.") from None
    except (ValueError, LookupError) as error:  # an encoding that Python does not know, or such
        raise FileError(f"“{name}” can't be read as XML: {error}.") from None
    return root


class _Builder:
    """Makes Elements of what the parser meets, and counts."""

    def __init__(self, name: str, names: Names) -> None:
        self._file = name
        self._names = names
        self._count = 0
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._root: Element | None = None
        self.place: object = None  # the parser, which knows the line

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS or len(attributes) > MAX_ATTRIBUTES:
            raise FileError(f"“{self._file}” has more elements than any document; split it.")
        if len(self._open) >= MAX_DEPTH:
            raise FileError(f"“{self._file}” is nested deeper than any document.")
        line = getattr(self.place, "CurrentLineNumber", 0)
        element = Element(self._short(tag), line, attributes)
        if self._open:
            self._open[-1].children.append(element)
        self._root = self._root or element
        self._open.append(element)
        self._texts.append([])

    def data(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)

    def end(self, _tag: str) -> None:
        self._open.pop().text = "".join(self._texts.pop()).strip()

    def close(self) -> Element | None:
        return self._root

    def _short(self, tag: str) -> str:
        namespace, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
        prefix = self._names.get(namespace, namespace)
        return f"{prefix}:{name}" if prefix else name
