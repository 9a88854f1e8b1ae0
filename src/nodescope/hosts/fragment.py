"""A run as a piece of HTML for somebody else's page: a saved notebook, a chapter, a blog. The page's bundle is in it, packed.

Several pieces of one page load the bundle once. Where no script runs, the run's sentence is read instead.
"""

import base64
import gzip
from functools import cache
from html import escape

from nodescope.hosts.file import bundle, safe_json, scene_of
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run

_PIECE = """<div data-nodescope="" style="max-width:1100px">
<p>{told}</p>
<script type="application/json">{scene}</script>
</div>
{loader}
"""
_LOADER = """<script>
globalThis[Symbol.for("nodescope")] ??= (async () => {{
  const packed = Uint8Array.from(atob("{packed}"), (c) => c.charCodeAt(0));
  const text = new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
  const url = URL.createObjectURL(new Blob([await text.text()], {{ type: "text/javascript" }}));
  return import(url).finally(() => URL.revokeObjectURL(url));
}})();
globalThis[Symbol.for("nodescope")].then((bundle) => bundle.start());
</script>"""


def fragment(run: Run | Recorded) -> str:
    """The piece: the run's view where the page runs scripts, its sentence where it does not."""
    document = scene_of(run)
    return _PIECE.format(told=escape(str(document["verdict"])), scene=safe_json(document), loader=loader())


@cache
def loader() -> str:
    """What loads the bundle, once a page, and mounts what is there by then."""
    packed = gzip.compress(bundle().encode(), mtime=0)
    return _LOADER.format(packed=base64.b64encode(packed).decode())
