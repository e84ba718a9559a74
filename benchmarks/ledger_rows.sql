-- Made rows of the tables that a ledger reads; every number is drawn by hashing, so the same size gives the same rows.
-- A student is in grades 10 to 12 for three years. `luck` decides who leaves, who is flagged and who is supported.
CREATE TEMP TABLE years AS
SELECT left(md5(CAST(s AS VARCHAR)), 16) AS student_key, s, s % {schools} AS school, y AS school_year,
    10 + g AS grade_level, hash(s, y) % 10000 / 100.0 AS luck, make_date(y - 1, 9, 1) AS opening
FROM (SELECT y, g, (y - {first} - g + 3) * {each} + i AS s
    FROM range({first}, {last} + 1) years(y), range(3) grades(g), range({each}) people(i))
ORDER BY student_key, school_year;

INSERT INTO calendar_days BY NAME
SELECT CAST(s AS VARCHAR) AS school_id, 'main' AS track, opening + day AS date, y AS school_year, true AS in_session,
    true AS attendance_taken, make_date(y - 1, 7, 1) AS known_on, {envelope}
FROM range({schools}) schools(s),
    (SELECT y, make_date(y - 1, 9, 1) AS opening FROM range({first}, {last} + 2) years(y)),
    (SELECT CAST(n AS INTEGER) AS day FROM range(280) days(n))
WHERE isodow(opening + day) < 6;

INSERT INTO enrollments BY NAME
SELECT student_key, CAST(school AS VARCHAR) AS school_id, 'main' AS track, school_year, grade_level,
    opening AS entry_date, CASE WHEN luck < 4 THEN opening + 150 END AS exit_date,
    CASE WHEN luck < 1 THEN 'left' WHEN luck < 4 THEN 'transferred' END AS exit_kind, opening AS known_on, {envelope}
FROM years;

INSERT INTO marks BY NAME
SELECT student_key, CAST(school AS VARCHAR) AS school_id, school_year, term_id, mark_kind,
    grade_level || ' course ' || c AS course_id, 'Course' AS course_name,
    ['math', 'ela', 'science', 'social_science', 'other', 'other'][c + 1] AS subject,
    CASE WHEN failed THEN 'F' ELSE 'C' END AS mark, CASE WHEN failed THEN 0 ELSE 200 END AS points_hundredths,
    50 AS credits_attempted_hundredths, CASE WHEN failed THEN 0 ELSE 50 END AS credits_earned_hundredths,
    opening + known_after AS known_on, {envelope}
FROM (SELECT *, hash(s, school_year, c, term_id) % 100 < 12 AS failed FROM years, range(6) courses(c),
    (VALUES ('q1', 'progress', 60), ('s1', 'final', 140), ('q3', 'progress', 200), ('s2', 'final', 282))
    terms(term_id, mark_kind, known_after))
ORDER BY student_key, school_id, school_year, term_id;

INSERT INTO supports BY NAME
SELECT student_key || '-' || school_year AS support_id, student_key, 'contact' AS kind,
    opening + CAST(2 * luck AS INTEGER) AS date, opening + CAST(2 * luck AS INTEGER) AS known_on, {envelope}
FROM years WHERE s % 5 = 0 ORDER BY student_key;

INSERT INTO flags BY NAME
SELECT as_of || '-release-12345678' AS run_id, student_key, '{outcome}' AS outcome, as_of, 'release' AS release_id,
    'model' AS scorer, {capacity} AS capacity,
    row_number() OVER (PARTITION BY as_of ORDER BY luck, student_key) AS list_position,
    hash(s, week) % 1000 / 1000.0 AS risk, as_of AS known_on, {envelope}
FROM (SELECT *, opening + CAST(9 + 7 * week AS INTEGER) AS as_of FROM years, range({weeks}) weeks(week))
WHERE (luck + {new_a_week} * week) % 100 < {share}
ORDER BY as_of, list_position
