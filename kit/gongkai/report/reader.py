"""Read a report's files against the form in force: a whole report, or every problem at once."""

from __future__ import annotations

import re
from pathlib import Path

from gongkai.errors import KitError, Problem, unreadable
from gongkai.forms import editions
from gongkai.forms.form import Form
from gongkai.forms.local import with_extra_lines
from gongkai.forms.tables import Code
from gongkai.project import refuse_link_out, workbooks_of
from gongkai.report.diagnostics import Diagnostics
from gongkai.report.indicators import read_indicators
from gongkai.report.model import Past, Report, Value
from gongkai.report.narrative import NarrativeReader, refuse_unknown_acceptances
from gongkai.report.parameters import Agency, YearParameters
from gongkai.report.provenance import ROLLUP, ROLLUP_FIGURES
from gongkai.report.rollup import RollUp, load_roll_up
from gongkai.spelling import nearest
from gongkai.text.agency_names import SLUG
from gongkai.text.models import ModelT, read_model
from gongkai.text.yaml_files import Document

_OF_YEAR = re.compile(r"([0-9]{4})\.(?:yaml|csv)")


def load_report(slug: str, year: int, params: Path, forms: Path | None = None) -> Report:
    """Read a report's three files against the form that is in force.

    `forms` is a folder of further editions of the form. Raises KitError with every problem of all
    three files at once, or if the system denies access to a file or a folder.
    """
    try:
        return _Reader(slug, year, params, forms).read()
    except OSError as error:
        raise KitError(unreadable(error)) from None


Kept = dict[int, Report | KitError]  # the reports of an agency read so far, by year


def load_past(report: Report, kept: Kept | None = None) -> Past:
    """Read every earlier report of the same agency; one that cannot be read is a gap.

    Reports in `kept` are not read again, and those read are added to it.
    """
    kept = {} if kept is None else kept
    found = [
        load_kept(report.slug, year, report.params, kept, report.forms)
        for year in earlier_years(report.params, report.slug, report.year)
    ]
    return Past(
        tuple(item for item in found if isinstance(item, Report)),
        tuple(item.problems[0] for item in found if isinstance(item, KitError)),
    )


def load_last_year(
    slug: str, year: int, params: Path, forms: Path | None = None
) -> Report | KitError | None:
    """Return an agency's report of the year before, or the error in reading it; None if missing."""
    if year - 1 not in earlier_years(params, slug, year):
        return None
    return load_kept(slug, year - 1, params, {}, forms)


def load_kept(
    slug: str, year: int, params: Path, kept: Kept, forms: Path | None = None
) -> Report | KitError:
    """Return an agency's report, or the error in reading it, from `kept` if it is there."""
    if year not in kept:
        try:
            kept[year] = load_report(slug, year, params, forms)
        except KitError as error:
            kept[year] = error
    return kept[year]


def earlier_years(params: Path, slug: str, year: int) -> list[int]:
    """Return the years before `year` for which an agency has a YAML file or a CSV."""
    names = (_OF_YEAR.fullmatch(path.name) for path in (params / slug).glob("[0-9]*.[yc][as][mv]*"))
    years = {int(name[1]) for name in names if name}
    return sorted(item for item in years if item < year)


# What the files of a year are called by other programs, in capitals too.
_ENDINGS = {"year": (".yaml", ".yml"), "indicators": (".csv",)}


