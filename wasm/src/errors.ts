import type { Failure } from './generated.ts';

/** A call that failed. The instance and all its objects stay usable. */
export class CoreError extends Error {
  override readonly name = 'CoreError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(describe(failure));
    this.failure = failure;
  }

  get status(): string {
    return this.failure.status;
  }
}

/** The instance trapped and cannot be used again. Its quests are in their logs: open them in a new one. */
export class InstanceBroken extends Error {
  override readonly name = 'InstanceBroken';

  constructor(cause: unknown) {
    super('The core stopped in the middle of a call. Create a new instance and open the quest again from its log.', { cause });
  }
}

/** A failure that the loader itself found, before any call. */
export function failure(status: Failure['status'], message: string, detail = ''): CoreError {
  return new CoreError({ column: 0, detail, line: 0, message, offset: 0, status });
}

function describe(f: Failure): string {
  const where = f.line > 0 ? ` (line ${f.line}, column ${f.column})` : '';
  const what = f.detail === '' ? '' : `: ${f.detail}`;
  return `${f.status}: ${f.message}${what}${where}`;
}
