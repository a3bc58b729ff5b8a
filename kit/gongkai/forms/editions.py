"""The available editions of the form: find, read and check them.

They are in `kit/gongkai/forms/`, and in the project's own folder of forms, if it has one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from gongkai.errors import KitError, Problem, unreadable
from gongkai.forms.computed import names_in
from gongkai.forms.form import NEXT_YEAR, Computed, Form
from gongkai.forms.tables import Code, blocks_of, cells_of, row_groups
from gongkai.spelling import nearest
from gongkai.text.files import list_yaml_files, shortened
from gongkai.text.models import read_model
from gongkai.text.yaml_files import Document, Key

FORMS = Path(__file__).parent


def editions(own: Path | None = None) -> dict[str, Path]:
    """Return the file of each available edition, the oldest first.

    An edition in the folder `own` replaces the package's edition of the same name. Raises
    KitError if a folder of forms cannot be read.
    """
    try:
        own_files = list_yaml_files(own) if own else []
        found = {path.stem: path for path in (*_packaged(FORMS), *own_files)}
        unread = list(_unread(own, own_files)) if own and own.is_dir() else []
    except OSError as error:
        raise KitError(unreadable(error)) from None
    if unread:
        raise KitError(*unread)
    return dict(sorted(found.items()))


def _unread(folder: Path, files: list[Path]) -> Iterator[Problem]:
    """Yield problems of files that are meant as forms, but not read: 2025.yml, 2025/form.yaml."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~")):
            continue
        if path.is_dir() and list_yaml_files(path):
            yield Problem("form-folder", path.as_posix())
        if path not in files and path.suffix.lower() in (".yaml", ".yml"):
            yield Problem("form-file-name", path.as_posix())


@cache
def _packaged(folder: Path) -> tuple[Path, ...]:
    """Return the files of the package's own forms, which do not change while a command runs."""
    return tuple(list_yaml_files(folder))


def load_form(edition: str, own: Path | None = None) -> Form:
    """Return the form of an edition. Raises KitError with all problems of its file."""
    known = editions(own)
    if edition not in known:
        meant = nearest(edition, known)
        raise KitError(Problem("form-unknown", edition=edition, known=list(known), meant=meant))
    return read_form(known[edition])


def read_form(path: Path) -> Form:
    """Return the form in a file, which is cached until the file changes.

    Raises KitError with all problems of the file.
    """
    try:
        state = path.stat()
    except OSError:
        return _read_form(path)
    return _read_form(path, state.st_mtime_ns, state.st_size)


@cache
def _read_form(path: Path, *_: int) -> Form:
    form, document = read_model(path, Form)
    problems = list(_problems(form, document))
    if problems:
        raise KitError(*problems)
    return form


def edition_for(year: int, own: Path | None = None) -> Form:
    """Return the form in force for a report year: the newest one that applies.

    Of two that are in force from the same year, one of the folder `own` comes before the package's.
    Raises KitError if there is none, or two of that folder.
    """
    forms = [read_form(path) for path in editions(own).values()]
    in_force = [form for form in forms if form.first_year <= year <= (form.last_year or year)]
    if not in_force:
        raise KitError(Problem("form-none-in-force", year=year))
    newest = max(form.first_year for form in in_force)
    found = [form for form in in_force if form.first_year == newest]
    own_forms = [form for form in found if own and (own / f"{form.edition}.yaml").exists()]
    if len(own_forms) > 1:
        assert own
        names = [form.edition for form in own_forms]
        raise KitError(Problem("form-tie", own.as_posix(), names=names, year=newest))
    return (own_forms or found)[0]


# --- consistency of a form --------------------------------------------------------


def _problems(form: Form, document: Document) -> Iterator[Problem]:
    """Yield problems: duplicate codes, references to unknown codes or parts, hidden characters."""
    yield from (hidden.problem for hidden in document.hidden)
    if form.edition != Path(document.path).stem:
        line = document.line(("edition",))
        yield Problem("form-name", document.path, line, edition=form.edition)
    codes = [cell.code for table in form.tables for cell in cells_of(table)]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield Problem("form-code-twice", document.path, code=code)
    for key, code in _references(form):
        if not form.expanded((code,)) and code not in form.measured:
            yield Problem("form-no-such-code", document.path, document.line(key), code=code)
    parts = {"", *(part.id for part in form.parts)}
    for key, part in _named_parts(form):
        if part not in parts:
            yield Problem("form-no-such-part", document.path, document.line(key), part=part)
    yield from _unplaced(form, document)
    yield from _repeating_nothing(form, document)
    yield from _placeholders(form, document)
    yield from _unreadable_sentences(form, document)


