"""Which two runs are held beside each other: the form of the start page, and the list of a run's page."""

from collections.abc import Iterable
from html import escape

from nodescope.hosts.job import Job
from nodescope.hosts.pages import name_of, page_around
from nodescope.views.numbers import plain_text


def choice(jobs: Iterable[Job]) -> str:
    """The form that asks which two; nothing where there are no two."""
    done = [job for job in jobs if job.told is not None and job.kind == "run"]
    if len(done) < 2:
        return ""
    texts = [f'<option value="{job.number}">{job.number}: {name_of(job.name)}</option>' for job in done]
    b = "".join(texts)
    a = "".join([texts[1], texts[0], *texts[2:]])
    return (
        f'<form method="get" action="/compare"><label>Compare <select name="a">{a}</select></label>'
        f'<label>with <select name="b">{b}</select></label><button>Compare</button></form>'
    )


def others(job: Job, jobs: Iterable[Job]) -> str:
    """Which run one is held beside."""
    done = [other for other in jobs if other.told is not None and other.kind == "run" and other is not job]
    rows = "".join(
        f'<li><a href="/compare?a={job.number}&amp;b={other.number}">{other.number}: {name_of(other.name)}</a> '
        f'<span class="soft">{escape(plain_text(other.told.sentence if other.told else ""))}</span></li>'
        for other in done
    )
    listed = f"<ul>{rows}</ul>" if rows else "<p>There is no other run yet: make one on the start page, and come back.</p>"
    body = (
        f'<nav><a href="/run/{job.number}">Back to the run</a></nav><main class="start"><h1>Compare with…</h1>'
        f'<p class="soft">Run {job.number}: {name_of(job.name)}</p><section>{listed}</section></main>'
    )
    return page_around(f"nodescope: run {job.number} beside another", body)
