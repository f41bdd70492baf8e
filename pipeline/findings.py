"""Checks of a run for the analyst; each finding is passed or a warning.

Here: coverage, unmatched persons, totals, changed files, drift from the last run, dependence on suspect figures. Not
here: poverty figures against each other (``poverty_findings``), structural errors, which stop a run before anything is
stored (``contracts``, ``reading``).
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pipeline.categories import CERTAIN_ENOUGH, FIRMNESS
from pipeline.gazetteer.areas import subdistrict_codes
from pipeline.policy import Policy
from pipeline.project import Paths
from pipeline.shortlist import leaving_and_entering
from pipeline.sources.unread import unread_inputs
from pipeline.stored_tables import published_table

COVERED_SHARE = 0.9
UNPLACED_SHARE = 0.01
DRIFT_PROVINCES = 2
REFUSED_SHARE = 0.05
FAIR_KAPPA = 0.4
MOST_NAMED = 5


@dataclass(frozen=True)
class Finding:
    """The result of one check: passed or a warning, with a sentence and figures."""

    fine: bool
    sentence: str
    figures: dict[str, Any] = field(default_factory=dict)


def coverage(district_facts: pd.DataFrame) -> Finding:
    """Check that at least nine in ten districts have poverty figures; provinces without any are named.

    Args:
        district_facts: one row per district.

    Returns:
        A warning if too few districts have figures, with the shares in per cent.
    """
    has = district_facts["rate_any_min"].notna()
    by_province = has.groupby(district_facts["province_name_en"]).any()
    without = sorted(by_province.index[~by_province])
    return Finding(
        bool(has.mean() >= COVERED_SHARE),
        f"{int(has.sum()):,} of {len(has):,} districts have poverty figures; provinces without any: "
        + (", ".join(without) or "none"),
        {
            "districts_with_figures_pct": round(100 * float(has.mean()), 2),
            "surveyed_of_registered_pct": round(
                100 * float(district_facts["survey_population"].sum() / district_facts["population_persons"].sum()), 2
            ),
        },
    )


def unmatched(subdistrict_population: pd.DataFrame, subdistrict_points: pd.DataFrame, policy: Policy) -> Finding:
    """Check that at most one registered person in a hundred lives in a subdistrict without a point.

    Args:
        subdistrict_population: registered persons by subdistrict and year.
        subdistrict_points: one row per subdistrict with a point.
        policy: the policy of the run, with the year of the population.

    Returns:
        A warning if more persons live in such subdistricts, with their share in per cent.
    """
    people = subdistrict_population[subdistrict_population["year"] == policy.poverty.population_year]
    unplaced = people[~people["subdistrict_code"].isin(subdistrict_points["place_code"])]
    share = float(unplaced["population_persons"].sum() / max(1, people["population_persons"].sum()))
    return Finding(
        share <= UNPLACED_SHARE,
        f"{len(unplaced):,} subdistricts with {100 * share:.2f}% of the registered persons have no point",
        {"unmatched_pct": round(100 * share, 4), "subdistricts": ", ".join(unplaced["subdistrict_code"].head(20))},
    )


def totals(population: pd.DataFrame, subdistrict_population: pd.DataFrame, policy: Policy) -> Finding:
    """Check that registered persons of subdistricts sum to districts, districts to provinces, provinces to the country.

    Args:
        population: registered persons by district and year.
        subdistrict_population: registered persons by subdistrict and year.
        policy: the policy of the run, with the year of the population.

    Returns:
        A warning if a sum differs, with the largest difference of a district in persons.
    """
    year = policy.poverty.population_year
    districts = population[population["year"] == year].set_index("district_code")["population_persons"]
    people = subdistrict_population[subdistrict_population["year"] == year]
    summed = people.groupby(people["subdistrict_code"].str[:4])["population_persons"].sum()
    differences = (districts - summed.reindex(districts.index).fillna(0)).abs()
    provinces = districts.groupby(districts.index.str[:2]).sum()
    from_below = summed.groupby(summed.index.str[:2]).sum()
    off = [code for code in provinces.index if provinces[code] != from_below.get(code, 0)]
    return Finding(
        bool((differences == 0).all()) and not off and int(provinces.sum()) == int(districts.sum()),
        f"districts sum to {int(districts.sum()):,} persons, subdistricts to {int(summed.sum()):,};"
        f" {int((differences > 0).sum()):,} districts and {len(off)} provinces differ",
        {"largest_difference_persons": int(differences.max())},
    )


def places_listed(population: pd.DataFrame, subdistrict_population: pd.DataFrame, districts: pd.DataFrame) -> Finding:
    """Check that each year of the registered population has every district, and every subdistrict.

    Args:
        population: registered persons by district and year.
        subdistrict_population: registered persons by subdistrict and year.
        districts: the DOPA list.

    Returns:
        A warning that names the places that a year lacks.
    """
    lists = (
        (population, "district_code", set(districts["district_code"]), "districts"),
        (subdistrict_population, "subdistrict_code", subdistrict_codes(), "subdistricts"),
    )
    lacking = []
    for table, key, known, what in lists:
        for year, codes in table.groupby("year")[key]:
            if missing := sorted(known - set(codes)):
                named = ", ".join(missing[:MOST_NAMED]) + (", …" if len(missing) > MOST_NAMED else "")
                lacking.append(f"{len(known) - len(missing):,} of {len(known):,} {what} in {year}, without {named}")
    return Finding(not lacking, "; ".join(lacking) or "every year has every district and subdistrict")


def household_rows(household_files: pd.DataFrame) -> Finding:
    """Check that rows in = kept + joined + superseded + refused, that few are refused and no file is left out.

    At most one row in twenty may be refused.

    Args:
        household_files: the counts of rows of each file.

    Returns:
        A warning if the counts do not add up, too many rows are refused or a file is not used, with the sums.
    """
    sums = {name: int(household_files[name].sum()) for name in household_files if name.startswith("rows_")}
    if household_files.empty:
        return Finding(True, "no household rows: the published poverty figures are used")
    balanced = 2 * sums["rows_in"] == sum(sums.values())
    left_out = household_files.loc[household_files["problem"].notna(), "file"]
    sentence = (
        f"{sums['rows_in']:,} rows in = {sums['rows_kept']:,} kept + {sums['rows_joined']:,} joined"
        f" + {sums['rows_superseded']:,} superseded"
        f" + {sums['rows_refused']:,} refused (listed in refused/)"
    )
    if len(left_out):
        sentence += f"; not used: {', '.join(left_out)}"
    few = sums["rows_refused"] <= REFUSED_SHARE * max(1, sums["rows_in"])
    return Finding(bool(balanced and few and not len(left_out)), sentence, sums)


def systems_agree(household_agreement: pd.DataFrame) -> Finding:
    """Check that two systems classify most of the households found in both in the same way (median kappa 0.4 or more).

    Args:
        household_agreement: how far the rows of two systems agree, by district.

    Returns:
        A warning if the median of Cohen's kappa is lower, with the medians over districts.
    """
    known = household_agreement[household_agreement["kappa"].notna()]
    if known.empty:
        return Finding(True, "there is no district in which two systems can be compared")
    kappa = float(known["kappa"].median())
    districts = known["district_code"].nunique()
    return Finding(
        kappa >= FAIR_KAPPA,
        f"in {districts:,} districts {100 * known['agreement_share'].median():.0f}% of the households found in both are"
        f" classified in the same way, kappa {kappa:.2f} (medians)",
        {
            "districts_compared": int(districts),
            "median_kappa": round(kappa, 3),
            "median_found_share": round(float(known["found_share"].median()), 3),
        },
    )


def recorded(inputs: pd.DataFrame) -> Finding:
    """Check that the sha256 of every file is the one recorded in its sidecar.

    Args:
        inputs: one row per file and table.

    Returns:
        A warning that names the files that differ.
    """
    changed = inputs.loc[~inputs["as_recorded"].astype(bool), "file"]
    changed = changed[~changed.str.startswith(("geothai", "policy/"))]
    return Finding(
        changed.empty,
        "every file has the sha256 that its sidecar records"
        if changed.empty
        else f"differs from the sha256 in its SOURCE.toml: {', '.join(changed.unique())}",
    )


def all_read(inputs: pd.DataFrame, paths: Paths) -> Finding:
    """Check that a reader takes every file in the folder of inputs.

    Args:
        inputs: one row per file and table; files that should be among them stop a run.
        paths: the folders of the project.

    Returns:
        A warning that names the files and folders that no reader takes.
    """
    unread = [entry.problem for entry in unread_inputs(paths.raw, paths.policy)]
    return Finding(
        not unread,
        f"{inputs['file'].nunique():,} files are read; not read: " + ("; ".join(map(str, unread)) or "none"),
    )


def columns(inputs: pd.DataFrame) -> Finding:
    """Check that every column of every file is used.

    Args:
        inputs: one row per file and table.

    Returns:
        A warning that names the columns that are not used.
    """
    ignored = inputs[inputs["ignored_columns"].map(len) > 0].drop_duplicates("file")
    named = [f"{row.file}: {', '.join(row.ignored_columns)}" for row in ignored.itertuples()]
    return Finding(
        not named,
        "columns that are not used (to use one, map it in SOURCE.toml, for household rows in mapping.toml): "
        + "; ".join(named)
        if named
        else "every column is used",
    )


def suspects(provincial_shortlist: pd.DataFrame, shortlist_without_suspects: pd.DataFrame) -> Finding:
    """Check that the shortlist is the same without suspect figures.

    Args:
        provincial_shortlist: all provinces, ranked.
        shortlist_without_suspects: the ranking without districts whose figure is suspect.

    Returns:
        A warning that names the provinces that would leave and enter.
    """
    leave, enter = _moved(provincial_shortlist, shortlist_without_suspects)
    return Finding(
        not leave,
        f"without suspect figures {', '.join(leave)} would leave the shortlist and {', '.join(enter)} would enter"
        if leave
        else "the shortlist does not depend on suspect figures",
    )


def certainty(provincial_shortlist: pd.DataFrame, province_uncertainty: pd.DataFrame) -> Finding:
    """Check that every province of the shortlist is firm or likely, so that it is shortlisted in most draws.

    Args:
        provincial_shortlist: all provinces, ranked.
        province_uncertainty: the firmness of each province.

    Returns:
        A warning that names the other provinces, with the number of provinces for each word.
    """
    both = provincial_shortlist.merge(province_uncertainty, on="province_code")
    listed = both[both["shortlisted"].astype(bool)].sort_values("rank")
    uncertain = listed[~listed["firmness"].isin(CERTAIN_ENOUGH)]
    named = ", ".join(f"{r.name_en} ({r.firmness}, {100 * r.top_k_share:.0f}%)" for r in uncertain.itertuples())
    counts = listed["firmness"].value_counts().to_dict()
    return Finding(
        uncertain.empty,
        f"uncertain provinces of the shortlist: {named}"
        if named
        else f"every province of the shortlist is {' or '.join(CERTAIN_ENOUGH)}",
        {word: int(counts.get(word, 0)) for word in FIRMNESS},
    )


def drift(provincial_shortlist: pd.DataFrame, paths: Paths) -> Finding:
    """Check that at most two provinces of the shortlist have changed since the published run.

    Args:
        provincial_shortlist: all provinces, ranked, before they are published.
        paths: the project with the published run.

    Returns:
        A warning if more provinces have changed, with the largest and the mean change of rank.
    """
    last = published_table(paths, "provincial_shortlist")
    if last is None:
        return Finding(True, "no earlier run to compare with")
    leave, enter = _moved(last, provincial_shortlist)
    ranks = provincial_shortlist.set_index("province_code")["rank"] - last.set_index("province_code")["rank"]
    return Finding(
        len(leave) <= DRIFT_PROVINCES,
        f"left the shortlist: {', '.join(leave) or 'none'}; entered: {', '.join(enter) or 'none'}",
        {"largest_move_ranks": int(ranks.abs().max()), "mean_move_ranks": round(float(ranks.abs().mean()), 2)},
    )


def _moved(before: pd.DataFrame, after: pd.DataFrame) -> tuple[list[str], list[str]]:
    """English names of the provinces that leave the shortlist, and of those that enter it."""
    names = after.set_index("province_code")["name_en"]
    leave, enter = leaving_and_entering(before, after)
    return [names[c] for c in leave], [names[c] for c in enter]
