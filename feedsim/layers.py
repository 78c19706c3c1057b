"""What the user said, layer on layer: files that extend one another, their arms, and --set."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from os.path import dirname, join, normpath
from pathlib import Path
from typing import Any

from feedsim.block import Block
from feedsim.faults import Fault, Faults, Finding, Where, nearest
from feedsim.inputs import PATHS, absolute, unset
from feedsim.merging import KIND, Data, assigned, refusal
from feedsim.reading import Document, read, read_text
from feedsim.validation import shown

HEAD = ("name", "question", "extends", "arms", "assumptions", "sampling", "seeds", "optimize")
"""Keys of a study file that are no settings of a scenario."""
SET = "--set"
_NOT_BY_SET = {
    "seeds": "--seed N sets it",
    "arms": "--set changes every arm, --arm NAME chooses among them",
    "assumptions": "--set with the path of a setting makes it known",
}


@dataclass(frozen=True)
class Layer:
    """Settings that were said in one place."""

    file: str
    data: Data
    lines: dict[str, int | None]
    """dotted path in the file -> line"""
    prefix: Where = ()
    """where in the file the settings stand"""

    def depth(self, path: Where) -> int:
        """How many steps of a path this layer names."""
        lengths = range(len(path), 0, -1)
        return next((n for n in lengths if ".".join((*self.prefix, *path[:n])) in self.lines), 0)

    def fault(self, finding: Finding, line_of: Where) -> Fault:
        """The finding, at the line of a path or of the nearest above it."""
        line = self.lines.get(".".join((*self.prefix, *line_of[: self.depth(line_of)])))
        return Fault(self.file, line, ".".join((*self.prefix, *finding.reads[0])), finding.wrong, finding.right)


def placed(finding: Finding, layers: Sequence[Layer]) -> Fault:
    """The fault where it can be mended: the latest layer that says one of the settings, else the nearest above."""
    for layer in reversed(layers):
        for path in finding.reads:
            if layer.depth(path) == len(path):
                return layer.fault(finding, path)
    path = finding.reads[0]
    return max(layers, key=lambda layer: layer.depth(path)).fault(finding, path)


@dataclass
class Sheet:
    """A study file and those that it extends, taken apart."""

    documents: list[Document]
    """the one that extends nothing first, the study's own last"""
    base: list[Layer] = field(default_factory=list)
    arms: dict[str, list[Layer]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def own(self) -> Document:
        """The study's own file."""
        return self.documents[-1]

    def heading(self, key: str, inherited: bool) -> tuple[Any, Document]:
        """What the latest file says about a key of HEAD (nothing where none does), and that file."""
        sources = reversed(self.documents) if inherited else [self.own]
        found = next((document for document in sources if key in document.data), self.own)
        return found.data.get(key), found


def open_sheet(path: Path, model: type[Block]) -> Sheet:
    """Read a file of settings of `model`, and what it extends. Raises Faults where nothing can be made of them."""
    sheet = Sheet(_documents(path))
    for document in sheet.documents:
        sheet.faults += document.faults
        known = {key: value for key, value in document.data.items() if key in model.model_fields}
        for key in document.data.keys() - known.keys() - set(HEAD):
            right = nearest(key, [*model.model_fields, *HEAD])
            sheet.faults.append(Fault(document.file, document.lines[key], key, "unknown key", right))
        sheet.base.append(_located(Layer(document.file, known, {**document.lines}), sheet.faults))
        _add_arms(sheet, document)
    return sheet


def _documents(path: Path) -> list[Document]:
    """The chain of files, from the one that extends nothing."""
    chain = [_mapping(read(path))]
    while "extends" in chain[0].data:
        chain.insert(0, _parent(chain))
    return chain


def _mapping(document: Document) -> Document:
    if isinstance(document.data, dict):
        return document
    wrong = f"{shown(document.data)} is all that it holds"
    fault = Fault(document.file, 1, "", wrong, "it should be a mapping, as in days: 10")
    raise Faults(document.faults or [fault])


def _parent(chain: list[Document]) -> Document:
    """The file that the first of the chain extends."""
    child = chain[0]
    said, line = child.data["extends"], child.lines["extends"]
    refuse = Finding((("extends",),), shown(said), "it should be the path of a study file, such as base.yaml")
    layer = Layer(child.file, {}, {"extends": line})
    if not isinstance(said, str) or not said:
        raise Faults([layer.fault(refuse, ("extends",)), *child.faults])
    if lacking := unset(said):
        raise Faults([_unset(layer, ("extends",), lacking[0]), *child.faults])
    name = normpath(join(dirname(child.file), absolute(said, Path()) if "${" in said else said))
    if not Path(name).is_file():
        refuse = replace(refuse, wrong=f"there is no file {name}")
        raise Faults([layer.fault(refuse, ("extends",)), *child.faults])
    chain_names = [document.file for document in chain]
    same = [at for at, file in enumerate(chain_names) if Path(file).resolve() == Path(name).resolve()]
    if same:
        loop = " -> ".join([*reversed(chain_names[: same[0] + 1]), name])
        refuse = replace(refuse, wrong=f"files extend one another in a circle: {loop}", right="one should extend none")
        raise Faults([layer.fault(refuse, ("extends",)), *child.faults])
    return _mapping(read(Path(name), name))


def _add_arms(sheet: Sheet, document: Document) -> None:
    """The arms of one file: onto those of the file that it extends; null takes one of those out again."""
    arms = document.data.get("arms") or {}
    if not isinstance(arms, dict):
        line = document.lines["arms"]
        right = "it should be a mapping, as in arm: settings"
        sheet.faults.append(Fault(document.file, line, "arms", shown(arms), right))
        return
    for name, settings in arms.items():
        path = f"arms.{name}"
        if settings is not None and not isinstance(settings, dict):
            right = "it should be a mapping of settings, or {} for none"
            sheet.faults.append(Fault(document.file, document.lines[path], path, shown(settings), right))
        elif settings is None and name in sheet.arms:
            del sheet.arms[name]
        else:
            layer = Layer(document.file, settings or {}, {**document.lines}, ("arms", name))
            sheet.arms.setdefault(name, []).append(_located(layer, sheet.faults))


def _located(layer: Layer, faults: list[Fault]) -> Layer:
    """The layer with its paths expanded; a relative one counts from the file that names it."""
    data = dict(layer.data)
    folder = Path() if layer.file == SET else Path(layer.file).parent
    for block, key in PATHS:
        said = data[block].get(key) if isinstance(data.get(block), dict) else None
        if isinstance(said, str) and said:
            faults += [_unset(layer, (block, key), name) for name in unset(said)]
            data[block] = data[block] | {key: absolute(said, folder)}
    return replace(layer, data=data)


def _unset(layer: Layer, path: Where, name: str) -> Fault:
    wrong = f"${{{name}}} is not set"
    right = f"the environment variable {name} should be set to a folder: export {name}=..."
    return layer.fault(Finding((path,), wrong, right), path)


def read_sets(texts: Sequence[str], faults: list[Fault]) -> list[tuple[Where, Layer]]:
    """Path and layer of each `path=value` of the command line; the value is read as YAML."""
    layers = []
    for text in texts:
        dotted, equals, said = text.partition("=")
        dotted = dotted.strip()
        if not equals or not all(dotted.split(".")):
            right = "it should be path=value, such as feed.slate=20"
            faults.append(Fault(SET, None, "", shown(text), right))
            continue
        try:
            document = read_text(said, SET) if said.strip() else Document(SET, None, {})
        except Faults as error:
            faults += [replace(fault, line=None, path=dotted) for fault in error.faults]
            continue
        faults += [replace(fault, line=None, path=dotted) for fault in document.faults]
        layers.append((tuple(dotted.split(".")), _located(_set_layer(dotted, document), faults)))
    return layers


def _set_layer(dotted: str, document: Document) -> Layer:
    path, data = dotted.split("."), document.data
    for name in reversed(path):
        data = {name: data}
    above = [".".join(path[:n]) for n in range(1, len(path) + 1)]
    inside = [f"{dotted}.{name}" for name in document.lines if name]
    return Layer(SET, data, dict.fromkeys([*above, *inside]))


def apply_sets(
    trees: dict[str, Data], sets: Sequence[tuple[Where, Layer]], model: type[Block], faults: list[Fault]
) -> dict[str, Data]:
    """Every tree with the settings of the command line, over all that files say.

    A setting that one arm lacks (its ranker is of another kind, say) is left out there; one that all lack is a fault,
    but for the kind of a new policy, which all get.
    """
    for path, layer in sets:
        value: Any = layer.data
        for name in path:
            value = value[name]
        refusals = {arm: refusal(path, tree, model) for arm, tree in trees.items()}
        if all(refusals.values()):
            refusals = {arm: refusal(path, tree, model, begin=True) for arm, tree in trees.items()}
        if all(refusals.values()):
            faults.append(_refused(path, refusals))
            continue
        trees = {a: tree if refusals[a] else assigned(tree, path, value, model) for a, tree in trees.items()}
    return trees


def _refused(path: Where, refusals: dict[str, Any]) -> Fault:
    # The arm that goes furthest along the path is the one that was meant.
    depth, step = max(refusals.values(), key=lambda refused: int(refused[0]))
    name = path[depth - 1]
    right = _NOT_BY_SET.get(path[0]) or nearest(name, step.known)
    if step.in_mapping and step.takes_a_kind and not right.startswith("did you mean"):
        right = f"{SET} {'.'.join((*path[:depth], KIND))}=... adds it, and stands before its other settings"
    return Fault(SET, None, ".".join(path[:depth]), "unknown key", right)
