import { sha256Hex } from '@fsad/files';
import type { Cell } from './events.ts';

/** Tags that runs are found by. */
export const tagNames = {
  /** Identity of a run: there is one of each. */
  run: 'fsad.run',
  /** Key of the trial. */
  key: 'fsad.key',
  store: 'fsad.store',
} as const;

/** The trials that one parent run gathers: everything of a cell but its trial. */
export type Group = Omit<Cell, 'trial'>;

const groupFields = ['experiment', 'budget', 'dataset', 'class', 'shots', 'detector', 'variant'] as const;

function identity(...parts: readonly (string | number)[]): string {
  return sha256Hex(JSON.stringify(parts));
}

/** The trials of a cell's kind, as a map key and part of identities. */
export function groupId(cell: Group): string {
  return identity('group', ...groupFields.map((field) => cell[field]));
}

/** Identity of a parent run: what it gathers, of which store. */
export function parentIdentity(store: string, group: Group): string {
  return identity('parent', store, groupId(group));
}

/** Identity of a trial's run: the cell, its key (a replaced trial is another run), the store. */
export function runIdentity(store: string, key: string, cell: Cell): string {
  return identity('trial', store, key, groupId(cell), cell.trial);
}

export function sameCell(a: Cell, b: Cell): boolean {
  return a.trial === b.trial && groupId(a) === groupId(b);
}

/** `htdg full · airplane · 1-shot · cifar10 smoke`: what differs comes first, since lists and legends cut names at their end. */
export function groupName(group: Group): string {
  return [...whatDiffers(group), whatIsShared(group)].join(' · ');
}

/** `htdg full · airplane · 1-shot · t0 · cifar10 smoke` */
export function trialName(cell: Cell): string {
  return [...whatDiffers(cell), `t${cell.trial}`, whatIsShared(cell)].join(' · ');
}

/** Of `full.learningRate-0.001`, which stands on an axis of settings, the value comes first of all: it is all that differs. */
function whatDiffers({ class: className, shots, detector, variant }: Group): string[] {
  const [plain, ...along] = variant.split(/\.(?=[A-Za-z]\w*-)/);
  const values = along.map((text) => text.replace(/^(\w+)-(.*)$/, '$2 $1'));
  const method = plain === 'default' ? detector : `${detector} ${plain}`;
  return [...values, method, className, `${shots}-shot`];
}

function whatIsShared({ dataset, budget }: Group): string {
  return `${dataset} ${budget}`;
}

/** A group as MLflow parameters. */
export function groupParams(group: Group): Record<string, string> {
  return Object.fromEntries(groupFields.map((field) => [field, String(group[field])]));
}
