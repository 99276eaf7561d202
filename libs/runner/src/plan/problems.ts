/** What is wrong with a request, everything at once: the user's to mend. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    const shown = problems.slice(0, 20).map((problem) => `  ${problem}`);
    const more = problems.length > 20 ? [`  and ${problems.length - 20} more`] : [];
    super(['nothing was run; to be mended first:', ...shown, ...more].join('\n'));
    this.problems = problems;
  }
}

/** What a map must hold. */
export function found<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key);
  if (value === undefined) throw new Error(`${String(key)} was not prepared`);
  return value;
}

/** Tries something; what is wrong with it goes to `problems`. */
export async function attempt<Value>(
  problems: string[],
  what: () => Value | Promise<Value>,
  prefix = '',
): Promise<Value | null> {
  try {
    return await what();
  } catch (error) {
    problems.push(`${prefix}${(error as Error).message}`);
    return null;
  }
}
