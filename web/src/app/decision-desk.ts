import type { Matrix, MatrixCriterion, MatrixOption } from '@questline/core';

/** What this browser keeps of a decision that is being weighed. */
export interface KeptDecision {
  title: string;
  context: string;
  reasons: string;
  agent: string | null; // whose criteria were taken over
  matrix: Matrix;
}

export type ServiceList = 'services' | 'communication' | 'consistency' | 'deployment';
export type ServiceRow = Readonly<Record<string, string>>;

/** What this browser keeps of a form of services that is being filled: the words of each cell. */
export interface KeptServices {
  title: string;
  rows: Readonly<Record<ServiceList, readonly ServiceRow[]>>;
}

export const blankDecision: KeptDecision = {
  title: '',
  context: '',
  reasons: '',
  agent: null,
  matrix: { criteria: [], options: [{ name: 'Option A', scores: {} }, { name: 'Option B', scores: {} }] },
};

type Change = (matrix: Matrix) => Matrix;

const free = (names: readonly string[], word: string): string => {
  for (let n = names.length + 1; ; n += 1) if (!names.includes(`${word} ${n}`)) return `${word} ${n}`;
};

/** Changes to a matrix; what they mean is the core's business. */
export const edit = {
  option: (): Change => (matrix) => ({ ...matrix, options: [...matrix.options, { name: free(matrix.options.map(({ name }) => name), 'Option'), scores: {} }] }),
  criterion: (): Change => (matrix) => ({ ...matrix, criteria: [...matrix.criteria, { name: free(matrix.criteria.map(({ name }) => name), 'Criterion'), weight: 10 }] }),
  dropOption: (at: number): Change => (matrix) => ({ ...matrix, options: matrix.options.filter((_, i) => i !== at) }),
  dropCriterion: (at: number): Change => (matrix) => ({ ...matrix, criteria: matrix.criteria.filter((_, i) => i !== at) }),
  nameOption: (at: number, name: string): Change => (matrix) => ({ ...matrix, options: matrix.options.map((option, i) => (i === at ? { ...option, name } : option)) }),
  /** Scores go with the name of their criterion. */
  nameCriterion: (at: number, name: string): Change => (matrix) => {
    const old = matrix.criteria[at]?.name ?? '';
    const moved = ({ [old]: score, ...rest }: MatrixOption['scores']): MatrixOption['scores'] => (score === undefined ? rest : { ...rest, [name]: score });
    return {
      ...matrix,
      criteria: matrix.criteria.map((criterion, i) => (i === at ? { ...criterion, name } : criterion)),
      options: matrix.options.map((option) => ({ ...option, scores: moved(option.scores) })),
    };
  },
  criterionIs: (at: number, patch: Partial<MatrixCriterion>): Change => (matrix) => ({ ...matrix, criteria: matrix.criteria.map((criterion, i) => (i === at ? { ...criterion, ...patch } : criterion)) }),
  score: (at: number, criterion: string, score: number | null): Change => (matrix) => ({
    ...matrix,
    options: matrix.options.map((option, i) => {
      if (i !== at) return option;
      const { [criterion]: _, ...rest } = option.scores;
      return { ...option, scores: score === null ? rest : { ...rest, [criterion]: score } };
    }),
  }),
};
