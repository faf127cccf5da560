"""How the demo's lessons, lessons from afar and talks go, step by step and in the words of their pages."""

from __future__ import annotations

from booking.demo.year import Lesson

BE_THERE = "Please be in the room before the lesson begins, and stay for the discussion: that is where most is learned."
TEACHER = "A visiting teacher from Shanghai, with an interpreter"
SPEAKERS = "Teachers from England and Shanghai"
Step = dict[str, object]


def agenda(lesson: Lesson) -> list[Step]:
    """Answer what happens when."""
    arrive = "The meeting opens 10 minutes early: try your sound." if lesson.is_online else "Tea and coffee."
    if lesson.is_talk:
        return [
            _step(0, "Welcome", arrive),
            _step(15, "The talk", "With pictures, and pupils’ work to look at."),
            _step(70, "Your questions", "Ask anything.", "talk"),
        ]
    watch = "Microphones off, please." if lesson.is_online else "You sit at the side. Please do not help."
    return [
        _step(0, "Welcome", arrive if lesson.is_online else f"Sign in at the office. {arrive}"),
        _step(15, "What the lesson is about", "The teacher says what comes before it, and after."),
        _step(30, "The lesson", watch, "lesson"),
        _step(70, "Discussion", "First the teacher speaks, then everybody.", "talk"),
    ]


def words(lesson: Lesson) -> str:
    """Describe it, beyond the summary that stands above."""
    if lesson.is_talk:
        return "**What to expect.** About an hour of stories and pictures, and time for your questions."
    if lesson.is_online:
        return "**What you will see.** One lesson of 40 minutes in a school in Shanghai: board, class and books."
    return f"**What you will see.** One lesson of 40 minutes, taught to a class of the school.\n\n{BE_THERE}"


def work_group_words() -> str:
    return (
        "A Work Group is a few schools, one lead and a school year. Between the meetings you try something in your own "
        "class, and bring what your pupils did.\n\n- Six half-days, each in another school\n- Supply cover is paid\n"
        "- The same people come each time"
    )


def _step(minutes: int, title: str, note: str, part: str = "") -> Step:
    return {"minutes": minutes, "title": title, "note": note, "part": part}
