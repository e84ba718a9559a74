"""What people do on the pages, in a real Chromium: by mouse, without JavaScript; hostile words; axe."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Dialog, Error, Page
from sqlalchemy import update

from docs.screenshots import served
from serving.access.people import NewPerson, add_person
from serving.access.permissions import give_permission
from serving.store.database import write_session
from serving.store.rows import StudentRow
from tests.chromium import Windows
from tests.serving.browser import Browser as Sender
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_releases import OUTCOME
from tests.serving.example_service import NOW, ExampleService
from tests.serving.pages.example_entries import CONTACT, IDS, PLAN, STUDENT, write_everything
from tests.serving.pages.test_caseload_in_browser import CLIPPED, LONGER, resize
from tests.serving.pages.test_data_health import tell_health
from tests.serving.pages.test_equity import release_audited
from tests.sweeps import swept

pytestmark = pytest.mark.browser
MOST_CLICKS = 4
PHONE = 375
MOST_TABS = 40
EVERY_SCREEN = tuple((width, scheme) for width in (375, 768, 1280) for scheme in ("light", "dark"))
SCREENS = EVERY_SCREEN if swept("accessibility") else ((375, "light"), (1280, "dark"))
AXE = files("axe_playwright_python") / "axe.min.js"
FORMS = ("contacts/new", "plans/new", "notes/new", "answer", "snooze", "problems/new", f"plans/{IDS['plan_id']}/change")
PAGES = (
    "/", STUDENT, f"{STUDENT}/family?sheet=each", f"{STUDENT}/plans/{IDS['plan_id']}",
    f"{STUDENT}/restricted/{IDS['entry_id']}", *(f"{STUDENT}/{form}" for form in FORMS),
)  # fmt: skip
MEETING = tuple(f"/meetings{path}" for path in ("", "/recap", *(
    f"/{IDS['meeting_id']}{rest}" for rest in ("", "/minutes?names=1", "/change", f"{STUDENT}")
)))  # fmt: skip
OF_A_DISTRICT = {
    "s-lena": (
        "/school", "/school/board", "/equity", "/collaborative", "/models", f"/models/card?outcome={OUTCOME}",
        "/problems", "/data-health", "/learn",
    ),
    "p-omar": ("/people", "/people/s-ines", "/access-log", "/purge"),
}  # fmt: skip
"""Pages that a counselor does not open, by who opens them."""
DISTRICT_PAGES = OF_A_DISTRICT if swept("accessibility") else {"s-lena": ("/data-health",)}
PAYLOADS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg/onload=alert(1)>",
    "\"><script>alert(1)</script>", "'><script>alert(1)</script>", "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>", "</style><script>alert(1)</script>", "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href=javascript:alert(1)>x</a>", "<a href='java\tscript:alert(1)'>x</a>", "javascript:alert(1)",
    "<input autofocus onfocus=alert(1)>", "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>", "<audio src=x onerror=alert(1)>",
    "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<math><mi xlink:href=javascript:alert(1)>x</mi></math>",
    "<base href=//evil.example/>", "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=0>",
    "<style>@import '//evil.example/x.css';</style>", "<p style=background:url(//evil.example)>x</p>",
    "\" autofocus onfocus=alert(1) x=\"", "' autofocus onfocus=alert(1) x='", "` onmouseover=alert(1) x=`",
    "{{ 7*7 }}", "{% include '/etc/passwd' %}", "${7*7}", "#{7*7}", "%3Cscript%3Ealert(1)%3C/script%3E",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "<scr<script>ipt>alert(1)</scr</script>ipt>", "<!--<img src=--><img src=x "
    "onerror=alert(1)>", "\u2028<script>alert(1)</script>",
)  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service in which one of everything is written."""
    folder = tmp_path_factory.mktemp("browsed")
    copy_prepared(prepared, folder)
    for one in opened(folder):
        write_everything(one, "harbor")
        yield one


@pytest.fixture(scope="module")
def address(service: ExampleService) -> Iterator[str]:
    """Where it answers."""
    with served(service) as found:
        yield found