def _repeating_nothing(form: Form, document: Document) -> Iterator[Problem]:
    """Yield the codes of `may_repeat` that match neither a cell nor a group of cells."""
    for index, item in enumerate(form.may_repeat):
        for code in item.codes:
            if not any(f"{cell}.".startswith(f"{code}.") for cell in form.cells):
                line = document.line(("may_repeat", index))
                yield Problem("form-no-such-code", document.path, line, code=code)


def _placeholders(form: Form, document: Document) -> Iterator[Problem]:
    """Yield the headings with braces other than those of the only known placeholder."""
    for index, item in enumerate(form.parts):
        if set("{}") & set(item.heading.replace(NEXT_YEAR, "")):
            line = document.line(("parts", index, "heading"))
            details = {"quote": shortened(item.heading), "known": NEXT_YEAR}
            yield Problem("form-placeholder", document.path, line, **details)


def _unplaced(form: Form, document: Document) -> Iterator[Problem]:
    """Yield rules for each row or column that name an unknown table, row or column."""
    for index, identity in enumerate(form.identities):
        if not identity.each:
            continue
        blocks = blocks_of(form.tables, identity.table)
        known = {code for block in blocks for code, _ in row_groups(block.rows)}
        if identity.each == "row":
            known = {path[-1].id for block in blocks for path in block.column_paths}
        line = document.line(("identities", index, "left"))
        for code in (*identity.left, *identity.right, *identity.previous):
            if code not in known:
                yield Problem("form-no-such-code", document.path, line, code=code)


def _named_parts(form: Form) -> Iterator[tuple[Key, str]]:
    for index, chart in enumerate(form.charts):
        yield ("charts", index, "part"), chart.part
    for index, table in enumerate(form.tables):
        yield ("tables", index, "part"), table.part
    yield ("trend",), form.trend


def _references(form: Form) -> Iterator[tuple[Key, Code]]:
    """Yield every code that a rule, a sentence or a chart refers to, with its key."""
    for key, codes in _code_lists(form):
        for code in codes:
            yield key, code


def _code_lists(form: Form) -> Iterator[tuple[Key, tuple[Code, ...]]]:
    for index, identity in enumerate(form.identities):
        if not identity.each:
            codes = (*identity.left, *identity.right, *identity.previous)
            yield ("identities", index, "left"), codes
    for index, part in enumerate(form.parts):
        for number, standard in enumerate(part.standard):
            yield ("parts", index, "standard", number), standard.zero
    for index, chart in enumerate(form.charts):
        for number, panel in enumerate(chart.panels):
            whole = (panel.whole,) if panel.whole else ()
            yield ("charts", index, "panels", number), (*panel.lines, *whole)
    for index, name in enumerate(form.key_figures):
        yield ("key_figures", index), tuple(name.split("/"))
    yield from _spoken_lists(form)


def _spoken_lists(form: Form) -> Iterator[tuple[Key, tuple[Code, ...]]]:
    for index, measure in enumerate(form.measures):
        yield ("measures", index, "codes"), measure.codes
    for name, codes in form.series.items():
        yield ("series", name), codes
    for key, computed in _computed(form):
        named = (*computed.largest, *computed.covered, *getattr(computed, "total", ()))
        yield key, (*named, *(_names_in(computed.says) or ()))


def _computed(form: Form) -> Iterator[tuple[Key, Computed]]:
    """Yield every sentence that is computed from figures, with its key."""
    for kind, sentences in (("highlights", form.highlights), ("charts", form.charts)):
        for index, computed in enumerate(sentences):
            yield (kind, index, "says"), computed


def _names_in(says: str) -> tuple[str, ...] | None:
    """Return the measures that a computed sentence names; None if it cannot be parsed."""
    try:
        return tuple(names_in(says))
    except ValueError:
        return None


def _unreadable_sentences(form: Form, document: Document) -> Iterator[Problem]:
    """Yield computed sentences that cannot be parsed, and panels with too many or few labels."""
    for key, computed in _computed(form):
        if _names_in(computed.says) is None:
            details = {"quote": shortened(computed.says)}
            yield Problem("form-sentence", document.path, document.line(key), **details)
    for index, chart in enumerate(form.charts):
        for number, panel in enumerate(chart.panels):
            if panel.labels and len(panel.labels) != len(panel.lines):
                line = document.line(("charts", index, "panels", number))
                counts = {"labels": len(panel.labels), "lines": len(panel.lines)}
                yield Problem("form-labels", document.path, line, **counts)
