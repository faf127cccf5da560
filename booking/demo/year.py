"""The demo's school year: what each hub puts up, in words that a teacher would believe."""

from __future__ import annotations

from dataclasses import dataclass

BRING = "Your school ID badge, or another ID with your photo"


@dataclass(frozen=True)
class Lesson:
    """One lesson that is watched and talked about, or one cohort that meets; `after` counts open school days."""

    after: int
    title: str
    summary: str
    phases: tuple[str, ...] = ("primary",)
    audience: str = "Teachers of Years 3 to 6"
    maths: str = ""
    capacity: int = 30
    taken: int = 6
    hours: float = 13.5
    look: str = ""
    """closed, called off, later or filmed: what is special about it."""
    question: str = ""
    is_online: bool = False
    is_talk: bool = False
    """No lesson is watched."""


EARLY = ("early_years", "primary")
KS1, KS2, KS3 = "Teachers of Reception to Year 2", "Teachers of Years 3 to 6", "Teachers of Years 7 to 9"

YEARS = {
    KS1: (0, 1, 2),
    KS2: (3, 4, 5, 6),
    KS3: (7, 8, 9),
    "Teachers of Years 4 to 6": (4, 5, 6),
    "Teachers of Years 5 to 8": (5, 6, 7, 8),
}
"""The year groups behind an audience; who speaks to everybody names none."""

