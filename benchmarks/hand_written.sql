-- The features of grade 9 as one would write them by hand, for today only: nothing in the warehouse is known later.
-- Made without the engine; the numbers must be the same.
CREATE OR REPLACE TEMP TABLE cohort AS
WITH here AS (
  SELECT student_key, school_id, entry_date FROM enrollments
  WHERE superseded_by_load IS NULL AND NOT withdrawn AND school_year = 2027 AND grade_level = 9
    AND entry_date <= DATE '2026-11-20' AND (exit_date IS NULL OR exit_date > DATE '2026-11-20')
  QUALIFY row_number() OVER (PARTITION BY student_key ORDER BY entry_date DESC, school_id) = 1)
SELECT (row_number() OVER (ORDER BY student_key))::INTEGER AS n, student_key, school_id FROM here
WHERE student_key NOT IN (
  SELECT student_key FROM enrollments
  WHERE superseded_by_load IS NULL AND NOT withdrawn AND school_year < 2027 AND grade_level = 9);

CREATE OR REPLACE TEMP TABLE days AS
SELECT school_id, track, school_year, date, in_session, in_session AND attendance_taken AS counted,
  date >= (SELECT max(start_date) FROM terms
           WHERE school_year = 2027 AND kind IN ('quarter', 'trimester', 'semester')
             AND start_date <= DATE '2026-11-20' AND superseded_by_load IS NULL) AS in_term,
  sum((in_session AND attendance_taken)::INTEGER) OVER (PARTITION BY school_id, track, school_year ORDER BY date) AS day
FROM calendar_days WHERE superseded_by_load IS NULL AND NOT withdrawn AND date <= DATE '2026-11-20';

CREATE OR REPLACE TEMP TABLE spells AS
WITH mine AS (
  SELECT n, e.school_id, track, school_year, grade_level, entry_date,
    least(coalesce(exit_date, DATE '2026-11-20'), DATE '2026-11-20',
          coalesce(lead(entry_date) OVER (PARTITION BY n, e.school_id ORDER BY entry_date) - 1, DATE '2026-11-20')) AS ends
  FROM enrollments e JOIN (SELECT n, student_key FROM cohort) USING (student_key)
  WHERE superseded_by_load IS NULL AND NOT withdrawn AND entry_date <= DATE '2026-11-20'),
spans AS (
  SELECT s.school_id, s.track, s.school_year, entry_date, ends, count(*) AS days, max(day) AS last_day,
    sum(in_term::INTEGER) AS term_days
  FROM (SELECT DISTINCT school_id, track, school_year, entry_date, ends FROM mine) s JOIN days d
    ON s.school_id = d.school_id AND s.track = d.track AND s.school_year = d.school_year
   AND d.date BETWEEN entry_date AND ends AND counted
  GROUP BY ALL)
