"""Spells elsewhere as they are kept here: none shares a day with a spell in this district."""

import pandas as pd

DATED = ("attendance", "incidents", "discipline_actions")


def ends_of(spells: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """The last day of each spell: its exit, or the end of its school year."""
    year_ends = pd.to_datetime(spells["school_year"].astype("str") + "-06-30")
    return pd.to_datetime(spells["exit_date"]).fillna(year_ends)


def cut_spells(elsewhere: pd.DataFrame, here: pd.DataFrame) -> pd.DataFrame:
    """Spells elsewhere up to the day before each next entry here; those that began within a spell here are left out.

    Both have one `student_key`. Where a student was at both at a time, this district's days count.
    """
    rows = elsewhere.reset_index(drop=True).assign(place=lambda found: found.index)
    rows["last"] = ends_of(rows)
    own = pd.DataFrame(
        {"student_key": here["student_key"], "begins": pd.to_datetime(here["entry_date"]), "until": ends_of(here)}
    )
    both = rows.assign(begun=pd.to_datetime(rows["entry_date"])).merge(own, on="student_key")
    within = both.loc[(both["begun"] >= both["begins"]) & (both["begun"] <= both["until"]), "place"]
    after = both[(both["begins"] > both["begun"]) & (both["begins"] <= both["last"])].groupby("place")["begins"].min()
    kept = rows[~rows["place"].isin(within)]
    entered = pd.Series(after.reindex(kept["place"]).to_numpy(), index=kept.index)
    day_before = pd.to_datetime(entered) - pd.Timedelta(days=1)
    cut = day_before.notna()
    exits = pd.to_datetime(kept["exit_date"]).where(~cut, day_before)
    kinds = kept["exit_kind"].where(~cut, "transferred")
    return kept.assign(exit_date=exits, exit_kind=kinds).drop(columns=["place", "last"]).reset_index(drop=True)


def within_spells(name: str, rows: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    """Dated records of days in these spells, and marks of school years up to the student's last one in them."""
    if name not in DATED:
        last = spells.groupby("student_key")["school_year"].max()
        until = last.reindex(rows["student_key"]).to_numpy()
        return rows[rows["school_year"].to_numpy() <= until].reset_index(drop=True)
    spans = spells[["student_key", "school_id", "entry_date"]].assign(last=ends_of(spells))
    both = rows.reset_index(drop=True).reset_index(names="place").merge(spans, on=["student_key", "school_id"])
    days = pd.to_datetime(both["date"])
    places = both.loc[(days >= pd.to_datetime(both["entry_date"])) & (days <= both["last"]), "place"].unique()
    return rows.reset_index(drop=True).iloc[sorted(places)].reset_index(drop=True)
