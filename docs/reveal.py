"""An answer that a reader opens after guessing: a piece of text behind a line that says what is in it."""

from html import escape

from docutils import nodes
from docutils.parsers.rst import Directive


class Reveal(Directive):
    """`:::{reveal} What it does` … `:::`, closed until somebody opens it; without scripts too."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """The text between the two halves of a `<details>`."""
        summary = escape(self.arguments[0] if self.arguments else "The answer")
        inside = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, inside)
        opening = f'<details class="reveal"><summary>{summary}</summary>\n'
        return [nodes.raw("", opening, format="html"), *inside.children, nodes.raw("", "</details>\n", format="html")]
