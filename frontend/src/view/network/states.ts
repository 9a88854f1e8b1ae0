/** What Python said of a node of a network. */

import type { Place } from "../../layers";
import type { Model } from "../../model";

/** At the last step; "" where it said nothing, or where the run is another now. */
export function stateOf({ changed, scene }: Model, { layer, node }: Place): string {
  const told = scene.nodes.find((state) => state.layer === layer && state.node === node);
  return changed.value ? "" : (told?.state ?? "");
}
