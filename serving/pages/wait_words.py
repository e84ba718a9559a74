"""What is said to somebody who tried too often."""

from serving.wording.locale import Language


def wait_words(language: Language, seconds: int) -> str:
    """How long to wait before the next attempt, in whole minutes."""
    return language.translate_plural(
        "This account was tried too often. Wait a minute, then try again.",
        "This account was tried too often. Wait {number} minutes, then try again.",
        -(-seconds // 60),
    )
