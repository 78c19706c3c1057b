"""The head of a study file: its name, its question and its seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from feedsim.checks import FOLDER, FOLDER_RULE, folder_names
from feedsim.faults import Fault
from feedsim.layers import Sheet
from feedsim.reading import Document
from feedsim.validation import shown

MOST_SEEDS = 10_000
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Heading:
    """What a study is called, asks and repeats."""

    name: str
    question: str
    seeds: tuple[int, ...]


def heading(sheet: Sheet, seeds: Sequence[int] | None, faults: list[Fault]) -> Heading:
    """The head of a study; `seeds`, where given, instead of the file's. What is wrong goes to `faults`."""
    for arm, wrong, right in folder_names(sheet.arms):
        document = sheet.arms[arm][-1]
        faults.append(Fault(document.file, document.lines.get(f"arms.{arm}"), f"arms.{arm}", wrong, right))
    return Heading(_name(sheet, faults), _question(sheet, faults), _seeds(sheet, seeds, faults))


def _name(sheet: Sheet, faults: list[Fault]) -> str:
    """The study's own name, or its file's: not what a file that it extends is called, whose runs it would mix with."""
    name, document = sheet.heading("name", inherited=False)
    if name is None:
        name = Path(document.file).stem
    if isinstance(name, str) and FOLDER.fullmatch(name):
        return name
    right = FOLDER_RULE if "name" in document.data else f"give the study a name; {FOLDER_RULE.removeprefix('it ')}"
    faults.append(_fault(document, "name", f"{shown(name)} can't be a folder", right))
    return ""


def _question(sheet: Sheet, faults: list[Fault]) -> str:
    question, document = sheet.heading("question", inherited=True)
    if question is None or isinstance(question, str):
        return question or ""
    faults.append(_fault(document, "question", shown(question), "it should be text; quotes make text of a number"))
    return ""


def _seeds(sheet: Sheet, instead: Sequence[int] | None, faults: list[Fault]) -> tuple[int, ...]:
    """A number stands for so many seeds, from 1."""
    said, document = sheet.heading("seeds", inherited=True)
    said = 1 if said is None else said
    wrong = _wrong_seeds(said)
    if wrong:
        right = f"it should be how many, from 1 to {MOST_SEEDS}, or a list of different whole numbers from 0"
        faults.append(_fault(document, "seeds", wrong, right))
    if instead is not None:
        if wrong := _wrong_seeds(list(instead)):
            faults.append(
                Fault("--seed", None, "", wrong, "seeds should be different whole numbers from 0 to 2^63 - 1")
            )
        return tuple(instead)
    return tuple(said) if isinstance(said, list) else tuple(range(1, said + 1)) if not wrong else ()


def _wrong_seeds(said: object) -> str:
    """What is wrong with seeds, if anything is."""
    if not isinstance(said, list):
        return "" if type(said) is int and 1 <= said <= MOST_SEEDS else shown(said)
    if not said or len(said) > MOST_SEEDS:
        return shown(said)
    bad = [seed for seed in said if type(seed) is not int or not 0 <= seed <= _LARGEST]
    twice = [seed for at, seed in enumerate(said) if seed in said[:at]]
    return shown(bad[0]) if bad else f"{twice[0]} is given twice" if twice else ""


def _fault(document: Document, key: str, wrong: str, right: str) -> Fault:
    return Fault(document.file, document.lines.get(key, 1), key, wrong, right)