@dataclass
class Visitor:
    """A page of somebody signed in, and what happened there that must not."""

    page: Page
    address: str
    alarms: list[str] = field(default_factory=list)
    clicks: int = 0

    def watch(self) -> None:
        """Notes what happens from now on."""
        self.page.on("dialog", self.note_dialog)
        self.page.on("console", self.note_console)
        self.page.on("pageerror", self.note_error)

    def leave(self) -> None:
        """Notes nothing any more: the window is another test's."""
        self.page.remove_listener("dialog", self.note_dialog)
        self.page.remove_listener("console", self.note_console)
        self.page.remove_listener("pageerror", self.note_error)

    def note_console(self, said: ConsoleMessage) -> None:
        """An error in the console."""
        if said.type == "error":
            self.alarms.append(said.text)

    def note_error(self, error: Error) -> None:
        """What a script did not catch."""
        self.alarms.append(str(error))

    def note_dialog(self, dialog: Dialog) -> None:
        """A dialog is what a script would open."""
        self.alarms.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def click(self, selector: str) -> None:
        """One click."""
        self.page.click(selector)
        self.clicks += 1

    def open(self, path: str) -> None:
        """Goes to an address of the service."""
        self.page.goto(f"{self.address}{path}")

    def tab_to(self, words: str) -> None:
        """Presses Tab until what has the focus, or its label, says these words."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            said = self.page.evaluate("(document.activeElement.closest('label') || document.activeElement).innerText")
            if words in str(said):
                return
        pytest.fail(f"no way to {words} by Tab")


@pytest.fixture
def visit(windows: Windows, service: ExampleService, address: str) -> Iterator["Opener"]:
    """Opens pages for somebody, one after the other."""
    opener = Opener(windows, service, address)
    yield opener
    for visitor in opener.visitors:
        visitor.leave()


@dataclass
class Opener:
    """Makes visitors."""

    windows: Windows
    service: ExampleService
    address: str
    visitors: list[Visitor] = field(default_factory=list)

    def __call__(self, *, javascript: bool = True, width: int = 1280, staff_id: str = "s-ines") -> Visitor:
        """A counselor, or somebody else, at a browser of that width, with or without JavaScript."""
        token = self.service.session_of("harbor", staff_id)
        page = self.windows.signed_in(token, self.address, script=javascript, width=width)
        self.visitors.append(Visitor(page, self.address))
        self.visitors[-1].watch()
        return self.visitors[-1]


def test_a_contact_is_logged_in_four_clicks_at_most_without_javascript(visit: Opener) -> None:
    counselor = visit(javascript=False)
    counselor.open("/")
    counselor.click("main a:has-text('Log a contact') >> nth=0")
    counselor.click("label:has-text('We talked')")
    counselor.click("main button:has-text('Save')")
    assert counselor.page.inner_text("[role=status]") == "The contact is on record."
    assert counselor.clicks <= MOST_CLICKS
    assert counselor.alarms == []


def test_a_contact_is_logged_by_keyboard_alone(visit: Opener) -> None:
    counselor = visit()
    counselor.open("/")
    counselor.tab_to("Log a contact")
    counselor.page.keyboard.press("Enter")
    counselor.page.wait_for_url("**/contacts/new*")
    counselor.tab_to("We talked")
    counselor.page.keyboard.press("Space")
    counselor.tab_to("Save")
    counselor.page.keyboard.press("Enter")
    counselor.page.wait_for_url("**/?done=contact")
    assert counselor.page.inner_text("[role=status]") == "The contact is on record."


def test_a_form_that_lacks_something_says_so_beside_the_field_without_javascript(visit: Opener) -> None:
    counselor = visit(javascript=False, width=375)
    counselor.open(f"{STUDENT}/plans/new")
    counselor.page.fill("[name=weeks]", "99")
    counselor.click("main button:has-text('Save')")
    assert counselor.page.inner_text("#wrong-goal").endswith("Write something here.")
    assert counselor.page.input_value("[name=weeks]") == "99"


def test_hostile_words_are_shown_and_nothing_of_them_runs(visit: Opener, service: ExampleService) -> None:
    sender = Sender(service, "harbor", "s-ines")
    with write_session(service.engine, "harbor") as session:
        named = update(StudentRow).where(StudentRow.student_key == "k-bruno", StudentRow.district_id == "harbor")
        session.execute(named.values(first_name=PAYLOADS[1], last_name=PAYLOADS[4]))
    assert len(PAYLOADS) == 40
    for words in PAYLOADS:
        step = {"next_step": words, "due_on": "2026-11-24", "asked_of": "s-ines"}
        assert sender.send(f"{STUDENT}/contacts", **CONTACT, **step, result=words).status_code == 303
        assert sender.send(f"{STUDENT}/plans", **{**PLAN, "goal": words}).status_code == 303
    sender.send(f"{STUDENT}/problems", subject="other", description=" ".join(PAYLOADS)[:900])
    counselor = visit()
    for path in ("/", STUDENT, "/students/k-bruno", "/caseload?show=all", f"{STUDENT}/plans/{IDS['plan_id']}"):
        counselor.open(path)
        assert (
            counselor.page.locator("main :is(script, img, iframe, object, embed, base, video, audio, math)").count()
            == 0
        )
    counselor.open(STUDENT)
    shown = counselor.page.inner_text("main")
    assert [words for words in PAYLOADS if words.split("\t")[0].lstrip("\u2028") not in shown] == []
    assert counselor.alarms == []


def test_a_name_beside_a_tick_is_read_across_on_a_phone(visit: Opener) -> None:
    counselor = visit(width=375)
    counselor.open("/caseload?show=all")
    box = counselor.page.locator("th:has(.tick-row):has(a[href*=k-amara])").bounding_box()
    assert box is not None
    assert box["height"] < 100 < box["width"]


def test_no_page_violates_what_axe_checks(visit: Opener) -> None:
    """Each page is opened once; in the suite axe looks at it on one screen, in turn, in the sweep on every one."""
    assert violations_on(visit(), (*PAGES, *MEETING, "/caseload", "/cover", "/roles", f"{STUDENT}/family")) == {}


def test_no_page_of_a_district_violates_what_axe_checks(visit: Opener, service: ExampleService) -> None:
    """The pages are filled: a summary of a load, an audit that finds a group missed, and somebody with a permission."""
    tell_health(service)
    if swept("accessibility"):
        release_audited(service, corrected=0.01)
        with service.write_session() as session:
            add_person(session, "harbor", NewPerson("p-omar", "Omar", "Adler", "omar@office.org", "privacy_officer"))
            give_permission(session, "harbor", "p-omar", "administration", NOW)
    for staff_id, paths in DISTRICT_PAGES.items():
        assert violations_on(visit(staff_id=staff_id), paths) == {}


def test_axe_finds_a_field_without_a_label(visit: Opener) -> None:
    counselor = visit()
    counselor.open(f"{STUDENT}/contacts/new")
    counselor.page.evaluate(AXE.read_text(encoding="utf-8"))
    counselor.page.evaluate("document.querySelector('main form').append(document.createElement('select'))")
    assert [one.partition(":")[0] for one in axe_violations(counselor.page)] == ["select-name"]


def violations_on(visitor: Visitor, paths: Sequence[str]) -> dict[tuple[str, int, str], list[str]]:
    """What is wrong with pages, and an alarm of a page; each is opened once, and axe asked as the sweep says."""
    found = {}
    for at, path in enumerate(paths):
        asked = SCREENS if swept("accessibility") else (SCREENS[at % len(SCREENS)],)
        visitor.open(path)
        visitor.page.evaluate(AXE.read_text(encoding="utf-8"))
        visitor.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for width, scheme in SCREENS:
            resize(visitor.page, width)
            visitor.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            wide = visitor.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            seen = axe_violations(visitor.page) if (width, scheme) in asked else []
            wrong = [*seen, *(["wider than the window"] if wide else []), *visitor.alarms]
            found.update({(path, width, scheme): wrong} if wrong else {})
        cut_off = cut_off_on_a_phone(visitor.page)
        found.update({(path, PHONE, "longer words"): cut_off} if cut_off else {})
    return found


def cut_off_on_a_phone(page: Page) -> list[str]:
    """What is cut off on a phone where every word is longer by two fifths; the page is spoiled afterwards."""
    resize(page, PHONE)
    page.evaluate(LONGER)
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    clipped: list[str] = page.evaluate(CLIPPED)
    return [*([f"wider than the window by {over}"] if over > 0 else []), *clipped]


def axe_violations(page: Page) -> list[str]:
    """What axe, which the page has loaded, finds on it as it is shown."""
    tags = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
    rules = f"{{runOnly: {tags}, resultTypes: ['violations']}}"  # it need not say where all that passed stands
    nodes = "v.nodes.map(n => n.target.join(' ')).join(', ')"
    found: list[str] = page.evaluate(f"axe.run({rules}).then(one => one.violations.map(v => v.id + ': ' + {nodes}))")
    return found
