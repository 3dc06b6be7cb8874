/* Checks values against the shapes that questline-gen prints: types in the small part of TypeScript that shapes.def and events.def use. */

export interface Fields {
  readonly fields: Readonly<Record<string, { readonly required: boolean; readonly type: string }>>;
  readonly rest: boolean;
}

export interface Schema {
  readonly shapes: Readonly<Record<string, Fields>>;
  readonly events: Readonly<Record<string, Fields>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly diagnostics: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly limits: Readonly<Record<string, number>>;
}

/** Says what is wrong at which path; nothing when the value fits. */
type Check = (value: unknown, path: string) => string[];

export class Checker {
  readonly #schema: Schema;
  readonly #types = new Map<string, Check>();

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  check(type: string, value: unknown, path = type): string[] {
    return this.#compile(type)(value, path);
  }

  checkEventData(type: string, value: unknown): string[] {
    const fields = this.#schema.events[type];
    return fields === undefined ? [`no event ${type}`] : this.#object(fields)(value, type);
  }

  #compile(type: string): Check {
    let check = this.#types.get(type);
    if (check === undefined) {
      check = new TypeReader(type, (name) => this.#named(name)).read();
      this.#types.set(type, check);
    }
    return check;
  }

  #named(name: string): Check {
    const primitive = primitives[name];
    if (primitive !== undefined) return primitive;
    const fields = this.#schema.shapes[name];
    if (fields === undefined) throw new Error(`no shape ${name}`);
    return (value, path) => this.#object(fields)(value, path);
  }

  #object({ fields, rest }: Fields): Check {
    const compiled = Object.entries(fields).map(([name, { required, type }]) => ({ name, required, check: this.#compile(type) }));
    return objectOf(compiled, rest);
  }
}

interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly check: Check;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function objectOf(members: readonly Member[], rest: boolean): Check {
  return (value, path) => {
    if (!isObject(value)) return [`${path}: no object`];
    const wrong = members.flatMap(({ name, required, check }) => {
      if (name in value) return check(value[name], `${path}.${name}`);
      return required ? [`${path}.${name}: missing`] : [];
    });
    const known = new Set(members.map(({ name }) => name));
    if (!rest) wrong.push(...Object.keys(value).filter((name) => !known.has(name)).map((name) => `${path}.${name}: unknown`));
    return wrong;
  };
}

const ofType = (wanted: string, fits: (value: unknown) => boolean): Check => (value, path) =>
  fits(value) ? [] : [`${path}: ${JSON.stringify(value)?.slice(0, 60)} is no ${wanted}`];

const primitives: Readonly<Record<string, Check>> = {
  string: ofType('string', (value) => typeof value === 'string'),
  number: ofType('integer', (value) => Number.isSafeInteger(value)),
  boolean: ofType('boolean', (value) => typeof value === 'boolean'),
  null: ofType('null', (value) => value === null),
  JsonObject: ofType('object', isObject),
};

class TypeReader {
  readonly #tokens: string[];
  readonly #named: (name: string) => Check;
  readonly #type: string;
  #at = 0;

  constructor(type: string, named: (name: string) => Check) {
    this.#type = type;
    this.#tokens = type.match(/"[^"]*"|\w+|\S/g) ?? [];
    this.#named = named;
  }

  read(): Check {
    const check = this.#union();
    if (this.#at !== this.#tokens.length) throw new Error(`cannot read the type ${this.#type}`);
    return check;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #need(token: string): void {
    if (!this.#take(token)) throw new Error(`cannot read the type ${this.#type}`);
  }

  #next(): string {
    return this.#tokens[this.#at++] ?? '';
  }

  #union(): Check {
    const choices = [this.#array()];
    while (this.#take('|')) choices.push(this.#array());
    if (choices.length === 1) return choices[0]!;
    return (value, path) => {
      const wrong = choices.map((choice) => choice(value, path));
      return wrong.some((list) => list.length === 0) ? [] : wrong.flat();
    };
  }

  #array(): Check {
    let item = this.#single();
    while (this.#take('[')) {
      this.#need(']');
      const inner = item;
      item = (value, path) => (Array.isArray(value) ? value.flatMap((one, i) => inner(one, `${path}[${i}]`)) : [`${path}: no array`]);
    }
    return item;
  }

  #single(): Check {
    if (this.#take('(')) {
      const inner = this.#union();
      this.#need(')');
      return inner;
    }
    if (this.#take('[')) return this.#tuple();
    if (this.#take('{')) return this.#literal();
    const token = this.#next();
    if (token.startsWith('"')) return ofType(token, (value) => value === token.slice(1, -1));
    return this.#named(token);
  }

  #tuple(): Check {
    const items: Check[] = [];
    do {
      this.#next();
      this.#need(':');
      items.push(this.#union());
    } while (this.#take(','));
    this.#need(']');
    return (value, path) =>
      Array.isArray(value) && value.length === items.length
        ? items.flatMap((item, i) => item(value[i], `${path}[${i}]`))
        : [`${path}: not ${items.length} items`];
  }

  #literal(): Check {
    const members: Member[] = [];
    do {
      const name = this.#next();
      const required = !this.#take('?');
      this.#need(':');
      members.push({ name, required, check: this.#union() });
    } while (this.#take(';'));
    this.#need('}');
    return objectOf(members, false);
  }
}
