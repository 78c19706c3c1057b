"""A folder in one piece of bytes: how a run travels between machines that share no disk."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile


def packed(folder: Path) -> bytes:
    """All files of a folder. Not made smaller: Parquet is small already."""
    parcel = BytesIO()
    with ZipFile(parcel, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return parcel.getvalue()


def unpack(parcel: bytes, folder: Path) -> None:
    """Write the files of `packed` into a folder, which is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    with ZipFile(BytesIO(parcel)) as archive:
        archive.extractall(folder)