def _exists(path: Path) -> bool:
    """Whether there is a file or a link. Raises OSError if the system does not let us know."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


class _Reader:
    """Reads the files of one report, and collects the problems of each."""

    def __init__(self, slug: str, year: int, params: Path, forms: Path | None) -> None:
        self.slug = slug
        self.year = year
        self.params = params
        self.forms = forms
        folder = params / slug
        self.files = {
            "agency": folder / "agency.yaml",
            "year": folder / f"{year}.yaml",
            "indicators": folder / f"{year}.csv",
        }
        self.diagnostics = Diagnostics()
        self.documents = {kind: Document(str(path)) for kind, path in self.files.items()}

    def read(self) -> Report:
        self._find()
        agency = self._model("agency", Agency)
        parameters = self._model("year", YearParameters)
        form = self._form(parameters)
        if form and agency:
            form = self._with_extra_lines(form, agency)
        form, values = self._indicators(form) if form else (None, {})
        document = self.documents["year"]
        if parameters and form:
            narrative = NarrativeReader(parameters, document, form, self.diagnostics)
            sections = {**narrative.sections(), **narrative.replaced()}
            pictures = narrative.pictures(sections)
            narrative.files()
            breakdowns = narrative.breakdowns(values)
        roll_up = self._roll_up(agency)
        if parameters:
            refuse_unknown_acceptances(parameters, document, self.diagnostics)
        if self.diagnostics.problems or not (agency and parameters and form):
            raise KitError(*self.diagnostics.summed_up())
        return Report(
            slug=self.slug,
            year=self.year,
            agency=agency.in_year(parameters),
            parameters=parameters,
            form=form,
            values=values,
            sections=sections,
            breakdowns=breakdowns,
            rewritten=tuple(self.diagnostics.notes),
            params=self.params,
            forms=self.forms,
            files=self.files,
            lines={**self._lines("agency", "agency."), **self._lines("year")},
            hidden=tuple(self.diagnostics.hidden),
            pictures=pictures,
            roll_up=roll_up,
        )

    def _lines(self, kind: str, prefix: str = "") -> dict[str, int]:
        """Return the line of each key of a file, by its dotted path."""
        lines = self.documents[kind].lines.items()
        return {prefix + ".".join(map(str, key)): line for key, line in lines}

    def _find(self) -> None:
        """Refuse an invalid slug, and an agency or a year without files."""
        if not SLUG.fullmatch(self.slug):
            raise KitError(Problem("agency-slug", agency=self.slug))
        folder = self.params / self.slug
        if not folder.is_dir():
            known = sorted(path.parent.name for path in self.params.glob("*/agency.yaml"))
            details: dict[str, object] = {
                "agency": self.slug,
                "folder": self.params.as_posix(),
                "known": known[:20] or "—",
            }
            meant = nearest(self.slug, known)
            problem = "agency-meant" if meant else "agency-unknown"
            raise KitError(Problem(problem, **details, meant=meant))
        # A dangling link counts: reading it says what is wrong.
        if not any(_exists(self.files[kind]) for kind in _ENDINGS):
            years = sorted(path.stem for path in folder.glob("[0-9][0-9][0-9][0-9].yaml"))
            asked = {"agency": self.slug, "year": self.year, "known": years or "—"}
            raise KitError(Problem("year-unknown", folder.as_posix(), **asked))

    def _model(self, kind: str, model: type[ModelT]) -> ModelT | None:
        path = self.files[kind]
        try:
            refuse_link_out(self.files[kind], self.params)
            self._refuse_misnamed(kind)
            found, document = read_model(path, model)
        except KitError as error:
            self.diagnostics.problems.extend(error.problems)
            return None
        self.documents[kind] = document
        self.diagnostics.hidden.extend(document.hidden)
        if document.indented:
            lines = document.indented
            self.diagnostics.note("yaml-indented", path, lines[0], count=len(lines))
        return found

    def _indicators(self, form: Form) -> tuple[Form, dict[Code, Value]]:
        try:
            refuse_link_out(self.files["indicators"], self.params)
            self._refuse_misnamed("indicators")
            self._refuse_workbook()
            return read_indicators(self.files["indicators"], form, self.diagnostics, self.forms)
        except KitError as error:
            self.diagnostics.problems.extend(error.problems)
            return form, {}

    def _roll_up(self, agency: Agency | None) -> RollUp | None:
        year, extra = self.files["year"], agency.extra_lines if agency else ()
        try:
            for suffix in (ROLLUP, ROLLUP_FIGURES):
                refuse_link_out(year.with_suffix(suffix), self.params)
            return load_roll_up(year.parent, self.year, extra, self.forms)
        except KitError as error:
            self.diagnostics.problems.extend(error.problems)
            return None

    def _refuse_misnamed(self, kind: str) -> None:
        """Raise KitError if there is 2017.CSV, 2017.YAML or 2017.yml in the place of a file."""
        path, endings = self.files[kind], _ENDINGS.get(kind, ())
        if not path.exists():
            for other in sorted(path.parent.glob(f"{self.year}.*")):
                # A link that leads nowhere is `path`.
                if other != path and other.suffix.lower() in endings:
                    raise KitError(Problem("year-file-name", other.as_posix(), year=self.year))

    def _refuse_workbook(self) -> None:
        """Raise KitError if there is a workbook in the place of the CSV: it has to be imported."""
        path = self.files["indicators"]
        workbooks = [] if path.exists() else workbooks_of(path)
        if workbooks:
            details = {"workbook": workbooks[0].as_posix()}
            raise KitError(Problem("workbook-for-csv", path.as_posix(), **details))

    def _form(self, parameters: YearParameters | None) -> Form | None:
        """Return the form in force, or the edition that the year's YAML names."""
        if parameters and parameters.year != self.year:
            line = self.documents["year"].line(("year",))
            stated = {"stated": parameters.year, "expected": self.year}
            self.diagnostics.refuse("year-differs", self.files["year"], line, **stated)
        try:
            if parameters and parameters.edition:
                return editions.load_form(parameters.edition, self.forms)
            return editions.edition_for(self.year, self.forms)
        except KitError as error:
            line = self.documents["year"].line(("edition",))
            for problem in error.problems:
                place = problem.file or self.files["year"].as_posix()
                self.diagnostics.problems.append(problem.at(place, problem.line or line))
            return None

    def _with_extra_lines(self, form: Form, agency: Agency) -> Form:
        """Return the form with the agency's extra lines for this edition."""
        known_editions = list(editions.editions(self.forms)) if agency.extra_lines else []
        for number, extra in enumerate(agency.extra_lines):
            if extra.edition not in known_editions:
                line = self.documents["agency"].line(("extra_lines", number, "edition"))
                about = {"edition": extra.edition, "known": known_editions}
                self.diagnostics.refuse("form-unknown", self.files["agency"], line, **about)
        form, refused = with_extra_lines(form, agency.extra_lines, self.year)
        for number, problem, extra, known in refused:
            line = self.documents["agency"].line(("extra_lines", number, "parent"))
            details: dict[str, object] = {"code": extra.code, "parent": extra.parent}
            details |= {"edition": form.edition, "known": list(known)}
            self.diagnostics.refuse(problem, self.files["agency"], line, **details)
        return form
