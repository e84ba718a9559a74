"""The parameters of a load's queries: what differs between two loads of the same files in the same form."""

from features.engine.parameters import day_parameter, number_parameter, text_parameter

LOAD_DAY = day_parameter("load_day")
"""The district's local day of the load."""

LOAD_ID = number_parameter("load_id").cast("int64")
"""The number of the load."""

DISTRICT_ID = text_parameter("district_id")
"""The district whose files these are."""

FILE_NUMBER = number_parameter("file_number").cast("int64")
"""The number of the file among those of its load."""

COVERED_FROM = day_parameter("covered_from")
"""The first day that an extract of the last so many days covers."""
