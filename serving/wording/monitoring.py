"""The words of monitoring: what each check asks, and its verdict."""

from collections.abc import Mapping

from serving.wording.locale import msgid

ASKS: Mapping[str, str] = {
    "MON01": msgid("Are the records fresh?"),
    "MON02": msgid("Are the records spread as in the year that was judged?"),
    "MON03": msgid("Are the risks spread as in the year that was judged?"),
    "MON04": msgid("Did as many end off track as the risks said?"),
    "MON05": msgid("Were the lists as often right as promised?"),
    "MON06": msgid("Were they as often right in each group?"),
    "MON07": msgid("Were as few missed as promised, in each group?"),
    "MON08": msgid("Was each group listed as early?"),
    "MON09": msgid("Is the list steady from week to week?"),
    "MON10": msgid("Does a contact or a plan follow, in each group?"),
    "MON11": msgid("Are lists made, and as long as they can be?"),
    "MON12": msgid("Do the risks hold in each week of the year?"),
    "MON13": msgid("Are records read as when it was trained?"),
}
VERDICTS: Mapping[str, str] = {
    "ok": msgid("Yes"),
    "breach": msgid("No: look into it"),
    "not_enough_evidence": msgid("Not enough evidence"),
}
