/** One part of what a model or a tool gave. */
export interface Came {
  kind: string;
  name?: string;
  text: string;
}

type Given = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Given => typeof value === 'object' && value !== null;

function part(given: unknown): Came {
  if (!isObject(given)) return { kind: 'text', text: JSON.stringify(given) };
  const text = given['text'] ?? given['arguments'] ?? given['hash'];
  return { kind: String(given['kind']), ...(typeof given['name'] === 'string' ? { name: given['name'] } : {}), text: typeof text === 'string' ? text : '' };
}

/** The text `reply` of an event, to be looked at. It may be of any log: what is no answer as Questline writes it is shown as it stands. */
export function whatCame(reply: string): readonly Came[] {
  let given: unknown;
  try {
    given = JSON.parse(reply);
  } catch {
    return [{ kind: 'text', text: reply }];
  }
  if (isObject(given) && Array.isArray(given['parts'])) return given['parts'].map(part).filter(({ name, text }) => name !== undefined || text !== '');
  if (isObject(given) && typeof given['text'] === 'string') return [{ kind: 'result', text: given['text'] }];
  return [{ kind: 'text', text: reply }];
}
