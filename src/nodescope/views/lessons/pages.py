"""A lesson as a file: Markdown or one offline page of HTML, with its answer, or without it until a guess is made."""

import base64
import hashlib
from html import escape

from nodescope.views.lessons.lesson import LETTERS, Lesson, choices, judged
from nodescope.views.numbers import in_markdown

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1.15rem/1.5 Inter, system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
fieldset { border: 0; padding: 0; margin: 1rem 0; }
legend { font-weight: 650; padding: 0; }
label { display: flex; gap: .7rem; align-items: center; min-height: 44px; }
pre { overflow-x: auto; }
@media print { fieldset input { appearance: none; width: 1rem; height: 1rem; border: 1px solid; } }
"""
_REVEAL = """
const answer = document.getElementById("answer");
const tell = (choice) => {
  const bytes = Uint8Array.from(atob(answer.dataset.kept), (letter) => letter.charCodeAt(0));
  answer.innerHTML = new TextDecoder().decode(bytes);
  document.getElementById("guess").textContent = "Your guess was " + choice.value + ".";
};
for (const choice of document.querySelectorAll("input")) choice.addEventListener("change", () => tell(choice));
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{given}
{question}
{answer}
</main>
</body>
</html>
"""


def as_markdown(lesson: Lesson, quiz: bool) -> str:
    """The lesson as Markdown; of a quiz no answer is in it."""
    lines = [f"# {in_markdown(lesson.title)}", "", *map(in_markdown, lesson.given), "", f"**{in_markdown(lesson.question)}**", ""]
    lines += [f"- {in_markdown(choice)}" for choice in choices(lesson)]
    if not quiz:
        answered = lesson.answered()
        lines += ["", f"**{in_markdown(judged(lesson, None, answered))}**", "", "```text", *answered.seen, "```", ""]
        lines += [in_markdown(answered.why), "", f"Go on: `{lesson.go_on}`"]
    return "\n".join(lines) + "\n"


def as_html(lesson: Lesson, quiz: bool) -> str:
    """The lesson as one page that loads nothing; of a quiz the answer is no part of what is shown or read until a guess is made."""
    answer = _answer(lesson)
    digest = base64.b64encode(hashlib.sha256(_REVEAL.encode()).digest()).decode()
    script = f"'sha256-{digest}'" if quiz else "'none'"
    kept = base64.b64encode(answer.encode()).decode()
    hidden = f'<p id="guess" role="status"></p>\n<div id="answer" data-kept="{kept}"></div>\n<script>{_REVEAL}</script>'
    return _PAGE.format(
        policy=f"default-src 'none'; style-src 'unsafe-inline'; script-src {script}; img-src data:",
        title=escape(lesson.title),
        style=_STYLE,
        given="\n".join(f"<p>{escape(line)}</p>" for line in lesson.given),
        question=_question(lesson, quiz),
        answer=hidden if quiz else answer,
    )


def _question(lesson: Lesson, quiz: bool) -> str:
    if not quiz:
        options = "".join(f"<li>{escape(choice)}</li>" for choice in choices(lesson))
        return f"<p><b>{escape(lesson.question)}</b></p>\n<ul>{options}</ul>"
    options = "\n".join(
        f'<label><input type="radio" name="guess" value="{letter}">{escape(choice)}</label>'
        for letter, choice in zip(LETTERS, choices(lesson), strict=False)
    )
    return f"<fieldset><legend>{escape(lesson.question)}</legend>\n{options}\n</fieldset>"


def _answer(lesson: Lesson) -> str:
    answered = lesson.answered()
    seen = escape("\n".join(answered.seen))
    told = f'<h2>{escape(judged(lesson, None, answered))}</h2>\n<pre tabindex="0">{seen}</pre>\n<p>{escape(answered.why)}</p>'
    return f"{told}\n<p>Go on: <code>{escape(lesson.go_on)}</code></p>"
