"""One student's page."""

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import Response

from serving.pages.caseload_filter import AskedFilter
from serving.pages.places import places_shown
from serving.pages.return_address import OF_WEEK, crumb_of, form_code, in_initials
from serving.pages.student_names import called
from serving.pages.student_view import student_view
from serving.pages.support_panel import support_panel
from serving.pages.visit import CurrentVisit
from serving.pages.year_timeline import support_happenings, year_timeline
from serving.store.run_queries import listed_runs, student_scores
from serving.wording.history_origin import origin_words
from serving.wording.scores import LIMITS, stale_words

router = APIRouter(include_in_schema=False)


@router.get("/students/{student_key}")
def get_student(student_key: str, visit: CurrentVisit, asked: AskedFilter, done: str = "", back: str = "") -> Response:
    """The student's page; 404 where there is no such student among those the viewer can see.

    The address has the filter of the list that led here, or a code of My week or a team meeting, to lead back to it.
    """
    with visit.reading("see", student_key, target="student") as (session, student):
        runs = listed_runs(session, student.district_id)
        scores = student_scores(session, student.district_id, student_key, runs)
        view = student_view(
            session, student, runs, scores, visit.language, today=visit.today, words=visit.context.words
        )
        panel = support_panel(session, visit, student, scores[0][1] if scores else None)
    done_for = support_happenings(visit.language, panel.lines, panel.plans)
    year = year_timeline(visit.language, [*view.charts.happenings, *done_for], visit.today)
    address, place = crumb_of(student_key, back, asked.address)
    if in_initials(back):
        view = replace(view, name=called(student, back))
    came = "/" if back == OF_WEEK else ""
    limits = tuple(map(visit.language.translate, LIMITS))
    return visit.page(
        "student.html",
        view=view,
        limits=limits,
        origin=origin_words(visit.language, view.origin, visit.context.settings, visit.educator.district_id),
        support=panel,
        year=year,
        done=visit.done_words(done),
        places=places_shown(visit.viewer, visit.request.url.path, visit.context.settings, opened_from=came),
        form_code=form_code(back),
        back=address,
        back_words=visit.language.translate(place),
        student_key=student_key,
        stale=stale_words(visit.language, view.data_through, visit.educator.today),
    )
