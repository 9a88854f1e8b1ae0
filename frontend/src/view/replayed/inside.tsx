/** What is the same inside a node and inside a network: which node is looked at, and every number of it. */

import { useContext } from "preact/hooks";
import type { Place } from "../../layers";
import { Exactly } from "../exactly";
import { Choice } from "../parts";
import { Current } from "./context";
import { rowsOf } from "./numbers_of_step";

export function NodeChoice({ label, names }: { label: string; names: string[] }) {
  const { open } = useContext(Current);
  const { layer, node } = open.value;
  const set = (chosen: number): void => {
    open.value = { layer, node: chosen };
  };
  return <Choice text="Node" label={label} value={node} names={names} set={set} />;
}

export function StepExactly({ nodes }: { nodes: Place[] }) {
  const model = useContext(Current);
  const { step } = model.now.value;
  const rows = () => rowsOf(model.replay.value.recipe, model.now.value, nodes);
  return <Exactly rows={rows} caption={`step ${step}`} python={`run.trace[${step}]`} />;
}
