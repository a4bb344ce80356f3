"""Turns shards of pictures into one file that training can map into memory.

    python3 prepare.py --shards SHARDS --out DATA

SHARDS holds `*.tar` files of pictures and a `manifest.csv` with a line for each: file, category, licence, and where it
is from. Whatever does not fit stops the work at once: nothing is trained on that has no licence, and never a picture of
the test sets.
"""

import argparse
import collections
import csv
import hashlib
import io
import os
import re
import tarfile
from pathlib import Path
from typing import Iterator

from PIL import Image

import archive
import fingerprints
from failures import Refused, run

BENCHMARKS = Path(__file__).with_name("benchmarks.csv")

# The test sets that fingerprints are missing of are known by how their files are always called.
BENCHMARK_PATH = re.compile(r"kodim\d\d|(^|/)(set5|set14|b?bsd(s?100|s?300|s?500)|urban100|manga109)(/|_)", re.I)

# A share of one in 25 is held out for validation, the same pictures on every machine.
HELD_OUT_SHARE = 1 / 25

# Smaller ones hold no patch of any recipe. Training leaves out, and counts, what holds none of its own.
SIDE_MIN = 96

# Damaged or malicious headers must not take the memory of the machine.
PIXELS_MAX = 100_000_000


def main() -> None:
    arguments = _arguments()
    rows = read_manifest(arguments.shards)
    known = fingerprints.read(arguments.benchmarks)
    arguments.out.mkdir(parents=True, exist_ok=True)
    partial = arguments.out / (archive.SAMPLES_FILE + ".part")
    # A manifest of an earlier run would describe other samples.
    (arguments.out / archive.MANIFEST_FILE).unlink(missing_ok=True)
    with open(partial, "wb") as samples:
        pictures = [
            _append(samples, rows[name], data, known)
            for name, data in read_shards(arguments.shards, rows, arguments.limit)]
    os.replace(partial, arguments.out / archive.SAMPLES_FILE)
    archive.write_manifest(arguments.out, hold_out(pictures))
    _report(pictures)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Prepares pictures for training.")
    parser.add_argument("--shards", type=Path, required=True, help="folder with *.tar and manifest.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--benchmarks", type=Path, default=BENCHMARKS, help="list of pictures to refuse")
    parser.add_argument("--limit", type=int, help="take only so many pictures, for a trial")
    return parser.parse_args()


def read_manifest(shards: Path) -> dict[str, dict[str, str]]:
    """The lines of the manifest by file name; every picture must have a licence and a source."""
    path = shards / "manifest.csv"
    if not path.is_file():
        raise Refused(f"{shards} has no manifest.csv, which says the licences of the pictures.")
    rows: dict[str, dict[str, str]] = {}
    with open(path, encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            for column in ("file", "category", "licence", "repository"):
                if not row.get(column):
                    raise Refused(f"Line {number} of {path} says no {column}.")
            if row["file"] in rows:
                raise Refused(f"Line {number} of {path} lists {row['file']} for the second time.")
            rows[row["file"]] = row
    if not rows:
        raise Refused(f"{path} lists no pictures.")
    return rows


def read_shards(shards: Path, rows: dict[str, dict[str, str]], limit: int | None) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each picture. What is listed has to be there, and what is there has to be listed."""
    paths = sorted(shards.glob("*.tar"))
    if not paths:
        raise Refused(f"{shards} has no *.tar files.")
    missing = set(rows)
    for path in paths:
        try:
            with tarfile.open(path) as shard:
                for member in shard:
                    if not member.isfile():
                        continue
                    if member.name not in missing:
                        raise Refused(f"{member.name} in {path} is not in the manifest, or is there twice.")
                    missing.remove(member.name)
                    yield member.name, shard.extractfile(member).read()
                    if limit is not None and len(rows) - len(missing) >= limit:
                        return
        except (tarfile.TarError, EOFError, OSError):
            raise Refused(f"{path} is no tar file, or is damaged.") from None
    if missing:
        raise Refused(f"{min(missing)} and {len(missing) - 1} more pictures of the manifest are in no shard.")


def _append(samples: io.BufferedWriter, row: dict[str, str], data: bytes, known: dict[str, int]) -> archive.Picture:
    name = row["file"]
    picture = decode(name, data)
    benchmark = fingerprints.nearest(fingerprints.of(picture), known)
    named = BENCHMARK_PATH.search(f"{row['repository']}/{row.get('source_path') or ''}/{name}")
    if benchmark or named:
        raise Refused(f"{name} is {benchmark or named.group().strip('/')} of a test set, which must not be trained on.")
    if row.get("width") and (int(row["width"]), int(row["height"])) != picture.size:
        raise Refused(f"{name} is {picture.width}x{picture.height}, not {row['width']}x{row['height']} as listed.")
    if min(picture.size) < SIDE_MIN:
        raise Refused(f"{name} is {picture.width}x{picture.height}; no side may be under {SIDE_MIN}.")
    offset = samples.tell()
    samples.write(picture.tobytes())
    return archive.Picture(
        name, row["category"], picture.width, picture.height, offset, False,
        row["licence"], _author(row), _source(row), hashlib.sha256(data).hexdigest())


def decode(name: str, data: bytes) -> Image.Image:
    """A picture as RGB; what is transparent is laid on white, as on paper."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise Refused(f"{name} has more than {PIXELS_MAX} pixels.")
            if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
                colours = picture.convert("RGBA")
                paper = Image.new("RGBA", colours.size, "white")
                return Image.alpha_composite(paper, colours).convert("RGB")
            return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refused(f"{name} is no picture, or is damaged.") from None


def _author(row: dict[str, str]) -> str:
    return row.get("author") or f"see source; published by {row['repository'].split('/')[0]}"


def _source(row: dict[str, str]) -> str:
    commit, path = row.get("commit") or "", row.get("source_path") or ""
    place = row["repository"] + (f"@{commit}" if commit else "") + (f":{path}" if path else "")
    return " ".join(filter(None, [place, row.get("source_url")]))


def hold_out(pictures: list[archive.Picture]) -> list[archive.Picture]:
    """Marks the pictures to validate with: those of the smallest digests, so that the order of shards is no matter."""
    if len(pictures) < 2:
        raise Refused("Two pictures are needed at least, one of them to validate with.")
    count = max(1, round(len(pictures) * HELD_OUT_SHARE))
    chosen = {picture.sha256 for picture in sorted(pictures, key=lambda picture: picture.sha256)[:count]}
    return [
        archive.Picture(**{**vars(picture), "held_out": picture.sha256 in chosen})
        for picture in pictures]


def _report(pictures: list[archive.Picture]) -> None:
    pixels = sum(picture.width * picture.height for picture in pictures)
    print(f"{len(pictures)} pictures, {pixels / 1e6:.1f} megapixels")
    for title, name in (("category", "category"), ("licence", "licence")):
        for value, count in collections.Counter(getattr(picture, name) for picture in pictures).most_common():
            print(f"  {title} {value}: {count}")


if __name__ == "__main__":
    run(main)
