"""The checks of a report, which yield findings and never raise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from gongkai.checks import (
    agency_file,
    characters,
    copied_years,
    counted_things,
    growth,
    incomplete,
    leftovers,
    listed_twice,
    local_rules,
    misspelt,
    narrative,
    numbers,
    other_bodies,
    parameters,
    pasted,
    percent_points,
    periods,
    previous_year,
    private_numbers,
    rolled_up,
    shares,
    shares_of_all,
    shares_of_each,
    stated_twice,
    statements,
    superseded,
    table,
    text_sums,
    typing_slips,
    unfinished,
    years,
)
from gongkai.checks.accepted import with_accepted
from gongkai.checks.findings import Context, Finding
from gongkai.checks.rules import load_rules
from gongkai.errors import Problem
from gongkai.report.model import Past, Report
from gongkai.report.once import once
from gongkai.report.provenance import digest
from gongkai.text.agency_names import Names

Check = Callable[[Report, Context], Iterator[Finding]]
# The checks that may find errors, which cannot be accepted; all others only warn or note.
ERRORS: tuple[Check, ...] = (
    parameters.draft,
    table.identities,
    rolled_up.sums_below,
    rolled_up.unsigned_sum,
    characters.invisible_characters,
    leftovers.broken_placeholders,
    pasted.yaml_in_text,
    unfinished.unshown_words,
    private_numbers.private_numbers,
)
CHECKS: tuple[Check, ...] = (
    parameters.draft,
    table.identities,
    rolled_up.sums_below,
    rolled_up.unsigned_sum,
    rolled_up.missing_below,
    rolled_up.other_bodies_before,
    rolled_up.parts_of_year_below,
    rolled_up.joined_below,
    rolled_up.facts_of_sum,
    rolled_up.repeated_below,
    rolled_up.blanks_below,
    characters.invisible_characters,
    characters.mixed_addresses,
    parameters.breakdowns,
    numbers.narrative_numbers,
    shares.narrative_shares,
    shares_of_each.shares_of_each,
    shares_of_each.shares_of_some,
    shares_of_each.shares_of_sums,
    shares_of_all.shares_of_all,
    growth.narrative_growth,
    percent_points.wrong_points,
    text_sums.narrative_sums,
    stated_twice.narrative_twice,
    listed_twice.listed_twice,
    listed_twice.names_twice,
    counted_things.counted_things,
    statements.claims,
    narrative.missing_mentions,
    leftovers.leftovers,
    leftovers.broken_placeholders,
    incomplete.incomplete_numbers,
    other_bodies.other_bodies,
    unfinished.unfinished_text,
    unfinished.raw_markup,
    unfinished.unshown_words,
    unfinished.signs_at_line_starts,
    pasted.printed_already,
    pasted.paragraph_twice,
    pasted.yaml_in_text,
    other_bodies.other_short_name,
    other_bodies.name_of_another,
    agency_file.agency_file,
    years.other_years,
    years.titles_of_other_years,
    years.earlier_plans,
    periods.stated_periods,
    periods.copied_dates,
    copied_years.copied_years,
    superseded.superseded,
    superseded.misnumbered_decrees,
    private_numbers.private_numbers,
    typing_slips.unpaired_marks,
    typing_slips.typed_twice,
    typing_slips.marks_in_row,
    typing_slips.titles_spelt_twice,
    misspelt.misspelt_words,
    misspelt.misspelt_titles,
    misspelt.unlike_short_names,
    typing_slips.impossible_dates,
    typing_slips.garbled_text,
    typing_slips.slips_of_numbers,
    table.blank_cells,
    table.rewritten_numbers,
    table.odd_amounts,
    table.damaged_source,
    narrative.empty_parts,
    narrative.blank_figures,
    parameters.blank_parameters,
    parameters.signed_early,
    previous_year.jumps,
    previous_year.repeated_table,
    narrative.silent_channels,
    previous_year.repeated_text,
    local_rules.local_rules,
)


def check(report: Report, context: Context | None = None) -> tuple[Finding, ...]:
    """Return all findings about a report, the most severe first."""
    found = [finding for run in CHECKS for finding in run(report, context or Context())]
    return tuple(sorted(found, key=lambda finding: finding.rank))


def check_in_context(report: Report, beside: Past, names: Names) -> tuple[Finding, ...]:
    """Return the findings about a report, given its past and the names of other agencies.

    Findings that the year's YAML accepts are marked and come last. Raises KitError if a file of
    local rules cannot be read.
    """
    unread = tuple(
        Finding(
            "warning",
            Problem(
                "previous-unreadable", report.file("year"), reason=problem, seen=_seen(problem)
            ),
        )
        for problem in beside.problems
    )
    wrong = tuple(
        Finding("note", Problem("previous-errors", report.file("year"), year=earlier.year))
        for earlier in beside.reports
        if not may_be_public(earlier)
    )
    rules = load_rules(report.params, report.forms)
    found = (*check(report, Context(beside.last_year(report), names, rules)), *unread, *wrong)
    return tuple(sorted(with_accepted(report, found), key=lambda finding: finding.rank))


def _seen(problem: Problem) -> list[str]:
    """Return what identifies a problem of a file, whatever the language and the folder."""
    place = f"{PurePosixPath(problem.file).name}:{problem.line}"
    return [place, digest(problem.text("zh").encode())[:8]]


@once
def may_be_public(report: Report) -> bool:
    """Whether a report, taken by itself, has no errors and so may be published."""
    return not any(errors(report))


def errors(report: Report, previous: Report | None = None) -> Iterator[Finding]:
    """Yield the errors in a report, compared with last year's if that is given."""
    for run in ERRORS:
        found = run(report, Context(previous))
        yield from (finding for finding in found if finding.severity == "error")