AUTUMN = [
    Lesson(-15, "Year 2: two equal groups", "Doubling and halving told as one story, with counters and a bar.", audience=KS1, taken=27),
    Lesson(-6, "Year 4: ten times as many", "What happens to a number when it becomes ten times as large, and what does not.", taken=30),
    Lesson(3, "Year 1: the story of ten", "Ten is made in many ways. The class finds them all, and knows when it has.", EARLY, KS1, "Composition of ten, the bar model", taken=26, look="closed"),
    Lesson(4, "Year 3: a third of what?", "The whole decides how large a third is. A lesson of small steps and one surprise.", maths="Unit fractions of lengths and sets", taken=30),
    Lesson(5, "Hall lesson: Year 5 multiplies fractions", "One class on the stage, a hundred teachers in the hall, and an hour to talk about it.", maths="A fraction of a fraction, the area model", capacity=100, taken=41, look="filmed", question="Which year do you teach?"),
    Lesson(8, "Year 6: when is the ratio the same?", "Orange squash, maps and a recipe: one idea in three clothes.", maths="Ratio tables", taken=28),
    Lesson(9, "Year 4: multiplying by 9 when you know your tens", "One group fewer: from what is known to what is new.", maths="Distributive law", taken=30),
    Lesson(10, "Year 2: crossing ten", "Why a ten-frame makes 8 + 5 easy to see.", EARLY, KS1, "Addition within 20", taken=11),
    Lesson(12, "Year 8: negative numbers on the line", "Subtracting a negative, without a rule to be learned by heart.", ("secondary",), KS3, "The number line", taken=7),
    Lesson(15, "Hall lesson: Year 3 meets the equals sign", "A lesson about balance, and about not being in a hurry.", maths="Equality and inequality", capacity=100, taken=23, look="filmed"),
]  # fmt: skip
SPRING = [
    Lesson(55, "Year 5: a fraction is a division", "Sharing three pancakes among four people, and what the line between the numbers means.", maths="Fractions as quotients"),
    Lesson(56, "Year 1: part, part, whole", "Five stories for one picture.", EARLY, KS1, "The part-whole model", taken=12),
    Lesson(57, "Hall lesson: Year 6 finds the area of a triangle", "A parallelogram, a pair of scissors and a good question.", maths="Area", capacity=100, taken=9, look="filmed"),
    Lesson(58, "Year 7: letters that stand for numbers", "From the bar model to the first equation.", ("secondary",), KS3, "Equations", taken=4),
    Lesson(60, "Year 4: decimals on the metre stick", "Tenths and hundredths that can be touched.", maths="Tenths and hundredths", taken=3),
    Lesson(61, "Year 3: the same area, another shape", "What stays when everything looks different.", taken=0),
    Lesson(62, "Year 9: why do the angles add up?", "A proof that pupils find themselves.", ("secondary",), KS3, "Angles in polygons", taken=0, look="later"),
    Lesson(63, "Year 2: what is a quarter?", "Folding, sharing and arguing.", EARLY, KS1, "Equal parts", taken=0, look="called off"),
    Lesson(64, "Year 6: percentages without a calculator", "Ten per cent is enough to begin with.", taken=2),
    Lesson(65, "Hall lesson: Year 2 counts in tens and ones", "Place value, slowly.", EARLY, KS1, "Place value", capacity=100, taken=0, look="later"),
]  # fmt: skip
EXCHANGE = [
    Lesson(-4, "Open lesson: Year 5 in the first week", "The guests from Shanghai teach a class that they have known for two days.", capacity=20, taken=14),
    Lesson(6, "Open lesson: Year 4, division with remainders", "Watch how a lesson grows out of one example.", capacity=20, taken=20),
    Lesson(7, "Open lesson: Year 6, co-ordinates", "Four questions, each a little harder than the last.", capacity=20, taken=9),
    Lesson(11, "Teacher research group: planning a lesson together", "Sit in as English and Shanghai teachers plan tomorrow’s lesson line by line.", capacity=12, taken=5, hours=15.75),
    Lesson(13, "Open lesson: Year 8, brackets", "Variation in practice: what changes, and what is kept the same.", ("secondary",), KS3, capacity=24, taken=10),
    Lesson(16, "An evening with our guests from Shanghai", "How a mathematics teacher’s day, training and career look there.", ("primary", "secondary"), "Everybody who teaches mathematics", capacity=60, taken=22, hours=16.5, is_talk=True),
    Lesson(19, "Open lesson: Year 3, angles all around", "A right angle is not only in a square.", capacity=20, taken=4),
    Lesson(70, "Going to Shanghai: what to expect", "For teachers who have been chosen, and for those who think about next year.", ("primary", "secondary"), "Everybody who teaches mathematics", capacity=40, taken=8, hours=16, is_online=True, is_talk=True),
    Lesson(85, "A lesson from Shanghai, live: Grade 4", "Their morning, our early morning: a lesson with sound and a talk with the teacher.", ("primary",), "Teachers of Years 4 to 6", capacity=60, taken=12, hours=7.5, is_online=True),
    Lesson(90, "A lesson from Shanghai, live: Grade 7", "A secondary class, with an interpreter for the discussion.", ("secondary",), KS3, capacity=60, taken=3, hours=7.5, is_online=True),
    Lesson(105, "What we brought home from Shanghai", "Eight teachers show what they tried, and what did not work.", ("primary", "secondary"), "Everybody who teaches mathematics", capacity=80, taken=15, hours=16, is_talk=True),
    Lesson(120, "Hosting in your school: how it works", "For heads and maths leads whose school may host a guest next year.", ("primary", "secondary"), "Headteachers and maths leads", capacity=30, taken=0, hours=16, look="later", is_talk=True),
]  # fmt: skip
WORK_GROUPS = [
    ("Teaching for mastery, first year", "Two teachers of each school and a maths lead of another: a year of small changes.", ("primary",), "Two teachers from each school", 14),
    ("Number sense in Reception and Year 1", "Seeing numbers without counting: what to do in ten minutes a day.", EARLY, KS1, 16),
    ("From Year 6 to Year 7", "Primary and secondary teachers of one neighbourhood look at each other’s lessons.", ("primary", "secondary"), "Teachers of Years 5 to 8", 12),
    ("Mathematical talk in Key Stage 3", "Better questions, longer answers.", ("secondary",), KS3, 12),
]  # fmt: skip
MEETINGS = [
    "Beginnings",
    "Planning a lesson together",
    "Watching it",
    "What the pupils’ books say",
    "Planning again",
    "What stays",
]
