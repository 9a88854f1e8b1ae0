/** The verdict with its findings and its proof, and Python that makes the run again. */

import { useContext, useState } from "preact/hooks";
import { count, exact, number } from "../numbers";
import { Current } from "./context";

export function Verdict() {
  const model = useContext(Current),
    { scene } = model;
  return (
    <section class="card verdict" aria-labelledby="ns-verdict">
      <h2 id="ns-verdict">Verdict{model.changed.value ? " of the run as it was" : ""}</h2>
      {model.changed.value && (
        <p class="soft">
          What you see above is another run: its numbers come from the same compiled core, its verdict waits for Python
          (ns.diagnose).
        </p>
      )}
      <p>{scene.verdict}</p>
      <p class="soft">Foretold: {scene.forecast.sentence}</p>
      <details>
        <summary>Findings and proof</summary>
        <ul>
          {scene.findings.map((f) => (
            <li key={f.name}>
              <b>{f.name}</b> ({f.severity}): {f.text} {f.remedy}
            </li>
          ))}
        </ul>
        {scene.proof.length > 0 && (
          <div class="scroll" tabIndex={0} role="group" aria-label="Proof">
            <table class="rows">
              <caption>predicted beside recorded</caption>
              <thead>
                <tr>
                  {["step", "number", "recorded", "is", "predicted"].map((h) => (
                    <th scope="col" key={h}>
                      {h}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {scene.proof.map((row, i) => (
                  <tr key={i}>
                    <td>{count(row.step)}</td>
                    <td>{row.quantity}</td>
                    <td>{exact(number(row.recorded))}</td>
                    <td>{row.agrees ? row.relation : `not ${row.relation}`}</td>
                    <td>{exact(number(row.predicted))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </details>
      <Python />
    </section>
  );
}

function Python() {
  const model = useContext(Current),
    [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(model.scene.python);
      setSaid("copied");
    } catch {
      setSaid("select the text and copy it");
    }
  };
  return (
    <details>
      <summary>In Python</summary>
      <pre tabIndex={0}>
        <code>{model.scene.python}</code>
      </pre>
      <button type="button" onClick={copy}>
        Copy
      </button>{" "}
      <span role="status">{said}</span>
    </details>
  );
}