SELECT mine.*, coalesce(days, 0) AS days, coalesce(last_day, 0) AS last_day, coalesce(term_days, 0) AS term_days,
  coalesce(sum(days) OVER (PARTITION BY n, school_year ORDER BY entry_date DESC, school_id
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS later,
  coalesce(sum(days) OVER (PARTITION BY n, school_year), 0) AS total
FROM mine LEFT JOIN spans USING (school_id, track, school_year, entry_date, ends);

CREATE OR REPLACE TEMP TABLE school_days AS
SELECT n, coalesce(sum(days) FILTER (school_year = 2027), 0) AS d0, coalesce(sum(days) FILTER (school_year = 2026), 0) AS d1,
  coalesce(sum(term_days) FILTER (school_year = 2027), 0) AS dt, sum(days) AS de
FROM spells GROUP BY n;

CREATE OR REPLACE TEMP TABLE absences AS
SELECT n, a.date, kind, excused, section_id, s.school_year = 2027 AS now, later + last_day - day AS ago,
  total - 1 - (later + last_day - day) AS since, in_term,
  least(absent_hundredths, 100 - least(coalesce(sum(absent_hundredths) OVER (
    PARTITION BY n, a.date ORDER BY absent_hundredths DESC, a.school_id, section_id, kind
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0), 100)) AS missed,
  sum(absent_hundredths) OVER (
    PARTITION BY n, a.date ORDER BY absent_hundredths DESC, a.school_id, section_id, kind
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) >= 100 AS whole
FROM attendance a JOIN (SELECT n, student_key FROM cohort) USING (student_key)
JOIN spells s USING (n)
JOIN days d ON d.school_id = s.school_id AND d.track = s.track AND d.school_year = s.school_year AND d.date = a.date
WHERE a.superseded_by_load IS NULL AND NOT a.withdrawn AND a.school_id = s.school_id
  AND a.date BETWEEN s.entry_date AND s.ends AND s.school_year >= 2026 AND counted;

CREATE OR REPLACE TEMP TABLE missed AS
SELECT n, sum(missed) FILTER (now AND ago < 10) AS m10, sum(missed) FILTER (now AND ago < 20) AS m20,
  sum(missed) FILTER (now AND ago < 45) AS m45, sum(missed) FILTER (now AND in_term) AS mt,
  sum(missed) FILTER (now) AS m0, sum(missed) FILTER (now AND since < 20) AS mf,
  sum(missed) FILTER (now AND ago BETWEEN 20 AND 39) AS m40, sum(missed) FILTER (now AND ago BETWEEN 40 AND 59) AS m60,
  sum(missed) FILTER (now AND ago BETWEEN 60 AND 79) AS m80, sum(missed) FILTER (NOT now) AS m1,
  sum(missed) FILTER (now AND excused) AS e0, sum(missed) FILTER (now AND NOT excused) AS u0,
  sum(missed) FILTER (now AND NOT excused AND ago < 20) AS u20,
  count(*) FILTER (now AND ago < 45 AND kind = 'partial') AS p45,
  count(*) FILTER (now AND ago < 45 AND section_id <> 'day' AND kind = 'absent' AND NOT whole) AS c45,
  count(*) FILTER (now AND ago < 45 AND kind = 'tardy') AS t45, count(*) FILTER (now AND kind = 'tardy') AS t0,
  count(*) FILTER (now AND kind IN ('absent', 'partial') AND dayofweek(date) IN (1, 5)) AS edge,
  count(*) FILTER (now AND kind IN ('absent', 'partial')) AS rows
FROM absences GROUP BY n;

CREATE OR REPLACE TEMP TABLE runs AS
WITH island AS (
  SELECT n, ago, ago - dense_rank() OVER (PARTITION BY n ORDER BY ago) AS run FROM absences WHERE now AND whole)
SELECT n, max(long) AS longest, max(long) FILTER (first = 0) AS current
FROM (SELECT n, run, max(ago) - min(ago) + 1 AS long, min(ago) AS first FROM island GROUP BY n, run) GROUP BY n;

CREATE OR REPLACE TEMP TABLE given AS
SELECT n, m.school_id, m.school_year, m.term_id, course_id, subject, mark_kind, mark, points_hundredths AS points, end_date,
  coalesce(least(first, m.known_on), m.known_on) AS posted
FROM marks m JOIN (SELECT n, student_key FROM cohort) USING (student_key)
LEFT JOIN (SELECT school_year, term_id, end_date FROM terms WHERE superseded_by_load IS NULL) USING (school_year, term_id)
LEFT JOIN (SELECT student_key, school_id, school_year, term_id, course_id, mark_kind, min(known_on) AS first
           FROM marks WHERE superseded_by_load IS NOT NULL GROUP BY ALL) f
  USING (student_key, school_id, school_year, term_id, course_id, mark_kind)
WHERE m.superseded_by_load IS NULL AND NOT m.withdrawn;

CREATE OR REPLACE TEMP TABLE latest AS
WITH newest AS (
  SELECT * FROM given WHERE school_year = 2027 AND mark IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY n, course_id
    ORDER BY posted DESC, (mark_kind = 'final') DESC, term_id DESC, school_id) = 1)
SELECT n, count(*) AS marks, count(*) FILTER (subject <> 'other') AS cores, count(*) FILTER (subject = 'other') AS others,
  count(*) FILTER (subject <> 'other' AND mark IN ('F', 'NP')) AS core_f,
  count(*) FILTER (subject = 'other' AND mark IN ('F', 'NP')) AS other_f, count(*) FILTER (mark IN ('F', 'NP')) AS f,
  count(*) FILTER (mark IN ('D', 'F', 'NP')) AS low, avg(points) / 100 AS gpa,
  avg(points) FILTER (subject = 'math') / 100 AS math, avg(points) FILTER (subject = 'ela') / 100 AS ela,
  avg(points) FILTER (subject = 'science') / 100 AS science,
  avg(points) FILTER (subject = 'social_science') / 100 AS social
FROM newest GROUP BY n;

CREATE OR REPLACE TEMP TABLE finals AS
WITH placed AS (SELECT *, dense_rank() OVER (PARTITION BY n ORDER BY school_year DESC, end_date DESC) - 1 AS terms_ago
                FROM given WHERE mark_kind = 'final' AND mark IS NOT NULL)
SELECT n, count(*) AS marks, count(*) FILTER (school_year = 2027) AS marks0, count(*) FILTER (school_year = 2026) AS marks1,
  avg(points) FILTER (school_year = 2027 AND subject = 'math') / 100 AS math0,
  avg(points) FILTER (school_year = 2027 AND subject = 'ela') / 100 AS ela0,
  avg(points) FILTER (school_year = 2026 AND subject = 'math') / 100 AS math1,
  avg(points) FILTER (school_year = 2026 AND subject = 'ela') / 100 AS ela1,
  avg(points) FILTER (school_year = 2027) / 100 AS gpa0, avg(points) FILTER (school_year = 2026) / 100 AS gpa1,
  avg(points) FILTER (terms_ago = 0) / 100 AS gpat, avg(points) FILTER (terms_ago = 1) / 100 AS gpat1,
  avg(points) / 100 AS gpa, count(*) FILTER (school_year = 2027 AND mark IN ('F', 'NP')) AS f0,
  count(*) FILTER (school_year = 2026 AND mark IN ('F', 'NP')) AS f1, count(*) FILTER (mark IN ('F', 'NP')) AS f,
  count(*) FILTER (mark IN ('D', 'F', 'NP')) AS low,
  count(*) FILTER (school_year = 2026 AND subject = 'math') AS math_marks1,
  count(*) FILTER (school_year = 2026 AND subject = 'math' AND mark IN ('D', 'F', 'NP')) AS math_low1,
  count(*) FILTER (school_year = 2026 AND subject = 'ela') AS ela_marks1,
  count(*) FILTER (school_year = 2026 AND subject = 'ela' AND mark IN ('D', 'F', 'NP')) AS ela_low1
FROM placed GROUP BY n;

CREATE OR REPLACE TEMP TABLE made_up AS
SELECT f.n, count(*) AS made_up FROM given f
WHERE f.mark_kind = 'final' AND f.mark IN ('F', 'NP') AND EXISTS (
  SELECT 1 FROM given p WHERE p.n = f.n AND p.course_id = f.course_id AND p.mark_kind = 'final'
    AND p.mark NOT IN ('F', 'NP') AND (p.school_year, p.posted, p.term_id) > (f.school_year, f.posted, f.term_id))
GROUP BY f.n;

CREATE OR REPLACE TEMP TABLE behavior AS
WITH placed AS (
  SELECT n, 'incident' AS what, severity AS kind, 0 AS removed, i.date, i.school_id FROM incidents i JOIN (SELECT n, student_key FROM cohort) USING (student_key)
  WHERE superseded_by_load IS NULL AND NOT withdrawn
  UNION ALL
  SELECT n, 'action', action, days_removed_hundredths, a.date, a.school_id FROM discipline_actions a JOIN (SELECT n, student_key FROM cohort) USING (student_key)
  WHERE superseded_by_load IS NULL AND NOT withdrawn)
SELECT n, count(*) FILTER (what = 'incident' AND s.school_year = 2027) AS i0,
  count(*) FILTER (what = 'incident' AND s.school_year = 2027 AND later + last_day - day < 20) AS i20,
  count(*) FILTER (what = 'incident' AND s.school_year = 2027 AND kind = 'major') AS major,
  count(*) FILTER (what = 'incident' AND s.school_year = 2026) AS i1,
  min(later + last_day - day) FILTER (what = 'incident' AND s.school_year = 2027) AS last,
  max(later + last_day - day) FILTER (what = 'incident' AND s.school_year = 2027) AS first,
  sum(removed) FILTER (s.school_year = 2027) AS r0, sum(removed) FILTER (s.school_year = 2026) AS r1,
  sum(removed) FILTER (s.school_year = 2027 AND kind IN ('out_of_school_suspension', 'expulsion')) AS out,
  sum(removed) FILTER (s.school_year = 2027 AND kind = 'in_school_suspension') AS inside,
  count(*) FILTER (what = 'action' AND s.school_year = 2026
    AND kind IN ('in_school_suspension', 'out_of_school_suspension', 'expulsion')) AS suspended1
FROM placed p JOIN spells s USING (n)
LEFT JOIN days d ON d.school_id = s.school_id AND d.track = s.track AND d.school_year = s.school_year AND d.date = p.date
WHERE p.school_id = s.school_id AND p.date BETWEEN s.entry_date AND s.ends AND s.school_year >= 2026 GROUP BY n;

CREATE OR REPLACE TEMP TABLE moves AS
WITH seen AS (
  SELECT *, min(school_year) OVER (PARTITION BY n, school_id) AS here, min(school_year) OVER (PARTITION BY n) AS ever,
    min(school_year) OVER (PARTITION BY n, grade_level) AS grade_first FROM spells)
SELECT n, count(DISTINCT school_id) FILTER (school_year = 2027) AS schools0, count(DISTINCT school_id) AS schools,
  count(DISTINCT school_id) FILTER (school_year = 2027 AND school_year = here AND school_year > ever) AS new,
  min(last_day - days) FILTER (school_year = 2027) AS late,
  count(DISTINCT school_year) FILTER (school_year > grade_first) AS repeated,
  arg_max(school_id, (ends, entry_date)) FILTER (school_year = 2026) AS previous
FROM seen GROUP BY n;

SELECT c.student_key,
  coalesce(m10, 0) / (100 * nullif(least(d0, 10), 0)) AS absence_rate_10d,
  coalesce(m20, 0) / (100 * nullif(least(d0, 20), 0)) AS absence_rate_20d,
  coalesce(m45, 0) / (100 * nullif(least(d0, 45), 0)) AS absence_rate_45d,
  coalesce(mt, 0) / (100 * nullif(dt, 0)) AS absence_rate_term, coalesce(m0, 0) / (100 * nullif(d0, 0)) AS absence_rate_year,
  coalesce(mf, 0) / (100 * nullif(least(d0, 20), 0)) AS absence_rate_first_20d,
  absence_rate_20d - coalesce(m40, 0) / (100 * nullif(greatest(least(d0, 40) - 20, 0), 0)) AS absence_rate_change,
  (coalesce(m80, 0) / (100 * nullif(greatest(least(d0, 80) - 60, 0), 0))) * -0.3
    + (coalesce(m60, 0) / (100 * nullif(greatest(least(d0, 60) - 40, 0), 0))) * -0.1
    + (coalesce(m40, 0) / (100 * nullif(greatest(least(d0, 40) - 20, 0), 0))) * 0.1
    + absence_rate_20d * 0.3 AS absence_rate_slope,
  coalesce(m1, 0) / (100 * nullif(d1, 0)) AS absence_rate_previous_year,
  CASE WHEN d0 > 0 THEN coalesce(e0, 0) / 100 END AS excused_days, CASE WHEN d0 > 0 THEN coalesce(u0, 0) / 100 END AS unexcused_days,
  CASE WHEN d0 > 0 THEN coalesce(u20, 0) / 100 END AS unexcused_days_20d, CASE WHEN d0 > 0 THEN coalesce(p45, 0) END AS partial_days_45d,
  CASE WHEN d0 > 0 THEN coalesce(c45, 0) END AS classes_cut_45d, CASE WHEN d0 > 0 THEN coalesce(t45, 0) END AS tardies_45d,
  CASE WHEN d0 > 0 THEN coalesce(t0, 0) END AS tardies_year, CASE WHEN d0 > 0 THEN coalesce(longest, 0) END AS longest_absence,
  CASE WHEN d0 > 0 THEN coalesce(current, 0) END AS current_absence, edge / nullif(rows, 0) AS absences_at_edge_of_week,
  CASE WHEN cores > 0 THEN core_f END AS core_failing_now, CASE WHEN others > 0 THEN other_f END AS other_failing_now,
  l.low / nullif(l.marks, 0) AS low_marks_now, l.gpa AS gpa_now, math AS math_points_now, ela AS ela_points_now,
  science AS science_points_now, social AS social_science_points_now, math0 AS math_points_year, ela0 AS ela_points_year,
  math1 AS math_points_previous_year, ela1 AS ela_points_previous_year, gpa0 AS gpa_year,
  CASE WHEN math_marks1 > 0 THEN math_low1 END AS low_math_previous_year,
  CASE WHEN ela_marks1 > 0 THEN ela_low1 END AS low_ela_previous_year,
  CASE WHEN marks0 > 0 THEN f0 END AS failed_year, gpat AS gpa_last_term, f.gpa AS gpa_ever, gpa1 AS gpa_previous_year,
  CASE WHEN marks1 > 0 THEN f1 END AS failed_previous_year, l.gpa - gpa1 AS gpa_change, gpat - gpat1 AS gpa_change_of_term,
  f.low AS low_marks_ever, f.f AS failed_ever,
  CASE WHEN f.marks > coalesce(made_up, 0) THEN f.f - coalesce(made_up, 0) END AS failed_not_made_up,
  CASE WHEN d0 > 0 THEN coalesce(blank, 0) END AS courses_without_mark,
  CASE WHEN d0 > 0 THEN coalesce(i0, 0) END AS incidents_year, CASE WHEN d0 > 0 THEN coalesce(i20, 0) END AS incidents_20d,
  CASE WHEN d0 > 0 THEN coalesce(major, 0) END AS major_incidents_year,
  CASE WHEN d1 > 0 THEN coalesce(i1, 0) END AS incidents_previous_year, b.last AS days_since_incident,
  b.first AS days_since_first_incident, CASE WHEN d0 > 0 THEN coalesce(r0, 0) / 100 END AS days_removed_year,
  CASE WHEN d1 > 0 THEN coalesce(r1, 0) / 100 END AS days_removed_previous_year,
  CASE WHEN d1 > 0 THEN coalesce(suspended1, 0) END AS suspensions_previous_year,
  CASE WHEN d0 > 0 THEN coalesce(b.out, 0) / 100 END AS days_suspended_out_of_school,
  CASE WHEN d0 > 0 THEN coalesce(inside, 0) / 100 END AS days_suspended_in_school,
  CASE WHEN d0 > 0 THEN schools0 END AS schools_this_year, CASE WHEN de > 0 THEN schools END AS schools_ever,
  CASE WHEN d0 > 0 THEN new END AS new_schools_this_year, late AS days_late_to_enroll,
  CASE WHEN de > 0 THEN repeated END AS years_repeated,
  avg(absence_rate_year) OVER (PARTITION BY c.school_id) AS school_absence_rate_year,
  avg(absence_rate_previous_year) OVER (PARTITION BY c.school_id) AS school_absence_rate_previous_year,
  avg(gpa_now) OVER (PARTITION BY c.school_id) AS school_gpa_now,
  avg(new_schools_this_year) OVER (PARTITION BY c.school_id) AS school_new_students,
  count(*) OVER (PARTITION BY c.school_id) AS school_students,
  CASE WHEN previous IS NOT NULL THEN count(*) OVER (PARTITION BY c.school_id, previous) - 1 END AS came_along_from_last_school,
  (SELECT date_diff('day', date_trunc('week', min(date)), DATE '2026-11-20') // 7 + 1 FROM days
   WHERE school_year = 2027 AND in_session) AS school_week,
  core_failing_now + l.f AS rule_signals
FROM cohort c LEFT JOIN school_days USING (n) LEFT JOIN missed USING (n) LEFT JOIN runs USING (n) LEFT JOIN latest l USING (n)
LEFT JOIN finals f USING (n) LEFT JOIN made_up USING (n) LEFT JOIN behavior b USING (n) LEFT JOIN moves USING (n)
LEFT JOIN (SELECT n, count(*) AS blank FROM given WHERE school_year = 2027 AND mark IS NULL GROUP BY n) USING (n)
ORDER BY c.student_key
