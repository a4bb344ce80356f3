"""Tables that programs write into the documents of the project, between marks that carry the program's name."""

from pathlib import Path

from failures import Refused

ROOT = Path(__file__).resolve().parent.parent


def write_section(document: str, program: str, lines: list[str]) -> None:
    """Replaces what stands between `<!-- program -->` and `<!-- end of program -->` in docs/`document`."""
    path, mark, end = ROOT / "docs" / document, f"<!-- {program} -->\n", f"<!-- end of {program} -->"
    text = path.read_text(encoding="utf-8")
    start, stop = text.find(mark), text.find(end)
    if start < 0 or stop < start:
        raise Refused(f"docs/{document} has no place for the table: it wants {mark.strip()} and {end}.")
    path.write_text(text[:start + len(mark)] + "\n".join(lines) + "\n" + text[stop:], encoding="utf-8")
