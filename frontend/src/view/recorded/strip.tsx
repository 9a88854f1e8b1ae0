/** The layers of an observed run in a row, the one of the trouble marked; a click opens one. */

import { useContext } from "preact/hooks";
import { clip, count } from "../../numbers";
import { Observed } from "./context";

/** Layers up to which each has a box. */
const BOXES = 12;

export function Strip() {
  const { scene, open } = useContext(Observed);
  const { layers, trouble } = scene;
  if (!layers.length || layers.length > BOXES) return null;
  const after = trouble !== null && trouble.layer === null;
  return (
    <div class="strip-of-layers" role="group" aria-label="The model">
      <span class="layer-box">
        <b>{count(layers[0].inputs)}</b> inputs
      </span>
      {layers.map(({ nodes, activation, name }, l) => (
        <button
          type="button"
          key={name}
          class={`layer-box ${trouble?.layer === l ? "trouble" : ""}`}
          aria-pressed={open.value.layer === l}
          onClick={() => {
            open.value = { layer: l, node: 0 };
          }}
        >
          <b>{count(nodes)}</b> <span class="sr">{nodes === 1 ? "node in" : "nodes in"} </span>
          <span>
            layer <bdi>{clip(name, 12)}</bdi>
            {activation && ` · ${activation}`}
          </span>
          {trouble?.layer === l && <Trouble step={trouble.step} />}
        </button>
      ))}
      {after && (
        <span class="layer-box trouble">
          <b>{clip(trouble.where, 20)}</b>
          <Trouble step={trouble.step} />
        </span>
      )}
    </div>
  );
}

/** Marked as it is on the curve of the loss. */
function Trouble({ step }: { step: number }) {
  return (
    <span>
      <span aria-hidden="true">◆</span> trouble: step {count(step)}
    </span>
  );
}
