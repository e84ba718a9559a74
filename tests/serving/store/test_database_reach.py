"""What `make postgres` leaves out can reach no database."""

from pathlib import Path

from tests.serving.database_reach import CHOICE, ROOT, reaches_database

SERVING = ROOT / "tests" / "serving"
READ = "environ.get(" + '"ONTRACK_TEST_DATABASE"'
FILES = sorted(set(SERVING.rglob("test_*.py")) - {Path(__file__)})


def words_of(file: Path) -> str:
    """What a file says."""
    return file.read_text(encoding="utf-8")


def test_one_module_reads_which_database_is_chosen() -> None:
    reading = [file for file in (ROOT / "tests").rglob("*.py") if READ in words_of(file)]
    assert [file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for file in reading] == [CHOICE]


def test_whoever_names_an_example_service_reaches_the_database() -> None:
    assert [file.name for file in FILES if "ExampleService" in words_of(file) and not reaches_database(file)] == []


def test_a_file_without_a_database_does_not_and_one_that_gets_it_through_another_does() -> None:
    assert not reaches_database(SERVING / "wording" / "test_sentences.py")
    assert reaches_database(SERVING / "pages" / "test_pages.py")
    assert CHOICE not in words_of(SERVING / "pages" / "test_pages.py")
