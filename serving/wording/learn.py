"""The words of the service with what they mean, and what it must not be used for."""

from serving.wording.locale import msgid

Sentence = tuple[str, str]

GLOSSARY: tuple[Sentence, ...] = (
    (
        msgid("Signals"),
        msgid("What stands out in a student’s records: days missed, marks, incidents. A reason to look."),
    ),
    (
        msgid("The list"),
        msgid("The students whose records show the most signals this week, as many as counselors have time for."),
    ),
    (
        msgid("Few, some, many signals"),
        msgid("How often past students with such records ended off track. It says nothing certain about one student."),
    ),
    (
        msgid("About 6 in 10"),
        msgid("Of 10 past students with similar records, about 6 ended off track, and about 4 did not."),
    ),
    (
        msgid("Off track"),
        msgid("A result that the district chose to watch, such as too few credits at the end of grade 9."),
    ),
    (msgid("The rule"), msgid("A published way to count signals. Anybody can check it by hand.")),
    (
        msgid("The model"),
        msgid("A formula learned from past years. It may order the list only where it was tested and did better."),
    ),
    (msgid("Reason"), msgid("One thing that stands out, with the records behind it.")),
    (msgid("Contact"), msgid("A talk, call, message or visit. One that was only tried counts as tried.")),
    (msgid("Plan"), msgid("What the school does with the student, for some weeks, with a goal and an end.")),
    (
        msgid("Small group"),
        msgid("A group of so few students that a figure could name somebody. It is left out or joined with others."),
    ),
)

NOT_FOR: tuple[Sentence, ...] = (
    (msgid("Money"), msgid("It must not set or take away funding, fees, aid or pay.")),
    (msgid("Discipline"), msgid("It must not be used to suspend, expel, search or punish anyone.")),
    (msgid("Placement"), msgid("It must not place, hold back, admit or refuse a student anywhere.")),
    (msgid("Police and courts"), msgid("It must not be shared with police, courts or immigration services.")),
    (msgid("Judging teachers"), msgid("It must not rate a teacher, a counselor or a school.")),
)
