import { mark } from '../actions.ts';
import { checks, judged, model, strength, worstFirst, type Check, type Judged } from '../state.ts';
import { caveat } from './notices.tsx';
import { ResultTools } from './result-tools.tsx';
import { score } from './words.ts';

/** What was found, one card a picture; to a screen reader a table. */
export function Results() {
  if (checks.value.length === 0 || !model.value) return null;
  const scored = new Map(judged.value.map((check) => [check.id, check]));
  const rank = ({ id }: Check): number => scored.get(id)?.score ?? -1;
  const shown = worstFirst.value ? [...checks.value].sort((a, b) => rank(b) - rank(a)) : checks.value;
  const words = caveat();
  return (
    <section class="results">
      <h2>What was found</h2>
      {words && <p class="caveat">{words}</p>}
      <ResultTools />
      <div class="table" role="table" aria-label="Results" style={{ '--strength': strength.value }}>
        <div class="unseen" role="row">
          {['Picture', 'Name', 'Score', 'Decision', 'Your mark'].map((title) => (
            <span key={title} role="columnheader">
              {title}
            </span>
          ))}
        </div>
        {shown.map((check) => (
          <Row key={check.id} check={check} judged={scored.get(check.id)} />
        ))}
      </div>
    </section>
  );
}

function Row({ check, judged: made }: { readonly check: Check; readonly judged: Judged | undefined }) {
  const { id, name, found, unreadable, mark: marked } = check;
  return (
    <div class={`result ${made?.decision ?? ''}`} role="row">
      <div class="picture" role="cell">
        {found && <img src={found.thumbnail} alt={name} loading="lazy" decoding="async" />}
        {found?.heat && <img class="heat" src={found.heat} alt="" loading="lazy" decoding="async" />}
      </div>
      <span class="name" role="cell" title={name}>
        {name}
      </span>
      <span class="score" role="cell">
        {made ? (
          <data value={made.score}>{score(made.score)}</data>
        ) : found ? (
          found.raw.toPrecision(4)
        ) : unreadable ? (
          '–'
        ) : (
          '…'
        )}
      </span>
      <span class="decision" role="cell">
        {unreadable ? `not read: ${unreadable}` : made ? made.decision : found ? 'no threshold' : 'waiting'}
      </span>
      <span class="marks" role="cell">
        {made &&
          (['good', 'bad'] as const).map((value) => (
            <button
              key={value}
              type="button"
              aria-pressed={marked === value}
              aria-label={`${name} is ${value}`}
              onClick={() => mark(id, value)}
            >
              {value}
            </button>
          ))}
      </span>
    </div>
  );
}
