/** Blame, weight by weight: what each of the open node's weights makes of the step's change of the error, and that it adds up. */

import { useContext } from "preact/hooks";
import { inputName } from "../../layers";
import { clip, counted, distinct, exact } from "../../numbers";
import { Current } from "../replayed/context";
import { splitOf } from "./split";

export function Blame() {
  const model = useContext(Current);
  const replay = model.replay.value;
  const { recipe } = replay;
  const place = model.open.value;
  const split = splitOf(replay, model.now.value, place);
  if (!split) return <p class="soft small">Its steps go down something else than the mean squared error alone.</p>;
  const { own, others, rest, before, after } = split;
  const rows: [string, number][] = [
    ...own.map((part, i): [string, number] => [clip(inputName(recipe, place.layer, i).replace("from ", ""), 20), part]),
    [counted(replay.engine.size - own.length, "weight").replace("weight", "other weight"), others],
    ["curvature: the rest", rest],
  ];
  const [from, to, change, ...texts] = distinct([before, after, after - before, ...rows.map(([, part]) => part)]);
  return (
    <table class="rows">
      <caption class="soft small">
        Error of the step’s {counted(model.now.value.examples.length, "example")}: {from} before, {to} after. To first order each
        weight changes it by − slope × alpha delta.
      </caption>
      <tbody>
        {rows.map(([name, part], i) => (
          <tr key={i}>
            <th scope="row">{name}</th>
            <td class="t-fix" data-value={exact(part)}>
              {texts[i]}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">together</th>
          <td class="t-fix strong" data-value={exact(after - before)}>
            {change}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
